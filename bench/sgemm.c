/* One single-precision matrix product in plain C. Built with -DORDER_IJK or -DORDER_IKJ; -DN=128 makes n a constant.
   usage: sgemm N. Prints a hash of the result and the best time of a call. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef N
#define PARAMETERS
#define ARGUMENTS
enum { n = N };
#else
#define PARAMETERS int n,
#define ARGUMENTS n,
#endif

__attribute__((noinline)) void sgemm(PARAMETERS const float *A, const float *B, float *C) {
#ifdef ORDER_IJK
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float sum = 0;
      for (int k = 0; k < n; k++)
        sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
#else
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++)
        C[i * n + j] += A[i * n + k] * B[k * n + j];
#endif
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
#ifndef N
  int n = argc > 1 ? atoi(argv[1]) : 256;
#else
  (void)argc, (void)argv;
#endif
  size_t count = (size_t)n * n;
  float *A = malloc(count * sizeof(float)), *B = malloc(count * sizeof(float)), *C = malloc(count * sizeof(float));
  uint32_t seed = 1;
  for (size_t i = 0; i < count; i++) {
    A[i] = (int32_t)(seed = seed * 1664525u + 1013904223u) / 2147483648.0f;
    B[i] = (int32_t)(seed = seed * 1664525u + 1013904223u) / 2147483648.0f;
  }
  double best = 1e30, spent = 0;
  for (int call = 0; call < 3 || spent < 0.3; call++) {
    memset(C, 0, count * sizeof(float));
    double start = now();
    sgemm(ARGUMENTS A, B, C);
    double seconds = now() - start;
    spent += seconds;
    best = seconds < best ? seconds : best;
  }
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < count * sizeof(float); i++)
    hash = (hash ^ ((const unsigned char *)C)[i]) * 1099511628211u;
  printf("output %016llx\nseconds %.9f\n", (unsigned long long)hash, best);
}
