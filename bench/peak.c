/* Seconds per floating-point operation at the FMA peak of this core: independent accumulators in registers, nothing else. */
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif
enum { CHAINS = 12, ROUNDS = 2000000 };
typedef float vec __attribute__((vector_size(LANES * sizeof(float))));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
  vec a[CHAINS], x = {0}, y = {0};
  for (int i = 0; i < CHAINS; i++)
    a[i] = x;
  double best = 1e30;
  for (int sample = 0; sample < 20; sample++) {
    double start = now();
    for (int round = 0; round < ROUNDS; round++)
#pragma clang loop unroll(full)
      for (int i = 0; i < CHAINS; i++)
        __asm__("vfmadd231ps %1, %2, %0" : "+v"(a[i]) : "v"(x), "v"(y));
    double seconds = now() - start;
    best = seconds < best ? seconds : best;
  }
  for (int i = 0; i < CHAINS; i++)
    __asm__ volatile("" ::"v"(a[i]));
  printf("output peak\nseconds %.9e\n", best / ((double)ROUNDS * CHAINS * LANES * 2));
  return 0;
}
