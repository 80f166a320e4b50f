"""./run bench [names]: every published table, or those named. Results as JSON in build/bench."""

import importlib
import sys

BENCHMARKS = ["sgemm", "gemm", "int8", "bf16", "loopnest", "convolutions", "operators", "functions", "sharing", "compile_time",
              "kernels", "small", "gsl", "onnx_models", "ruler", "riscompiler"]


def main() -> int:
    names = sys.argv[1:] or BENCHMARKS
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    return max([int(importlib.import_module(name).main()) for name in names])


if __name__ == "__main__":
    sys.exit(main())
