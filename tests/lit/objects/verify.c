// VECWRAP_VERIFY=1 finds what the guard cannot: operands that overlap although `restrict` promises they do not.
// RUN: env VECWRAP_VERIFY=1 %vecwrap -O2 -march=native -g %s -o %t && %t
// RUN: not --crash %t overlap 2>&1 | FileCheck %s
// CHECK: {{verify.c:9: vecwrap: the kernel and the original loop differ at 0x[0-9a-f]+: original .*, kernel}}
#include <string.h>
static double buffer[3 * 64 * 64];
__attribute__((noinline)) static void gemm(int n, const double *restrict a, const double *restrict b, double *restrict c) {

  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}
int main(int argc, char **argv) {
  for (int i = 0; i < 3 * 64 * 64; i++)
    buffer[i] = i % 13;
  gemm(64, buffer, argc > 1 ? buffer + 64 * 64 + 1 : buffer + 2 * 64 * 64, buffer + 64 * 64);
}
