// RUN: %same-output %s -O3 -march=native -fno-strict-aliasing
// RUN: %same-output %s -O1 -march=native
// RUN: %same-output %s -O2 -march=x86-64-v3 -fwrapv -fno-strict-aliasing
// RUN: %same-output %s -O2 -fno-strict-aliasing
// Shifts and operations bit by bit: fixed point, requantised products, masks, numbers that are cut off and used as a whole.
#include "harness.h"
#define NEST __attribute__((noinline)) static void
#define FOR(i, n) for (int i = 0; i < n; i++)
typedef int8_t i8;
typedef uint8_t u8;
typedef int16_t i16;
typedef uint16_t u16;
typedef uint32_t u32;
#define GEMM(name, TA, TB, TC, TS, ...) \
  NEST name(int m, int n, int p, const TA *a, const TB *b, TC *c) { \
    FOR(i, m) FOR(j, n) { TS s = 0; FOR(k, p) s += (TS)a[i * p + k] * (TS)b[k * n + j]; c[i * n + j] = (TC)(__VA_ARGS__); } }
GEMM(requantized_i8, i8, i8, i8, int, (s = (s + 128) >> 8, s < -128 ? -128 : s > 127 ? 127 : s))
GEMM(requantized_u8, u8, i8, u8, int, (s = (s * 77 + 4096) >> 13, s < 0 ? 0 : s > 255 ? 255 : s))
GEMM(scaled, i16, i16, i16, int, (s / 4096) * 3 >> 2)
GEMM(logical, u8, u8, u16, unsigned, s >> 3 & 0x7ff)
GEMM(high, u16, u16, u16, u32, s >> 16)
GEMM(low_bytes, int, int, i8, u32, s >> 24 ^ s)
GEMM(halved, int, int, int, u32, (int)(s >> 31) - (int)s / 2)
// Sums of fewer bits than they are used with.
NEST wrapped(int m, int n, int p, const u8 *a, const u8 *b, int *c) { FOR(i, m) FOR(j, n) { u32 s = 0; FOR(k, p) s += (u8)(a[i * p + k] + b[k * n + j]) * (i8)(a[i * p + k] - b[k * n + j]); c[i * n + j] = (int)s; } }
NEST cut_words(int m, int n, int p, const i16 *a, const u16 *b, int *c) { FOR(i, m) FOR(j, n) { int s = 7; FOR(k, p) s ^= (i16)(a[i * p + k] * 5) + (u16)(b[k * n + j] << 3); c[i * n + j] = s; } }
NEST signs(int m, int n, int p, const i8 *a, const i8 *b, u32 *c) { FOR(i, m) FOR(j, n) { u32 s = 0; FOR(k, p) s += (u16)(a[i * p + k] >> 1) + (u32)(b[k * n + j] >> 7 & 3); c[i * n + j] = s; } }
NEST distances(int m, int n, int p, const u32 *a, const u32 *b, u32 *c) { FOR(i, m) FOR(j, n) { u32 s = 0; FOR(k, p) s += a[i * p + k] << (b[k * n + j] & 31) ^ a[i * p + k] >> (b[k * n + j] >> 3 & 31); c[i * n + j] = s; } }
NEST distances_signed(int m, int n, int p, const int *a, const u8 *b, int *c) { FOR(i, m) FOR(j, n) { u32 s = 0; FOR(k, p) s += (u32)(a[i * p + k] >> (b[k * n + j] & 31)); c[i * n + j] = (int)s; } }
NEST ands(int m, int p, const u32 *a, const u32 *x, u32 *y) { FOR(i, m) { u32 s = ~0u; FOR(k, p) s &= a[k * m + i] | x[k]; y[i] = s; } }
NEST ors(int m, int p, const u8 *a, const u8 *x, u8 *y) { FOR(i, m) { u8 s = 0; FOR(k, p) s |= a[k * m + i] & x[k]; y[i] = s; } }
NEST parities(int m, int p, const i16 *a, const i16 *x, i16 *y) { FOR(i, m) { i16 s = 0; FOR(k, p) s ^= a[k * m + i] & ~x[k]; y[i] = s; } }
NEST saturated(int m, int n, int p, const u8 *a, const u8 *b, u8 *c) { FOR(i, m) FOR(j, n) FOR(k, p) { int t = c[i * n + j] + (a[i * p + k] ^ b[k * n + j]) % 4; c[i * n + j] = t > 255 ? 255 : t; } }
NEST blurred(int h, int w, const u8 *a, const i16 *f, u8 *c) { FOR(y, h) FOR(x, w) { int s = 128; FOR(p, 3) FOR(q, 3) s += a[(y + p) * (w + 2) + x + q] * f[p * 3 + q]; s >>= 8; c[y * w + x] = s < 0 ? 0 : s > 255 ? 255 : s; } }
NEST blurred_columns(int h, int w, const u8 *a, u8 *c) { FOR(x, w) FOR(y, h) c[y * w + x] = (a[y * w + x] + 2 * a[(y + 1) * w + x] + a[(y + 2) * w + x] + 2) >> 2; }
NEST gray(int h, int w, const u8 *a, u8 *c) { FOR(x, w) FOR(y, h) c[y * w + x] = (77 * a[3 * (y * w + x)] + 150 * a[3 * (y * w + x) + 1] + 29 * a[3 * (y * w + x) + 2]) >> 8; }
NEST blended(int h, int w, const u8 *a, const u8 *b, int alpha, u8 *c) { FOR(x, w) FOR(y, h) c[x * h + y] = (a[y * w + x] * alpha + b[x * h + y] * (256 - alpha) + 128) >> 8; }
NEST hashed(int m, int n, const u32 *a, u32 *c) { FOR(i, m) FOR(j, n) { u32 h = a[j * m + i]; h ^= h >> 16; h *= 0x85ebca6bu; h ^= h >> 13; c[i * n + j] = h << 7 | h >> 25; } }
// Divisions by constants.
GEMM(averages, u8, u8, u8, u32, s / 9)
GEMM(averages_signed, i8, i8, i16, int, s / 7 - s % 10)
NEST quotients(int m, int n, const u32 *a, u32 *c) { FOR(i, m) FOR(j, n) { u32 h = a[j * m + i]; c[i * n + j] = h / 7 + h / 641 + h % 1000000007u + h / 0x80000001u + h % 3; } }
NEST quotients_signed(int m, int n, const int *a, int *c) { FOR(i, m) FOR(j, n) { int h = a[j * m + i]; c[i * n + j] = (int)((u32)(h / -7) + (u32)(h / 641) + (u32)(h % 1000000007) + (u32)(h / 32) + (u32)(h / -2) + (u32)(h % -3)); } }
NEST quotients_narrow(int m, int n, const i16 *a, const u16 *b, i16 *c) { FOR(i, m) FOR(j, n) { u16 x = (u16)(b[j * m + i] * 3); i16 y = (i16)(a[j * m + i] + 7); c[i * n + j] = (i16)(x / 10 - y / 3 + y % 100); } }

enum { SPACE = 1 << 18 };
static unsigned char *memory;
int main(void) {
  memory = malloc(SPACE);
  for (int run = 0; run < 25; run++) {
    int m = pick(0, 50), n = pick(0, 70), p = run % 7 ? pick(1, 40) : 0;
#define RUN(call) \
  do { \
    fill_bytes(memory, SPACE); \
    void *a = memory, *b = memory + 70000, *c = memory + 150000; \
    (void)b; \
    call; \
    printf("%d %.24s %d %d %d %016llx\n", run, #call, m, n, p, (unsigned long long)hash_bytes(memory, SPACE)); \
  } while (0)
    RUN(requantized_i8(m, n, p, a, b, c));
    RUN(requantized_u8(m, n, p, a, b, c));
    RUN(scaled(m, n, p % 2, a, b, c));
    RUN(logical(m, n, p, a, b, c));
    RUN(high(m, n, p, a, b, c));
    RUN(low_bytes(m, n, p, a, b, c));
    RUN(halved(m, n, p, a, b, c));
    RUN(wrapped(m, n, p, a, b, c));
    RUN(cut_words(m, n, p, a, b, c));
    RUN(signs(m, n, p, a, b, c));
    RUN(distances(m, n, p, a, b, c));
    RUN(distances_signed(m, n, p, a, b, c));
    RUN(ands(m, p, a, b, c));
    RUN(ors(m, p, a, b, c));
    RUN(parities(m, p, a, b, c));
    RUN(saturated(m, n, p, a, b, c));
    RUN(blurred(m, n, a, b, c));
    RUN(blurred_columns(m, n, a, c));
    RUN(gray(m, n, a, c));
    RUN(blended(m, n, a, b, run * 11, c));
    RUN(hashed(m, n, a, c));
    RUN(averages(m, n, p, a, b, c));
    RUN(averages_signed(m, n, p, a, b, c));
    RUN(quotients(m, n, a, c));
    RUN(quotients_signed(m, n, a, c));
    RUN(quotients_narrow(m, n, a, b, c));
  }
}
