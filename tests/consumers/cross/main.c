#include <stdio.h>
#include <stdlib.h>

void dense(int batch, int inputs, int outputs, const float *x, const float *weight, const float *bias, float *y);

int main(int argc, char **argv) {
  enum { BATCH = 9, INPUTS = 61, OUTPUTS = 37 };
  static float x[BATCH * INPUTS], weight[OUTPUTS * INPUTS], bias[OUTPUTS], y[BATCH * OUTPUTS];
  unsigned seed = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
  for (int i = 0; i < BATCH * INPUTS; i++)
    x[i] = (float)(int)((seed = seed * 1664525 + 1013904223) >> 16) / 65536 - 0.5f;
  for (int i = 0; i < OUTPUTS * INPUTS; i++)
    weight[i] = (float)(int)((seed = seed * 1664525 + 1013904223) >> 16) / 65536 - 0.5f;
  for (int i = 0; i < OUTPUTS; i++)
    bias[i] = (float)i / OUTPUTS;
  dense(BATCH, INPUTS, OUTPUTS, x, weight, bias, y);
  for (int i = 0; i < BATCH * OUTPUTS; i++)
    printf("%a\n", y[i]);
  return 0;
}
