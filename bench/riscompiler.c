// One operator of the paper's tables, written as anybody would; sizes come with -D. Prints a hash of what it computed.
// With -DPEER, the operator is somebody else's, in another object.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef PEER
#define KERNEL(...) { peer(x, w, y); }
void peer(const float *x, const float *w, float *y);
#else
#define KERNEL(...) { __VA_ARGS__ }
#endif

#ifdef GEMM
#define OUTPUTS (BATCH * M * N)
static float x[BATCH * M * K], w[K * N], y[OUTPUTS];
__attribute__((noinline)) static void kernel(void) KERNEL(
  for (int i = 0; i < BATCH * M; i++)
    for (int j = 0; j < N; j++) {
      float sum = 0;
      for (int k = 0; k < K; k++)
        sum += x[i * K + k] * w[k * N + j];
      y[i * N + j] = sum;
    }
)
#else // convolutions: NCHW, no padding; 1-D ones have one row
#define OH (H - R + 1)
#define OW (W - S + 1)
#define OUTPUTS (BATCH * OC * OH * OW)
#define CG (C / GROUPS)
static float x[BATCH * C * H * W], w[OC * CG * R * S], y[OUTPUTS];
__attribute__((noinline)) static void kernel(void) KERNEL(
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
)
#endif

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
