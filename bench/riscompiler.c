// One operator of the paper's tables, written as anybody would; sizes come with -D. Prints a hash of what it computed.
// With -DPEER=FILE the operator is somebody else's, in another object, and FILE says how it is called.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DATA static __attribute__((aligned(64))) float // as some ask for

#ifdef GEMM
#define OUTPUTS (BATCH * M * N)
DATA x[BATCH * M * K], w[K * N], y[OUTPUTS];
#else // convolutions: NCHW, no padding; 1-D ones have one row
#define OH (H - R + 1)
#define OW (W - S + 1)
#define OUTPUTS (BATCH * OC * OH * OW)
#define CG (C / GROUPS)
DATA x[BATCH * C * H * W], w[OC * CG * R * S], y[OUTPUTS];
#endif

#ifdef PEER
#include PEER
#endif

__attribute__((noinline)) static void kernel(void) {
#if defined PEER
  peer();
#elif defined GEMM
  for (int i = 0; i < BATCH * M; i++)
    for (int j = 0; j < N; j++) {
      float sum = 0;
      for (int k = 0; k < K; k++)
        sum += x[i * K + k] * w[k * N + j];
      y[i * N + j] = sum;
    }
#else
  for (int b = 0; b < BATCH; b++)
    for (int o = 0; o < OC; o++)
      for (int i = 0; i < OH; i++)
        for (int j = 0; j < OW; j++) {
          float sum = 0;
          for (int c = 0; c < CG; c++)
            for (int r = 0; r < R; r++)
              for (int s = 0; s < S; s++)
                sum += x[((b * C + (GROUPS == 1 ? c : o)) * H + i + r) * W + j + s] * w[((o * CG + c) * R + r) * S + s];
          y[((b * OC + o) * OH + i) * OW + j] = sum;
        }
#endif
}

int main(void) {
  uint32_t seed = SEED;
  for (size_t i = 0; i < sizeof x / sizeof *x; i++)
    x[i] = (float)(int)((seed = seed * 1664525 + 1013904223) >> 24) / 64 - 2; // few bits: sums are exact in any order
  for (size_t i = 0; i < sizeof w / sizeof *w; i++)
    w[i] = (float)(int)((seed = seed * 1664525 + 1013904223) >> 28) / 8 - 1;
  kernel();
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < OUTPUTS; i++)
    hash = (hash ^ (uint64_t)(int64_t)(y[i] * 512)) * 1099511628211u;
  printf("%016llx\n", (unsigned long long)hash);
  return 0;
}
