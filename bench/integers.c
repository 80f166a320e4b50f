/* Dense nests over integers of 8 to 32 bits as C programmers write them, in three sizes: products, images, conversions.
   Prints one line per kernel and size: name, n, seconds per run, hash of all data. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { int8_t *a8, *b8, *c8; uint8_t *au, *bu, *cu; int16_t *a16, *b16, *c16; int32_t *a32, *b32, *c32; float *f, *g; } Data;
#define KERNEL(name, ...) __attribute__((noinline)) static void name(int n, __VA_ARGS__)
#define CALL(name, ...) static void run_##name(int n, Data *d) { name(n, __VA_ARGS__); }
#define FOR(i, from, to) for (int i = from; i < to; i++)

KERNEL(gemm_i8, const int8_t *a, const int8_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(gemm_u8_i8, const uint8_t *a, const int8_t *b, int32_t *c) { FOR(i, 0, n) FOR(k, 0, n) FOR(j, 0, n) c[i * n + j] += a[i * n + k] * b[k * n + j]; }
KERNEL(gemm_i8_nt, const int8_t *a, const int8_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(gemm_i16, const int16_t *a, const int16_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(gemm_i16_nt, const int16_t *a, const int16_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(gemm_i32, const int32_t *a, const int32_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(gemm_i32_ikj, const int32_t *a, const int32_t *b, int32_t *c) { FOR(i, 0, n) FOR(k, 0, n) FOR(j, 0, n) c[i * n + j] += a[i * n + k] * b[k * n + j]; }
KERNEL(gemm_i32_nt, const int32_t *a, const int32_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(gemm_short, const int16_t *a, const int16_t *b, int16_t *c) { FOR(i, 0, n) FOR(k, 0, n) FOR(j, 0, n) c[i * n + j] += a[i * n + k] * b[k * n + j]; }
KERNEL(gemm_requantized, const int8_t *a, const int8_t *b, int8_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; s = (s + 128) >> 8; c[i * n + j] = s < -128 ? -128 : s > 127 ? 127 : s; } }
KERNEL(few_i8_nt, int m, const int8_t *a, const int8_t *b, int32_t *c) { FOR(i, 0, m) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(few_u8_nt, int m, const uint8_t *a, const uint8_t *b, int32_t *c) { FOR(i, 0, m) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(few_i16_nt, int m, const int16_t *a, const int16_t *b, int32_t *c) { FOR(i, 0, m) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = s; } }
KERNEL(few_i8, int m, const int8_t *a, const int8_t *b, int32_t *c) { FOR(i, 0, m) FOR(j, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(largest_u8, const uint8_t *a, int32_t *y) { FOR(i, 0, n) { int s = 0; FOR(k, 0, n) s = a[i * n + k] > s ? a[i * n + k] : s; y[i] = s; } }
KERNEL(gemv_i8, const int8_t *a, const int8_t *x, int32_t *y) { FOR(i, 0, n) { int s = 0; FOR(k, 0, n) s += a[i * n + k] * x[k]; y[i] = s; } }
KERNEL(columns_i16, const int16_t *a, int32_t *y) { FOR(j, 0, n) { int s = 0; FOR(i, 0, n) s += a[i * n + j]; y[j] = s; } }
KERNEL(blur_box, const uint8_t *a, uint8_t *c) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) { int s = 0; FOR(p, -1, 2) FOR(q, -1, 2) s += a[(i + p) * n + j + q]; c[i * n + j] = s >> 4; } }
KERNEL(blur_weights, const uint8_t *a, const int16_t *w, uint8_t *c) { FOR(i, 2, n - 2) FOR(j, 2, n - 2) { int s = 128; FOR(p, 0, 5) FOR(q, 0, 5) s += a[(i + p - 2) * n + j + q - 2] * w[p * 5 + q]; s >>= 8; c[i * n + j] = s < 0 ? 0 : s > 255 ? 255 : s; } }
KERNEL(pool_max, const uint8_t *a, uint8_t *c) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) { uint8_t m = 0; FOR(p, -1, 2) FOR(q, -1, 2) { uint8_t v = a[(i + p) * n + j + q]; if (v > m) m = v; } c[i * n + j] = m; } }
KERNEL(block_match, const uint8_t *a, const uint8_t *b, int32_t *c) { FOR(y, 0, 16) FOR(x, 0, n - 16) { int s = 0; FOR(p, 0, 16) FOR(q, 0, 16) { int d = a[p * n + q] - b[(y + p) * n + x + q]; s += d < 0 ? -d : d; } c[y * n + x] = s; } }
KERNEL(correlate_f, const uint8_t *a, const float *w, float *c) { FOR(i, 2, n - 2) FOR(j, 2, n - 2) { float s = 0; FOR(p, 0, 5) FOR(q, 0, 5) s += a[(i + p - 2) * n + j + q - 2] * w[p * 5 + q]; c[i * n + j] = s; } }
KERNEL(dequantized, const int8_t *a, const float *b, float *c) { FOR(i, 0, n) FOR(j, 0, n) { float s = 0; FOR(k, 0, n) s += a[i * n + k] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(jacobi_i32, const int32_t *a, int32_t *c) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) c[i * n + j] = a[i * n + j - 1] + a[i * n + j + 1] + a[(i - 1) * n + j] + a[(i + 1) * n + j] - 4 * a[i * n + j]; }
KERNEL(blend, const uint8_t *a, const uint8_t *b, uint8_t *c) { FOR(i, 0, n) FOR(j, 0, n) c[i * n + j] = (a[i * n + j] * 3 + b[i * n + j]) >> 2; }
KERNEL(shortest_paths, int32_t *a) { FOR(k, 0, n) FOR(i, 0, n) FOR(j, 0, n) a[i * n + j] = a[i * n + j] < a[i * n + k] + a[k * n + j] ? a[i * n + j] : a[i * n + k] + a[k * n + j]; }
KERNEL(max_plus, const int32_t *a, const int32_t *b, int32_t *c) { FOR(i, 0, n) FOR(j, 0, n) { int s = -2000000000; FOR(k, 0, n) { int t = a[i * n + k] + b[k * n + j]; s = t > s ? t : s; } c[i * n + j] = s; } }

static int few(int n) { return n < 4 ? n : 4; } /* rows, as many as only the run knows */
CALL(gemm_i8, d->a8, d->b8, d->c32) CALL(gemm_u8_i8, d->au, d->b8, d->c32) CALL(gemm_i8_nt, d->a8, d->b8, d->c32)
CALL(gemm_i16, d->a16, d->b16, d->c32) CALL(gemm_i16_nt, d->a16, d->b16, d->c32) CALL(gemm_i32, d->a32, d->b32, d->c32)
CALL(gemm_i32_ikj, d->a32, d->b32, d->c32) CALL(gemm_i32_nt, d->a32, d->b32, d->c32) CALL(gemm_short, d->a16, d->b16, d->c16)
CALL(gemm_requantized, d->a8, d->b8, d->c8) CALL(gemv_i8, d->a8, d->b8, d->c32) CALL(columns_i16, d->a16, d->c32)
CALL(few_i8_nt, few(n), d->a8, d->b8, d->c32) CALL(few_u8_nt, few(n), d->au, d->bu, d->c32) CALL(few_i16_nt, few(n), d->a16, d->b16, d->c32)
CALL(few_i8, few(n), d->a8, d->b8, d->c32) CALL(largest_u8, d->au, d->c32)
CALL(blur_box, d->au, d->cu) CALL(blur_weights, d->au, d->b16, d->cu) CALL(pool_max, d->au, d->cu) CALL(block_match, d->au, d->bu, d->c32)
CALL(correlate_f, d->au, d->f, d->g) CALL(dequantized, d->a8, d->f, d->g) CALL(jacobi_i32, d->a32, d->c32)
CALL(blend, d->au, d->bu, d->cu) CALL(shortest_paths, d->a32) CALL(max_plus, d->a32, d->b32, d->c32)

#define ROW(name, size) {#name, run_##name, size}
enum { Cubic, Square, Image };
static const struct { const char *name; void (*run)(int, Data *); int work; } kKernels[] = {
    ROW(gemm_i8, Cubic), ROW(gemm_u8_i8, Cubic), ROW(gemm_i8_nt, Cubic), ROW(gemm_requantized, Cubic), ROW(gemm_i16, Cubic),
    ROW(gemm_i16_nt, Cubic), ROW(gemm_short, Cubic), ROW(gemm_i32, Cubic), ROW(gemm_i32_ikj, Cubic), ROW(gemm_i32_nt, Cubic),
    ROW(dequantized, Cubic), ROW(shortest_paths, Cubic), ROW(max_plus, Cubic), ROW(few_i8_nt, Square), ROW(few_u8_nt, Square), ROW(few_i16_nt, Square),
    ROW(few_i8, Square), ROW(largest_u8, Square), ROW(gemv_i8, Square), ROW(columns_i16, Square),
    ROW(blur_box, Image), ROW(blur_weights, Image), ROW(pool_max, Image), ROW(block_match, Image), ROW(correlate_f, Image),
    ROW(jacobi_i32, Image), ROW(blend, Image)};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

enum { kArrays = 14, kMost = 2000 };
static const int kBytes[kArrays] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 4, 4, 4, 4, 4}; /* of the elements of Data's arrays */

static void fill(void **arrays, size_t count) {
  uint32_t seed = 1;
  for (int a = 0; a < kArrays; a++)
    for (size_t i = 0; i < count; i++) {
      seed = seed * 1664525u + 1013904223u;
      if (a >= 12) ((float *)arrays[a])[i] = (seed >> 8) / 16777216.0f;
      else if (kBytes[a] == 1) ((int8_t *)arrays[a])[i] = seed >> 24;
      else if (kBytes[a] == 2) ((int16_t *)arrays[a])[i] = (int)(seed >> 24) - 128;
      else ((int32_t *)arrays[a])[i] = (int)(seed >> 16) - 32768;
    }
}

static uint64_t hash(void **arrays, size_t count) {
  uint64_t h = 14695981039346656037u;
  for (int a = 0; a < kArrays; a++)
    for (size_t i = 0; i < count * kBytes[a]; i++) h = (h ^ ((unsigned char *)arrays[a])[i]) * 1099511628211u;
  return h;
}

int main(int argc, char **argv) {
  const int sizes[3][3] = {{12, 72, 400}, {16, 300, 2000}, {40, 300, 2000}};
  void *arrays[kArrays];
  for (int a = 0; a < kArrays; a++) arrays[a] = malloc((size_t)kBytes[a] * kMost * kMost);
  Data data;
  memcpy(&data, arrays, sizeof data);
  for (size_t k = 0; k < sizeof kKernels / sizeof *kKernels; k++) {
    if (argc > 1 && strcmp(argv[1], kKernels[k].name)) continue;
    for (int s = 0; s < 3; s++) {
      const int n = sizes[kKernels[k].work][s];
      const size_t count = (size_t)n * n;
      fill(arrays, count);
      kKernels[k].run(n, &data);
      const uint64_t h = hash(arrays, count);
      double best = 1e9;
      int rounds = 1;
      for (int repeat = 0; repeat < 5; repeat++) {
        const double start = now();
        for (int r = 0; r < rounds; r++) kKernels[k].run(n, &data);
        const double seconds = (now() - start) / rounds;
        if (seconds < best) best = seconds;
        if (seconds * rounds < 1e-3) rounds *= 4, repeat = -1;
        if (seconds * rounds > 0.1 && repeat >= 1) break;
      }
      printf("%s %d %.9f %016llx\n", kKernels[k].name, n, best, (unsigned long long)h);
      fflush(stdout);
    }
  }
  return 0;
}
