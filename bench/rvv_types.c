// C = A B, N x N, elements of A, B and of C in types of their own: a kernel by the calling convention of docs/kernel.md.
#include <stdint.h>

void kernel(const int64_t *args) {
  const FACTOR_A *restrict a = (const FACTOR_A *)args[0];
  const FACTOR_B *restrict b = (const FACTOR_B *)args[1];
  SUM *restrict c = (SUM *)args[2];
  for (int i = 0; i < N; ++i) {
#ifdef ORDER_IKJ
    for (int j = 0; j < N; ++j) c[i * N + j] = 0;
    for (int k = 0; k < N; ++k)
      for (int j = 0; j < N; ++j) c[i * N + j] += (SUM)a[i * N + k] * (SUM)b[k * N + j];
#else
    for (int j = 0; j < N; ++j) {
      SUM sum = 0;
      for (int k = 0; k < N; ++k) sum += (SUM)a[i * N + k] * (SUM)b[k * N + j];
      c[i * N + j] = sum;
    }
#endif
  }
}
