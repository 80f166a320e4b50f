/* Jacobi iteration for the heat equation on a square plate. usage: jacobi [n] [steps] */
#include "example.h"

void jacobi_step(int n, const float *from, float *to) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < n - 1; j++)
      to[i * n + j] = 0.25f * (from[(i - 1) * n + j] + from[(i + 1) * n + j] + from[i * n + j - 1] + from[i * n + j + 1]);
}

int main(int argc, char **argv) {
  int n = size_argument(argc, argv, 1, 1000), steps = size_argument(argc, argv, 2, 400);
  size_t count = (size_t)n * n;
  float *a = random_floats(count, 1), *b = random_floats(count, 1);
  double start = now();
  for (int s = 0; s < steps; s += 2) {
    jacobi_step(n, a, b);
    jacobi_step(n, b, a);
  }
  print_result(a, count, now() - start);
}
