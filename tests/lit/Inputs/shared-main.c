#include <stdio.h>
void one(int, const float *, const float *, float *), two(int, const float *, const float *, float *);
static float a[64 * 64], b[64 * 64], c[64 * 64], d[64 * 64];
int main(void) {
  for (int i = 0; i < 64 * 64; i++)
    a[i] = (float)(i % 64), b[i] = (float)(i / 64 % 2 ? 8 : 8);
  one(64, a, b, c);
  two(64, a, b, d);
  printf("%g %g\n", 2 * c[5] + 256, 2 * d[64 * 63] + 256);
}
