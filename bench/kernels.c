/* Dense kernels as a numerical programmer writes them, in three sizes: what vecwrap-clang takes over, what it leaves,
   and whether either is ever slower. Prints one line per kernel and size: name, n, seconds per run, hash of all data. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef double R;
#define KERNEL(name) __attribute__((noinline)) static void name(int n, R *a, R *b, R *c, R *x, R *y, R *z)
#define FOR(i, from, to) for (int i = from; i < to; i++)

KERNEL(gemm) { FOR(i, 0, n) FOR(j, 0, n) { c[i * n + j] *= 1.2; FOR(k, 0, n) c[i * n + j] += 1.5 * a[i * n + k] * b[k * n + j]; } }
KERNEL(gemm_ikj) { FOR(i, 0, n) { FOR(j, 0, n) c[i * n + j] *= 1.2; FOR(k, 0, n) FOR(j, 0, n) c[i * n + j] += 1.5 * a[i * n + k] * b[k * n + j]; } }
KERNEL(gemm_tn) { FOR(i, 0, n) FOR(j, 0, n) { R s = 0; FOR(k, 0, n) s += a[k * n + i] * b[k * n + j]; c[i * n + j] = s; } }
KERNEL(gemm_nt) { FOR(i, 0, n) FOR(j, 0, n) { R s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k]; c[i * n + j] = 0.5 * s + c[i * n + j]; } }
KERNEL(two_mm) {
  FOR(i, 0, n) FOR(j, 0, n) { R s = 0; FOR(k, 0, n) s += 1.5 * a[i * n + k] * b[k * n + j]; c[i * n + j] = s; }
  FOR(i, 0, n) FOR(j, 0, n) { R s = 0; FOR(k, 0, n) s += c[i * n + k] * a[k * n + j]; b[i * n + j] = s * 1e-3; }
}
KERNEL(syrk) { FOR(i, 0, n) { FOR(j, 0, i + 1) c[i * n + j] *= 0.9; FOR(k, 0, n) FOR(j, 0, i + 1) c[i * n + j] += 0.1 * a[i * n + k] * a[j * n + k]; } }
KERNEL(syr2k) { FOR(i, 0, n) FOR(j, 0, i + 1) { R s = 0; FOR(k, 0, n) s += a[i * n + k] * b[j * n + k] + b[i * n + k] * a[j * n + k]; c[i * n + j] = s; } }
KERNEL(trmm) { FOR(i, 0, n) FOR(j, 0, n) { FOR(k, i + 1, n) b[i * n + j] += 1e-3 * a[k * n + i] * b[k * n + j]; b[i * n + j] *= 0.9; } }
KERNEL(symm) { FOR(i, 0, n) FOR(j, 0, n) { R t = 0; FOR(k, 0, i) { c[k * n + j] += 1e-3 * b[i * n + j] * a[i * n + k]; t += b[k * n + j] * a[i * n + k]; } c[i * n + j] = 0.5 * c[i * n + j] + 1e-3 * b[i * n + j] * a[i * n + i] + 1e-3 * t; } }
KERNEL(atax) { FOR(i, 0, n) y[i] = 0; FOR(i, 0, n) { R t = 0; FOR(j, 0, n) t += a[i * n + j] * x[j]; FOR(j, 0, n) y[j] += a[i * n + j] * t; } }
KERNEL(bicg) { FOR(i, 0, n) y[i] = 0; FOR(i, 0, n) { z[i] = 0; FOR(j, 0, n) { y[j] += x[i] * a[i * n + j]; z[i] += a[i * n + j] * x[j]; } } }
KERNEL(mvt) { FOR(i, 0, n) FOR(j, 0, n) y[i] += 1e-3 * a[i * n + j] * x[j]; FOR(i, 0, n) FOR(j, 0, n) z[i] += 1e-3 * a[j * n + i] * x[j]; }
KERNEL(gemver) { FOR(i, 0, n) FOR(j, 0, n) a[i * n + j] += 1e-3 * x[i] * y[j] + 1e-3 * y[i] * x[j]; FOR(i, 0, n) FOR(j, 0, n) z[i] += 1e-3 * a[j * n + i] * y[j]; }
KERNEL(gesummv) { FOR(i, 0, n) { R s = 0, t = 0; FOR(j, 0, n) { s += a[i * n + j] * x[j]; t += b[i * n + j] * x[j]; } y[i] = s + 2 * t; } }
KERNEL(ger) { FOR(i, 0, n) FOR(j, 0, n) a[i * n + j] += 1e-3 * x[i] * y[j]; }
KERNEL(doitgen) { int m = n / 4; FOR(r, 0, 4) FOR(q, 0, m) FOR(p, 0, n) { R s = 0; FOR(k, 0, n) s += a[(r * m + q) * n + k] * b[k * n + p]; c[(r * m + q) * n + p] = s; } }
KERNEL(covariance) { FOR(j, 0, n) { x[j] = 0; FOR(i, 0, n) x[j] += a[i * n + j]; x[j] /= n; } FOR(i, 0, n) FOR(j, 0, n) b[i * n + j] = a[i * n + j] - x[j];
  FOR(i, 0, n) FOR(j, i, n) { R s = 0; FOR(k, 0, n) s += b[k * n + i] * b[k * n + j]; c[i * n + j] = s / (n - 1.0); } }
KERNEL(convolution) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) { R s = 0; FOR(p, 0, 3) FOR(q, 0, 3) s += x[p * 3 + q] * a[(i + p - 1) * n + j + q - 1]; c[i * n + j] = s; } }
KERNEL(jacobi_2d) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) b[i * n + j] = 0.2 * (a[i * n + j] + a[i * n + j - 1] + a[i * n + j + 1] + a[(i + 1) * n + j] + a[(i - 1) * n + j]); }
KERNEL(jacobi_columns) { FOR(j, 1, n - 1) FOR(i, 1, n - 1) b[i * n + j] = 0.2 * (a[i * n + j] + a[i * n + j - 1] + a[i * n + j + 1] + a[(i + 1) * n + j] + a[(i - 1) * n + j]); }
KERNEL(seidel_2d) { FOR(i, 1, n - 1) FOR(j, 1, n - 1) a[i * n + j] = (a[(i - 1) * n + j] + a[i * n + j - 1] + a[i * n + j] + a[i * n + j + 1] + a[(i + 1) * n + j]) / 5; }
KERNEL(fdtd) { FOR(i, 1, n) FOR(j, 0, n) a[i * n + j] -= 0.5 * (c[i * n + j] - c[(i - 1) * n + j]); FOR(i, 0, n) FOR(j, 1, n) b[i * n + j] -= 0.5 * (c[i * n + j] - c[i * n + j - 1]);
  FOR(i, 0, n - 1) FOR(j, 0, n - 1) c[i * n + j] -= 0.7 * (b[i * n + j + 1] - b[i * n + j] + a[(i + 1) * n + j] - a[i * n + j]); }
KERNEL(lu) { memcpy(c, a, sizeof(R) * n * n); FOR(i, 0, n) c[i * n + i] += n; FOR(i, 0, n) { FOR(j, 0, i) { FOR(k, 0, j) c[i * n + j] -= c[i * n + k] * c[k * n + j]; c[i * n + j] /= c[j * n + j]; } FOR(j, i, n) FOR(k, 0, i) c[i * n + j] -= c[i * n + k] * c[k * n + j]; } }
KERNEL(lu_right) { memcpy(c, a, sizeof(R) * n * n); FOR(i, 0, n) c[i * n + i] += n; FOR(k, 0, n) { FOR(i, k + 1, n) c[i * n + k] /= c[k * n + k]; FOR(i, k + 1, n) FOR(j, k + 1, n) c[i * n + j] -= c[i * n + k] * c[k * n + j]; } }
KERNEL(trisolv) { FOR(i, 0, n) { y[i] = x[i]; FOR(j, 0, i) y[i] -= 1e-3 * a[i * n + j] * y[j]; y[i] /= 2; } }
KERNEL(floyd_warshall) { FOR(k, 0, n) FOR(i, 0, n) FOR(j, 0, n) a[i * n + j] = a[i * n + j] < a[i * n + k] + a[k * n + j] ? a[i * n + j] : a[i * n + k] + a[k * n + j]; }
KERNEL(max_plus) { FOR(i, 0, n) FOR(j, 0, n) { R s = -1e300; FOR(k, 0, n) { R t = a[i * n + k] + b[k * n + j]; s = t > s ? t : s; } c[i * n + j] = s; } }
KERNEL(distances) { FOR(i, 0, n) FOR(j, 0, n) { R s = 0; FOR(k, 0, n) { R d = a[i * n + k] - b[j * n + k]; s += d * d; } c[i * n + j] = sqrt(s); } }
KERNEL(transpose) { FOR(i, 0, n) FOR(j, 0, n) b[j * n + i] = a[i * n + j]; }
KERNEL(column_scale) { FOR(j, 0, n) FOR(i, 0, n) a[i * n + j] *= 1.0001; }

typedef void Kernel(int, R *, R *, R *, R *, R *, R *);
static const struct { const char *name; Kernel *run; int cubic; } kKernels[] = {
    {"gemm", gemm, 1}, {"gemm_ikj", gemm_ikj, 1}, {"gemm_tn", gemm_tn, 1}, {"gemm_nt", gemm_nt, 1}, {"two_mm", two_mm, 1},
    {"syrk", syrk, 1}, {"syr2k", syr2k, 1}, {"trmm", trmm, 1}, {"symm", symm, 1}, {"atax", atax, 0}, {"bicg", bicg, 0},
    {"mvt", mvt, 0}, {"gemver", gemver, 0}, {"gesummv", gesummv, 0}, {"ger", ger, 0}, {"doitgen", doitgen, 1},
    {"covariance", covariance, 1}, {"convolution", convolution, 0}, {"jacobi_2d", jacobi_2d, 0},
    {"jacobi_columns", jacobi_columns, 0}, {"seidel_2d", seidel_2d, 0}, {"fdtd", fdtd, 0}, {"lu", lu, 1},
    {"lu_right", lu_right, 1}, {"trisolv", trisolv, 0}, {"floyd_warshall", floyd_warshall, 1}, {"max_plus", max_plus, 1},
    {"distances", distances, 1}, {"transpose", transpose, 0}, {"column_scale", column_scale, 0}};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static R *fill(R *to, size_t count, uint32_t seed) {
  for (size_t i = 0; i < count; i++) seed = seed * 1664525u + 1013904223u, to[i] = (seed >> 8) / 16777216.0 + 0.1;
  return to;
}

static uint64_t hash(uint64_t h, const R *v, size_t count) {
  const unsigned char *p = (const unsigned char *)v;
  for (size_t i = 0; i < count * sizeof(R); i++) h = (h ^ p[i]) * 1099511628211u;
  return h;
}

int main(int argc, char **argv) {
  const int sizes[2][3] = {{16, 300, 2000}, {12, 72, 400}}; /* quadratic, cubic work */
  enum { kMost = 2000 };
  const size_t square = (size_t)kMost * kMost;
  R *data[6];
  for (int d = 0; d < 6; d++) data[d] = malloc(sizeof(R) * (d < 3 ? square : kMost));
  for (size_t k = 0; k < sizeof kKernels / sizeof *kKernels; k++) {
    if (argc > 1 && strcmp(argv[1], kKernels[k].name)) continue;
    for (int s = 0; s < 3; s++) {
      const int n = sizes[kKernels[k].cubic][s];
      for (int d = 0; d < 6; d++) fill(data[d], d < 3 ? (size_t)n * n : n, d + 1);
      kKernels[k].run(n, data[0], data[1], data[2], data[3], data[4], data[5]);
      uint64_t h = 14695981039346656037u;
      for (int d = 0; d < 6; d++) h = hash(h, data[d], d < 3 ? (size_t)n * n : n);
      double best = 1e9;
      int rounds = 1;
      for (int repeat = 0; repeat < 9; repeat++) {
        const double start = now();
        for (int r = 0; r < rounds; r++) kKernels[k].run(n, data[0], data[1], data[2], data[3], data[4], data[5]);
        const double seconds = (now() - start) / rounds;
        if (seconds < best) best = seconds;
        if (seconds * rounds < 2e-3) rounds *= 4, repeat = -1;
        if (seconds * rounds > 0.2 && repeat >= 2) break;
        for (int d = 0; d < 6; d++) fill(data[d], d < 3 ? (size_t)n * n : n, d + 1); /* keep values from growing */
      }
      printf("%s %d %.9f %016llx\n", kKernels[k].name, n, best, (unsigned long long)h);
      fflush(stdout);
    }
  }
  return 0;
}
