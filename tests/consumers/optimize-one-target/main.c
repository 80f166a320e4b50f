#include <stdio.h>
#include <string.h>

#define N 97
typedef void multiply(int n, const double *a, const double *b, double *c);
multiply multiply_fast, multiply_fast_cxx, multiply_plain;
static double a[N * N], b[N * N], results[3][N * N];

int main(void) {
  multiply *functions[3] = {multiply_fast, multiply_fast_cxx, multiply_plain};
  for (int p = 0; p < N * N; p++)
    a[p] = p * 37 % 101 / 50.0 - 1, b[p] = p * 53 % 103 / 50.0 - 1;
  for (int f = 0; f < 3; f++)
    functions[f](N, a, b, results[f]);
  puts(memcmp(results[0], results[2], sizeof a) || memcmp(results[1], results[2], sizeof a) ? "different" : "equal");
}
