// Arithmetic on _Float16 where the machine has it (Zfh and Zvfh): nests of f16. Elsewhere clang computes in float.
// RUN: env VECWRAP_DUMP=1 %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gcv_zfh_zvfh -S -o - %s 2>&1 | FileCheck %s
// RUN: env VECWRAP_DUMP=1 %vecwrap -O2 --target=riscv64-linux-gnu -mcpu=spacemit-x60 -S -o /dev/null %s 2>&1 | FileCheck %s --check-prefix=NEST
// RUN: %vecwrap -O2 --target=riscv64-linux-gnu -march=rv64gcv_zvfh -Rpass-missed=vecwrap -S -o /dev/null %s 2>&1 | FileCheck %s --check-prefix=PROMOTED
// RUN: %vecwrap -O2 -march=sapphirerapids -Rpass-missed=vecwrap -S -o /dev/null %s 2>&1 | FileCheck %s --check-prefix=X86
// CHECK: nest nest f16 strict
// CHECK: vfmacc.vf
// NEST: nest nest f16 strict
// PROMOTED: {{.*}}halves.c:[[@LINE+3]]:{{.*}}a sum that is rounded at every step
// X86: {{.*}}halves.c:[[@LINE+2]]:{{.*}}arithmetic in another type than float, double and int
void gemm(int n, const _Float16 *restrict a, const _Float16 *restrict b, _Float16 *restrict c) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}
