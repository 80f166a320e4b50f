/* The matrix product in the order that compilers like better: the inner loop runs along rows.
   usage: matmul_ikj [n] [repetitions] */
#include "example.h"

void matmul_add(int n, const float *A, const float *B, float *C) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++)
        C[i * n + j] += A[i * n + k] * B[k * n + j];
}

int main(int argc, char **argv) {
  int n = size_argument(argc, argv, 1, 512);
  int repetitions = size_argument(argc, argv, 2, 8);
  size_t count = (size_t)n * n;
  float *A = random_floats(count, 1), *B = random_floats(count, 2), *C = random_floats(count, 3);
  double start = now();
  for (int r = 0; r < repetitions; r++)
    matmul_add(n, A, B, C);
  print_result(C, count, now() - start);
}
