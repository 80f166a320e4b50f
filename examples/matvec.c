/* Matrix times vector, many times over, as in a power iteration. usage: matvec [n] [steps] */
#include "example.h"

void matvec(int n, float A[n][n], const float *x, float *y) {
  for (int i = 0; i < n; i++) {
    y[i] = 0;
    for (int j = 0; j < n; j++)
      y[i] += A[i][j] * x[j];
  }
}

int main(int argc, char **argv) {
  int n = size_argument(argc, argv, 1, 1000), steps = size_argument(argc, argv, 2, 400);
  float *A = random_floats((size_t)n * n, 1), *x = random_floats(n, 2), *y = new_floats(n);
  for (size_t i = 0; i < (size_t)n * n; i++)
    A[i] = (1 + A[i]) / n; /* rows add up to about one: the vectors stay bounded */
  double start = now();
  for (int s = 0; s < steps; s += 2) {
    matvec(n, (float(*)[n])A, x, y);
    matvec(n, (float(*)[n])A, y, x);
  }
  print_result(x, n, now() - start);
}
