/* A program whose nest is replaced: the objects differ, what it prints must not. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void matmul(int n, const float *A, const float *B, float *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float sum = 0;
      for (int k = 0; k < n; k++)
        sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
}

int main(void) {
  for (int n = 0; n < 140; n += 1 + n / 3) {
    float *m = malloc((3 * n * n + 1) * sizeof(float)), *c = m + 2 * n * n;
    for (int i = 0; i < 2 * n * n; i++)
      m[i] = (float)((i * 7919) % 1000) / 999 - 0.5f;
    matmul(n, m, m + n * n, c);
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < n * n * sizeof(float); i++)
      hash = (hash ^ ((unsigned char *)c)[i]) * 1099511628211u;
    printf("%d %016llx\n", n, (unsigned long long)hash);
    free(m);
  }
}
