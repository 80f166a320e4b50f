"""./run demo: the examples, built by plain clang and by vecwrap-clang with the same flags, here and for RISC-V; then
ONNX networks."""

import argparse
import sys
from typing import Any

from common import (CLANG, ROOT, VECWRAP, WORK, compile_c, format_seconds, interleave, pin_to_one_core, print_table,
                    read_report, replaced, run_program, save_json)

FLAGS = ["-O3", "-march=native"]
EXAMPLES = {  # file: what a reader would call it
    "matmul_ijk": "matrix product, ijk, n=1024",
    "matmul_ikj": "matrix product, ikj, n=512 (x8)",
    "conv3x3": "3x3 convolution layer, 64x112x112",
    "matmul_int8": "int8 matrix product, n=1024 (x4)",
    "mlp": "two-layer perceptron, batch 256",
    "jacobi": "Jacobi stencil, 1000x1000 (x400)",
    "matvec": "matrix-vector, n=1000 (x400)",
}
REPETITIONS = 5


def measure(name: str) -> dict[str, Any]:
    source = ROOT / "examples" / f"{name}.c"
    report = WORK / f"{name}.report"
    plain = compile_c(CLANG, source, WORK / f"{name}.plain", FLAGS)
    ours = compile_c(VECWRAP, source, WORK / f"{name}.vecwrap", FLAGS, report)
    samples = interleave({"plain": lambda: run_program(plain), "vecwrap": lambda: run_program(ours)}, REPETITIONS)
    return {"name": name, "plain": samples["plain"].seconds, "vecwrap": samples["vecwrap"].seconds,
            "replaced": replaced(read_report(report)),
            "identical": samples["plain"].output == samples["vecwrap"].output}


def row(result: dict[str, Any]) -> list[str]:
    return [EXAMPLES[result["name"]], format_seconds(result["plain"]), format_seconds(result["vecwrap"]),
            f"{result['plain'] / result['vecwrap']:.1f}x", str(result["replaced"]),
            "identical" if result["identical"] else "DIFFERS"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--gsl", action="store_true",
                        help="the GNU Scientific Library instead: built, checked and timed both ways")
    if parser.parse_args().gsl:
        import gsl

        return gsl.main()
    pin_to_one_core()
    results = []
    for name in EXAMPLES:
        print(f"[demo] {name}.c", flush=True)
        results.append(measure(name))
    save_json("demo", results)
    print_table(f"{CLANG} {' '.join(FLAGS)} against vecwrap-clang with the same flags",
                ["examples/", CLANG, "vecwrap-clang", "speed-up", "nests replaced", "output"], [row(r) for r in results])
    import demo_riscv
    import onnx_models

    wrong = [demo_riscv.main(), onnx_models.main(rounds=5), int(not all(r["identical"] for r in results))]
    return max(wrong)


if __name__ == "__main__":
    sys.exit(main())
