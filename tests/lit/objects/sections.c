// The kernel sits in a COMDAT of its own, named for its content, with unwind information, and is a plain hidden
// function for the linker, with -fPIC, -g, function sections and through assembly text alike.
// RUN: %vecwrap -O2 -march=x86-64-v3 -c %s -o %t.o && llvm-readelf-22 -gSsW %t.o | FileCheck %s
// RUN: %vecwrap -O2 -march=x86-64-v3 -fPIC -g -ffunction-sections -c %s -o %t.o && llvm-readelf-22 -gSsW %t.o | FileCheck %s
// RUN: %vecwrap -O2 -march=x86-64-v3 -S %s -o %t.s && %clang -c %t.s -o %t.o && llvm-readelf-22 -gSsW %t.o | FileCheck %s
// RUN: llvm-dwarfdump-22 --eh-frame %t.o | FileCheck %s --check-prefix=CFI
// RUN: FileCheck %s --check-prefix=TEXT < %t.s
// CHECK: .text.[[NAME:vecwrap_kernel_[0-9a-f]+]] {{.*}} AXG
// CHECK: FUNC WEAK HIDDEN {{.*}} [[NAME]]
// CHECK: COMDAT group section {{.*}}[[NAME]]
// CFI: DW_CFA_def_cfa_register: RBP
// TEXT: # nest nest f32 strict
// TEXT: # v1 split
#include "gemm.inc"
