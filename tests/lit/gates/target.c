// RUN: %identical %s -O2 -m32
// RUN: %identical %s -O2 -mx32
// RUN: %identical %s -O2 --target=aarch64-linux-gnu
// RUN: %identical %s -O2 --target=x86_64-apple-macosx
// RUN: %identical %s -O2 --target=riscv64-linux-gnu -march=rv64gc -g
// RUN: %identical %s -O2 --target=riscv32-linux-gnu -march=rv32gcv
// RUN: %identical %s -O2 --target=riscv64-unknown-elf -march=rv64gcv
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gc -Rpass-missed=vecwrap -c %s -o /dev/null 2>&1 | FileCheck %s --check-prefix=NO-V
// NO-V: remark: loop nest left to clang: vector-unit-disabled:
// RUN: %vecwrap -O2 -m32 -Rpass-missed=vecwrap -c %s -o /dev/null 2>&1 | FileCheck %s
// CHECK: remark: loop nest left to clang: target:
void gemm(int n, const float *a, const float *b, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
