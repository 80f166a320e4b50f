// RUN: %same-output %s -O3 -march=native -fno-strict-aliasing
// RUN: %same-output %s -O2 -march=x86-64-v3 -fno-strict-aliasing
// RUN: %same-output %s -O2 -fno-strict-aliasing
// RUN: sh %S/../Inputs/older-cpus.sh %plugin %S/../Inputs %s
// Products of few rows and of many, and sums of few and of many steps: sizes at which one kernel gives way to the next, or to clang's loop.
#include "harness.h"
#define NEST __attribute__((noinline)) static void
#define FOR(i, n) for (int i = 0; i < n; i++)
#define PRODUCTS(type, A, B, T) \
  NEST nt_##type(int m, int n, int p, const A *a, const B *b, T *c) { FOR(i, m) FOR(j, n) { T s = 0; FOR(k, p) s += (T)a[i * p + k] * (T)b[j * p + k]; c[i * n + j] = s; } } \
  NEST nn_##type(int m, int n, int p, const A *a, const B *b, T *c) { FOR(i, m) FOR(k, p) FOR(j, n) c[i * n + j] += (T)a[i * p + k] * (T)b[k * n + j]; } \
  NEST tn_##type(int m, int n, int p, const A *a, const B *b, T *c) { FOR(i, m) FOR(j, n) { T s = c[i * n + j]; FOR(k, p) s += (T)a[k * m + i] * (T)b[k * n + j]; c[i * n + j] = s; } } \
  NEST tt_##type(int m, int n, int p, const A *a, const B *b, T *c) { FOR(i, m) FOR(j, n) { T s = 0; FOR(k, p) s += (T)a[k * m + i] * (T)b[j * p + k]; c[i * n + j] = s; } }
PRODUCTS(i8, int8_t, int8_t, unsigned)
PRODUCTS(u8, uint8_t, int8_t, unsigned)
PRODUCTS(i16, int16_t, int16_t, unsigned)
PRODUCTS(i32, unsigned, unsigned, unsigned)
PRODUCTS(f32, float, float, float)
/// The larger of numbers without a sign: its order is free.
NEST largest(int m, int n, const uint8_t *a, int *c) { FOR(i, m) { int s = a[i * n]; FOR(j, n) s = a[i * n + j] > s ? a[i * n + j] : s; c[i] = s; } }
NEST largest_of_columns(int m, int n, const unsigned *a, unsigned *c) { FOR(i, m) FOR(j, n) c[j] = a[i * n + j] > c[j] ? a[i * n + j] : c[j]; }
NEST smallest(int m, int n, const unsigned *a, unsigned *c) { FOR(i, m) { unsigned s = ~0u; FOR(j, n) s = a[i * n + j] < s ? a[i * n + j] : s; c[i] = s; } }
/// Sums in the source's order, rows apart.
NEST sums(int m, int p, const float *a, const float *x, float *c) { FOR(i, m) { float s = 0; FOR(k, p) s += a[i * p + k] * x[k]; c[i] = s; } }
NEST sums_of_doubles(int m, int p, const double *a, double *c) { FOR(i, m) { double s = 1; FOR(k, p) s += a[i * p + k]; c[i] = s; } }
NEST sums_of_bytes(int m, int p, const int8_t *a, const float *x, float *c) { FOR(i, m) { float s = 0; FOR(k, p) s += a[i * p + k] * x[k]; c[i] = s; } }
NEST only_bytes(int m, int p, const uint8_t *a, float *c) { FOR(i, m) { float s = 0; FOR(k, p) s += a[i * p + k]; c[i] = s; } }

enum { SPACE = 3 << 18, THIRD = SPACE / 3 };
static unsigned char *memory;
static const int kSizes[][3] = {{1, 16, 4}, {1, 40, 7}, {1, 33, 64}, {1, 20, 1030}, {2, 4, 16}, {2, 50, 15}, {2, 50, 16}, {2, 50, 17}, {3, 17, 24},
                                {4, 4, 16}, {4, 33, 31}, {4, 33, 32}, {4, 33, 33}, {5, 8, 256}, {7, 23, 55}, {7, 23, 56}, {8, 64, 64}, {8, 63, 65},
                                {16, 16, 127}, {16, 16, 128}, {32, 40, 256}, {33, 40, 256}, {64, 9, 300}, {65, 9, 300}, {70, 70, 20}, {3, 4, 511}, {4, 4, 511}, {4, 4, 512}, {2, 2, 1023}, {2, 2, 1024},
                                {7, 4, 64}, {8, 4, 63}, {15, 4, 63}, {16, 4, 3}};
#define RUN(call) \
  do { \
    FOR(i, SPACE) memory[i] = (unsigned char)next_random(); \
    void *a = memory, *b = memory + THIRD, *c = memory + 2 * THIRD; \
    call; \
    uint64_t h = 1; \
    FOR(i, SPACE / 8) { uint64_t bits; memcpy(&bits, memory + 8 * i, 8); h = (h ^ bits) * 1099511628211ull; h ^= h >> 29; } \
    printf("%.24s %d %d %d %016llx\n", #call, m, n, p, (unsigned long long)h); \
  } while (0)
#define ALL(type) RUN(nt_##type(m, n, p, a, b, c)); RUN(nn_##type(m, n, p, a, b, c)); RUN(tn_##type(m, n, p, a, b, c)); RUN(tt_##type(m, n, p, a, b, c));
static void whole(float *p, int count) { FOR(i, count) p[i] = (float)((int)(next_random() % 201) - 100) / 8; }
#define FLOATS(name) RUN((whole(a, SPACE / 4), name(m, n, p, a, b, c)))
int main(void) {
  memory = malloc(SPACE);
  FOR(s, (int)(sizeof kSizes / sizeof *kSizes)) {
    const int m = kSizes[s][0], n = kSizes[s][1], p = kSizes[s][2];
    ALL(i8) ALL(u8) ALL(i16) ALL(i32)
    FLOATS(nt_f32); FLOATS(nn_f32); FLOATS(tn_f32); FLOATS(tt_f32);
    RUN((whole(a, SPACE / 4), sums(m, p, a, b, c)));
    RUN((whole(a, SPACE / 4), sums_of_doubles(m, p, a, c)));
    RUN((whole(b, THIRD / 4), whole(c, THIRD / 4), sums_of_bytes(m, p, a, b, c)));
    RUN((whole(c, THIRD / 4), only_bytes(m, p, a, c)));
    RUN((void)b; largest(m, n, a, c));
    RUN((void)b; largest_of_columns(m, n, a, c));
    RUN((void)b; smallest(m, n, a, c));
  }
}
