// The user's word on vector width counts more than what the machine can do.
// RUN: %vecwrap %s -O2 -march=x86-64-v4 -S -o - | FileCheck %s --check-prefix=WIDE
// RUN: %vecwrap %s -O2 -march=x86-64-v4 -mprefer-vector-width=256 -S -o - | FileCheck %s --check-prefix=NARROW
// RUN: %vecwrap %s -O2 -march=x86-64-v4 -mno-avx512f -S -o - | FileCheck %s --check-prefix=NARROW
// RUN: %vecwrap %s -O2 -march=x86-64 -mno-avx512f -S -o - | FileCheck %s --check-prefix=NARROW
// RUN: %vecwrap %s -O2 -march=x86-64 -S -o - | FileCheck %s --check-prefix=BOTH
// RUN: %identical %s -O2 -march=x86-64-v4 -mprefer-vector-width=128
// WIDE-NOT: x86-64-avx2
// WIDE: # x86-64-avx512
// WIDE-NOT: x86-64-avx2
// NARROW-NOT: x86-64-avx512
// NARROW: # x86-64-avx2
// NARROW-NOT: x86-64-avx512
// BOTH: # x86-64-avx512
// BOTH: # x86-64-avx2
void gemm(int n, float *c, const float *a, const float *b) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
