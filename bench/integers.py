"""Dense nests over integers of 8 to 32 bits in three sizes: clang-22, clang-22 with Polly and vecwrap-clang, one core."""

import sys

from kernels import compare


def main(repetitions: int = 2) -> int:
    return compare("integers", "integers of 8 to 32 bits", repetitions)


if __name__ == "__main__":
    sys.exit(main())
