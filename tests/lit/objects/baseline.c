// A unit for any x86-64 asks the CPU once, and rounds products and sums separately, as plain clang does.
// RUN: env VECWRAP_DUMP=1 %vecwrap -O2 -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: llvm-nm-22 %t.o | FileCheck %s --check-prefix=SYMBOLS
// CHECK: mul
// CHECK-NEXT: add
// CHECK-NOT: fma
// SYMBOLS: vecwrap_cpu_level_v2
// SYMBOLS: vecwrap_cpu_level_v2_cache
// Two kernels for each of three kinds of machines.
// SYMBOLS-COUNT-6: vecwrap_kernel_
// SYMBOLS-NOT: vecwrap_kernel_
#include "gemm.inc"
