"""./run bench [names] | NAME options: every published table, those named, or one with its options. JSON goes to build/bench."""

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence

BENCHMARKS = ["sgemm", "gemm", "int8", "bf16", "loopnest", "convolutions", "operators", "functions", "sharing", "compile_time",
              "kernels", "small", "gsl", "onnx_models", "ruler", "rvv_sgemm", "riscompiler"]


def refused(problem: str) -> SystemExit:
    print(problem, file=sys.stderr)
    return SystemExit(2)


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The benchmarks' names, and the options that follow the only one."""
    first = next((place for place, argument in enumerate(arguments) if argument.startswith("-")), len(arguments))
    names, options = list(arguments[:first]), list(arguments[first:])
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise refused(f"unknown benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    if options and len(names) != 1:
        raise refused(f"{options[0]}: options follow the name of one benchmark: {', '.join(BENCHMARKS)}")
    return names or BENCHMARKS, options


def takes_options(main: Callable[..., int]) -> bool:
    return any(parameter.default == () for parameter in inspect.signature(main).parameters.values())


def run(name: str, options: list[str]) -> int:
    main = importlib.import_module(name).main
    if not takes_options(main):
        if options:
            raise refused(f"{name} takes no options: {' '.join(options)}")
        return int(main())
    return int(main(options))


def main() -> int:
    names, options = split(sys.argv[1:])
    return max([run(name, options) for name in names])


if __name__ == "__main__":
    sys.exit(main())
