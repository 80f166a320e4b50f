// A unit that may rely on 128 bits only asks the CPU; one that may rely on more does not. Kernels are text in a COMDAT.
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gcv -S -o - %s | FileCheck %s --check-prefixes=CHECK,ANY
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gcv_zvl256b -S -o - %s | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gcv -c -o %t.o %s && llvm-readelf-22 -s %t.o | FileCheck %s --check-prefix=SYMBOL
// A core by name: its vectors, and nothing is asked.
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -mcpu=sifive-x280 -S -o - %s | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -mcpu=sifive-p670 -S -o - %s | FileCheck %s --check-prefixes=CHECK,ONE
// CHECK: .section .text.vecwrap_kernel_{{[0-9a-f]+}},"axG",@progbits
// CHECK: vfmacc.vf
// ANY: csrr {{.*}}, vlenb
// ONE-NOT: vlenb
// SYMBOL-COUNT-4: FUNC WEAK HIDDEN {{.*}} vecwrap_kernel_
// RUN: llvm-dwarfdump-22 --eh-frame %t.o | FileCheck %s --check-prefix=FRAME
// FRAME-COUNT-4: DW_CFA_offset: X9
void gemm(int n, const float *a, const float *b, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
