// With fast-math results may differ in the last bits: VECWRAP_VERIFY compares within a tolerance and aborts beyond.
// RUN: env VECWRAP_VERIFY=1 %vecwrap -O3 -march=native -ffast-math %s -o %t && %t
// RUN: env VECWRAP_VERIFY=1 %vecwrap -O3 -march=native -ffp-contract=fast %s -o %t && %t
// RUN: env VECWRAP_VERIFY=1 %vecwrap -O2 -ffast-math %s -o %t && %t
// RUN: env VECWRAP_DUMP=1 %vecwrap -O3 -march=native -ffast-math %s -o %t 2>&1 | FileCheck %s
// CHECK: nest nest f64 reassoc
#include "harness.h"
static double a[100 * 100], b[100 * 100], c[100 * 100];
__attribute__((noinline)) static void gemm(int n, int m, int p) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) {
      double s = 0;
      for (int k = 0; k < p; k++)
        s += a[i * 100 + k] * b[j * 100 + k];
      c[i * 100 + j] = s * 0.5 + c[i * 100 + j] / 3;
    }
}
__attribute__((noinline)) static void gemv(int n, int m) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      c[i] += a[i * 100 + j] * b[j];
}
int main(void) {
  for (int run = 0; run < 50; run++) {
    FILL(a, 10000, 0);
    FILL(b, 10000, 0);
    gemm(pick(0, 100), pick(0, 100), pick(0, 100));
    gemv(pick(0, 100), pick(0, 100));
  }
}
