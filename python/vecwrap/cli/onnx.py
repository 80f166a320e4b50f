"""``vecwrap-onnx``: an ONNX model becomes an archive, object, shared library or executable, and a C header."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from .._core import Refusal, assembly_targets, core_targets, targets
from ..errors import ModelError, ToolError, UnsupportedModel

if TYPE_CHECKING:
    from ..onnx.compile import Compiled

DONE, WRONG, USAGE, BAD_MODEL, UNSUPPORTED, NOT_WRITTEN = range(6)
EXIT_CODES = """\
exit codes:
  0  done
  1  --verify found an error above the tolerance; nothing was written
  2  the command line is wrong
  3  the model cannot be read, is not valid, or lacks a shape
  4  the model needs something that is not supported
  5  an output cannot be written, or the C compiler failed
"""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal that ends the program, after cleaning up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def parser() -> argparse.ArgumentParser:
    names = ", ".join(target.name for target in [*targets(), *assembly_targets(), *core_targets()])
    p = argparse.ArgumentParser("vecwrap-onnx", description=__doc__.replace("``", "").split(": ", 1)[1], epilog=EXIT_CODES,
                                formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    p.add_argument("model", type=Path, help="the .onnx file")
    p.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
                   help="libnet.a, net.o, net.so, or net (an executable); the suffix says which")
    p.add_argument("--target", default="native", help=f"native (default), {names}")
    p.add_argument("--shape", action="append", default=[], metavar="NAME=DIMS", type=shape,
                   help="dims of an input (x=1,3,224,224), or of a symbolic dim (batch=1); may be repeated")
    p.add_argument("--prefix", help="what all C names start with (default: the output's name)")
    p.add_argument("--header", type=Path, metavar="FILE", help="the C header (default: NAME.h beside the output)")
    p.add_argument("--depfile", type=Path, metavar="FILE", help="write a make rule of the files that were read")
    p.add_argument("--report", type=Path, metavar="FILE", help="write the kernels and their schedules as JSON")
    p.add_argument("--verify", action="store_true", help="run on random inputs beside ONNX Runtime; print the worst elements")
    p.add_argument("-v", "--verbose", action="store_true", help="print what was made")
    return p


def shape(text: str) -> tuple[str, list[int]]:
    name, separator, dims = text.rpartition("=")
    try:
        return name if name and separator else _no_shape(text), [int(dim) for dim in dims.split(",")] if dims else []
    except ValueError:
        return _no_shape(text)


def _no_shape(text: str) -> NoReturn:
    raise argparse.ArgumentTypeError(f"'{text}' is not NAME=DIM,DIM,... (such as x=1,3,224,224)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.ERROR, format="vecwrap-onnx: %(message)s")
    try:
        with signals_raise():
            return run(options)
    except UnsupportedModel as error:
        return failed(UNSUPPORTED, str(error))
    except ModelError as error:
        return failed(BAD_MODEL, str(error))
    except Refusal as error:
        return failed(USAGE if error.name == "unknown-target" else UNSUPPORTED, str(error))
    except ToolError as error:
        return failed(NOT_WRITTEN, str(error))
    except OSError as error:
        return failed(NOT_WRITTEN, f"{error.filename2 or error.filename or options.output}: {error.strerror}")
    except MemoryError:
        return failed(NOT_WRITTEN, "not enough memory")
    except Interrupted as interrupted:
        signal.signal(interrupted.number, signal.SIG_DFL)
        signal.raise_signal(interrupted.number)
        return 128 + interrupted.number


def failed(code: int, message: str) -> int:
    print(f"vecwrap-onnx: {' '.join(message.split())}", file=sys.stderr)
    return code


@contextmanager
def signals_raise() -> Iterator[None]:
    """Signals become exceptions, so that temporary files go away."""
    def interrupt(number: int, _: FrameType | None) -> None:
        for other in SIGNALS:  # once is enough: cleaning up must not be interrupted
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted(number)
    before = {number: signal.signal(number, interrupt) for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(options: argparse.Namespace) -> int:
    from ..onnx import emit  # not before the command line is known to be right: importing onnx takes time
    from ..onnx.compile import compile
    prefix = options.prefix if options.prefix is not None else emit.default_prefix(options.output)
    check_outputs(options)
    compiled = compile(options.model, options.target, dict(options.shape), prefix)
    if options.verify and not verified(compiled, options.model):
        return WRONG
    texts = []
    if options.depfile:
        texts.append((options.depfile, emit.depfile(options.output, compiled.files)))
    if options.report:
        texts.append((options.report, json.dumps(asdict(compiled.report), indent=1) + "\n"))
    emit.save(compiled, options.output, options.header, texts)
    if options.verbose:
        describe(compiled, options.output)
    return DONE


def check_outputs(options: argparse.Namespace) -> None:
    """Before the work: every output can be made, and none is an input or another output."""
    from ..onnx import emit
    outputs = [options.output, options.header or emit.default_header(options.output), options.depfile, options.report]
    seen = {options.model.resolve(): "the model"}
    for path in filter(None, outputs):
        if path.resolve() in seen:
            raise ToolError(f"{path}: is {seen[path.resolve()]} too; name another file")
        seen[path.resolve()] = "another output"
        emit.check_place(path)


def verified(compiled: Compiled, model: Path) -> bool:
    from ..onnx.verify import verify
    differences = verify(compiled, str(model))
    for difference in differences:
        print(difference)
    return not any(difference.bad for difference in differences)


def describe(compiled: Compiled, output: Path) -> None:
    report = compiled.report
    for kernel in report.kernels:
        print(f"{kernel['name']}: {kernel['sentence']}")
    print(f"{output}: {len(report.kernels)} kernel calls, {report.flops / 1e9:.3f} GFLOP, "
          f"{report.code_bytes / 1024:.0f} KiB code, {report.constant_bytes / 1e6:.1f} MB constants, "
          f"{report.workspace_bytes / 1e6:.1f} MB workspace")


if __name__ == "__main__":
    sys.exit(main())
