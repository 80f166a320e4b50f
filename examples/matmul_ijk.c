/* The textbook matrix product: one dot product per element. usage: matmul_ijk [n] */
#include "example.h"

void matmul(int n, const float *A, const float *B, float *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float sum = 0;
      for (int k = 0; k < n; k++)
        sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
}

int main(int argc, char **argv) {
  int n = size_argument(argc, argv, 1, 1024);
  size_t count = (size_t)n * n;
  float *A = random_floats(count, 1), *B = random_floats(count, 2), *C = new_floats(count);
  double start = now();
  matmul(n, A, B, C);
  print_result(C, count, now() - start);
}
