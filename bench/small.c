/* The smallest nests: where a kernel begins to pay, and what its guard costs below that. Prints one line per nest and
   size: name, n, nanoseconds per call, hash of the output. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef float T;
#define NEST(name) __attribute__((noinline)) static void name(int n, T *c, const T *a, const T *b)
#define FOR(i) for (int i = 0; i < n; i++)

NEST(ijk) { FOR(i) FOR(j) { T s = 0; FOR(k) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
NEST(ikj) { FOR(i) FOR(k) FOR(j) c[i * n + j] += a[i * n + k] * b[k * n + j]; }
NEST(transposed) { FOR(i) FOR(j) { T s = 0; FOR(k) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
NEST(skip_zeros) { FOR(i) FOR(k) { T t = a[i * n + k]; if (t != 0) FOR(j) c[i * n + j] += t * b[k * n + j]; } }
NEST(rows) { FOR(i) { T s = 0; FOR(j) s += a[i * n + j] * b[j]; c[i] = s; } }
NEST(columns) { FOR(i) FOR(j) c[j] += a[i * n + j] * b[i]; }
NEST(scale_columns) { FOR(j) FOR(i) c[i * n + j] = a[i * n + j] * 2; }

static const struct { const char *name; void (*run)(int, T *, const T *, const T *); } kNests[] = {
    {"ijk", ijk}, {"ikj", ikj}, {"transposed", transposed}, {"skip_zeros", skip_zeros},
    {"rows", rows}, {"columns", columns}, {"scale_columns", scale_columns}};
static const int kSizes[] = {2, 3, 4, 6, 8, 12, 16, 24, 48};
enum { kMost = 48 * 48 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
  static T a[kMost], b[kMost], c[kMost];
  for (int i = 0; i < kMost; i++) a[i] = (i % 13) / 7.0f - 0.9f, b[i] = (i % 11) / 3.0f - 1.6f;
  for (size_t k = 0; k < sizeof kNests / sizeof *kNests; k++)
    for (size_t s = 0; s < sizeof kSizes / sizeof *kSizes; s++) {
      const int n = kSizes[s];
      for (int i = 0; i < kMost; i++) c[i] = 1;
      kNests[k].run(n, c, a, b);
      uint64_t hash = 14695981039346656037u;
      for (size_t i = 0; i < sizeof c; i++) hash = (hash ^ ((unsigned char *)c)[i]) * 1099511628211u;
      double best = 1e9;
      for (int repeat = 0, rounds = 16; repeat < 15;) {
        for (int i = 0; i < kMost; i++) c[i] = 1; /* keep sums from growing */
        const double start = now();
        for (int r = 0; r < rounds; r++) kNests[k].run(n, c, a, b);
        const double seconds = now() - start;
        if (seconds < 5e-4) { rounds *= 2; continue; }
        if (seconds / rounds < best) best = seconds / rounds;
        repeat++;
      }
      printf("%s %d %.9f %016llx\n", kNests[k].name, n, best * 1e9, (unsigned long long)hash);
    }
  return 0;
}
