/* A layer of a quantized network: signed bytes times signed bytes, summed in 32 bits. usage: matmul_int8 [n] [repetitions] */
#include "example.h"

void matmul_int8(int n, const int8_t *A, const int8_t *B, int32_t *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      int32_t sum = 0;
      for (int k = 0; k < n; k++)
        sum += A[i * n + k] * B[j * n + k];
      C[i * n + j] = sum;
    }
}

static int8_t *random_bytes(size_t count, uint32_t seed) {
  int8_t *values = malloc(count);
  for (size_t i = 0; values && i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (int8_t)(seed >> 24);
  }
  return values;
}

int main(int argc, char **argv) {
  int n = size_argument(argc, argv, 1, 1024), repetitions = size_argument(argc, argv, 2, 4);
  size_t count = (size_t)n * n;
  int8_t *A = random_bytes(count, 1), *B = random_bytes(count, 2);
  int32_t *C = malloc(count * sizeof *C);
  if (!A || !B || !C) {
    fprintf(stderr, "out of memory\n");
    return 1;
  }
  double start = now();
  for (int r = 0; r < repetitions; r++)
    matmul_int8(n, A, B, C);
  print_result(C, count, now() - start);
}
