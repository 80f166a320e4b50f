// RUN: %same-output %s -O3 -march=native -fno-strict-aliasing
// RUN: %same-output %s -O1 -march=native -DAPART
// RUN: %same-output %s -O2 -march=x86-64-v3 -fwrapv -fno-strict-aliasing
// RUN: %same-output %s -O2 -fno-strict-aliasing
// Integers of 8 to 32 bits: products, images, extrema, conversions; windows overlap at times.
#include "harness.h"
#ifdef APART
#define OVERLAP 0
#else
#define OVERLAP 1
#endif
#define NEST __attribute__((noinline)) static void
#define FOR(i, n) for (int i = 0; i < n; i++)
typedef int8_t i8;
typedef uint8_t u8;
typedef int16_t i16;
typedef uint16_t u16;
#define GEMM(name, TA, TB, TC, TS) \
  NEST name(int m, int n, int p, const TA *a, int lda, const TB *b, int ldb, TC *c, int ldc) { \
    FOR(i, m) FOR(j, n) { TS s = 0; FOR(k, p) s += (TS)a[i * lda + k] * (TS)b[k * ldb + j]; c[i * ldc + j] = (TC)s; } }
GEMM(gemm_i8, i8, i8, int, int)
GEMM(gemm_u8, u8, u8, unsigned, unsigned)
GEMM(gemm_u8_i8, u8, i8, int, int)
GEMM(gemm_u16, u16, u16, u16, unsigned)
GEMM(gemm_u32, unsigned, unsigned, unsigned, unsigned)
GEMM(gemm_long, i8, int, unsigned, unsigned long)
GEMM(gemm_i8_f32, i8, float, float, float)
GEMM(gemm_f32_f64, float, float, float, double)
#ifndef RISCV // where libgcc has no conversions of halves
GEMM(gemm_f16, _Float16, _Float16, float, float)
static void fill_halves(void *from, int count) { FOR(i, count) ((_Float16 *)from)[i] = (_Float16)((float)(int)(next_random() % 201 - 100) / 8); }
#endif
NEST gemm_i16(int m, int n, int p, const i16 *a, const i16 *b, i16 *c) { FOR(i, m) FOR(k, p) FOR(j, n) c[i * n + j] += (u8)a[i * p + k] * (i8)b[k * n + j]; }
NEST gemm_i16_whole(int m, int n, int p, const i16 *a, const i16 *b, u16 *c) { FOR(i, m) FOR(k, p) FOR(j, n) c[i * n + j] -= (unsigned)a[i * p + k] * (unsigned)b[k * n + j]; }
NEST rows(int m, int p, const u8 *a, const i8 *x, unsigned *y) { FOR(i, m) { unsigned s = y[i]; FOR(k, p) s += (unsigned)(a[k * m + i] * x[k]); y[i] = s; } }
NEST filter(int h, int w, const u8 *a, const i16 *f, u8 *c) {
  FOR(y, h) FOR(x, w) {
    int s = 100;
    FOR(p, 3) FOR(q, 3) s += a[(y + p) * (w + 2) + x + q] * f[p * 3 + q];
    c[y * w + x] = s < 0 ? 0 : s > 255 ? 255 : s;
  }
}
NEST largest(int h, int w, const u16 *a, u16 *c) { FOR(x, w) { u16 m = 3; FOR(y, h) m = a[y * w + x] > m ? a[y * w + x] : m; c[x] = m; } }
NEST smallest(int h, int w, const i8 *a, i8 *c) { FOR(y, h) FOR(x, w) if (a[y * w + x] < c[x]) c[x] = a[y * w + x]; }
NEST largest_unsigned(int h, int w, const unsigned *a, unsigned *c) { FOR(x, w) { unsigned m = 3; FOR(y, h) m = a[y * w + x] > m ? a[y * w + x] : m; c[x] = m; } }
NEST differences(int m, int n, int p, const u8 *a, const u8 *b, int *c) { FOR(i, m) FOR(j, n) { int s = 0; FOR(k, p) { int d = a[i * p + k] - b[k * n + j]; s += d < 0 ? -d : d; } c[i * n + j] = s; } }
NEST count_less(int m, int n, int p, const int *a, const int *b, u16 *c) { FOR(i, m) FOR(j, n) { int s = 0; FOR(k, p) s += a[i * p + k] < b[k * n + j]; c[i * n + j] = s; } }
NEST shortest(int m, int n, int p, const int *a, const int *b, int *c) { FOR(i, m) FOR(j, n) FOR(k, p) { int t = (a[i * p + k] >> 8) * 4 - (b[k * n + j] & 1023); c[i * n + j] = c[i * n + j] < t ? c[i * n + j] : t; } }
NEST plus(int m, int n, int p, const i16 *a, const i16 *b, int *c) { FOR(i, m) FOR(j, n) FOR(k, p) { int t = a[i * p + k] + b[k * n + j]; c[i * n + j] = c[i * n + j] < t ? t : c[i * n + j]; } }
NEST transposed(int m, int n, const int *a, int scale, int *c) { FOR(i, m) FOR(j, n) c[j * m + i] = (int)((unsigned)a[i * n + j] * (unsigned)scale + 7u); }
NEST to_float(int m, int n, int p, const u8 *a, const i8 *b, float *c) { FOR(i, m) FOR(j, n) { int s = 0; FOR(k, p) s += a[i * p + k] * b[k * n + j]; c[i * n + j] = s; } }
NEST to_bytes(int m, int n, int p, const u8 *a, const i8 *b, u8 *c) { FOR(i, m) FOR(j, n) { float s = 0; FOR(k, p) s += (float)a[i * p + k] * (float)b[k * n + j]; s *= 0.01f; c[i * n + j] = (u8)(s > 255 ? 255 : s > 0 ? s : 0); } }
// The bound lies where bytes may be written: every type may alias them.
typedef struct { int n; i8 *c; } Treacherous;
NEST bounds_overwritten(Treacherous *t, const i8 *a, const i8 *b) { for (int i = 0; i < t->n; i++) for (int j = 0; j < t->n; j++) for (int k = 0; k < 24; k++) t->c[i * 64 + j] += a[i * 24 + k] * b[k * 64 + j]; }

enum { SPACE = 1 << 19 };
static unsigned char *memory;
static void fill_floats(void *from, int count) { FOR(i, count) ((float *)from)[i] = (float)(int)(next_random() % 2001 - 1000) / 64; }
int main(void) {
  memory = malloc(SPACE);
  for (int run = 0; run < 40; run++) {
    int m = pick(0, 60), n = pick(0, 70), p = run % 7 ? pick(1, 50) : 0;
#define RUN(call) \
  do { \
    fill_bytes(memory, SPACE); \
    void *a = memory, *b = memory + 150000, *c = memory + 300000; \
    if (run % 6 == 5 && OVERLAP) b = memory + 4 * pick(0, 30000), c = memory + 4 * pick(0, 60000); \
    (void)b; \
    call; \
    printf("%d %.24s %d %d %d %016llx\n", run, #call, m, n, p, (unsigned long long)hash_bytes(memory, SPACE)); \
  } while (0)
    RUN(gemm_i8(m, n, p, a, 64, b, 80, c, 96));
    RUN(gemm_u8(m, n, p, a, 64, b, 80, c, 96));
    RUN(gemm_u8_i8(m, n, p, a, p, b, n, c, n));
    RUN(gemm_u16(m, n, p, a, 64, b, 80, c, 96));
    RUN(gemm_u32(m, n, p, a, 64, b, 80, c, 96));
    RUN(gemm_long(m, n, p, a, 64, b, 80, c, 96));
    RUN((fill_floats(b, 8000), gemm_i8_f32(m, n, p, a, 64, b, 80, c, 96)));
    RUN((c = memory + 300000, fill_floats(memory, SPACE / 4), gemm_f32_f64(m, n, p, a, 64, b, 80, c, 96)));
#ifndef RISCV
    RUN((c = memory + 300000, fill_halves(memory, SPACE / 2), gemm_f16(m, n, p, a, 64, b, 80, c, 96)));
#endif
    RUN(gemm_i16(m, n, p, a, b, c));
    RUN(gemm_i16_whole(m, n, p, a, b, c));
    RUN(rows(m, p, a, b, c));
    RUN(filter(m, n, a, b, c));
    RUN(largest(m, n, a, c));
    RUN(smallest(m, n, a, c));
    RUN(largest_unsigned(m, n, a, c));
    RUN(differences(m, n, p, a, b, c));
    RUN(count_less(m, n, p, a, b, c));
    RUN(shortest(m, n, p, a, b, c));
    RUN(plus(m, n, p, a, b, c));
    RUN(transposed(m, n, a, run - 7, c));
    RUN(to_float(m, n, p, a, b, c));
    RUN(to_bytes(m, n, p, a, b, c));
    Treacherous *t = (Treacherous *)(memory + 200000 - 16);
    FOR(i, SPACE) memory[i] = (unsigned char)next_random();
    t->n = 24;
    t->c = (i8 *)memory + 200000 - 64 * (run % 2);
    bounds_overwritten(t, (i8 *)memory, (i8 *)memory + 9000);
    printf("%d treacherous %d\n", run, memory[200000 + 64 * 3 + 5]);
  }
}
