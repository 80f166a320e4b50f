// RUN: %same-output %s -O3 -march=native
// RUN: %same-output %s -O2 -march=native -fPIC -g
// RUN: %same-output %s -O1 -march=native
// RUN: %same-output %s -O2 -march=x86-64-v3
// RUN: %same-output %s -O2
// RUN: %same-output %s -O2 -march=native -fwrapv
// RUN: %same-output %s -O2 -march=native -ffp-contract=off
// RUN: %same-output %s -O3 -march=native -flto=thin -fuse-ld=lld
// RUN: %same-output %s -O3 -march=native -flto -fuse-ld=lld
// RUN: %same-output %s -O2 -march=native -fno-strict-aliasing
// RUN: %same-output %s -O2 -march=native -DT=float -Dhash=hash_floats
// Everything besides GEMM: matrix-vector, batches, convolutions, stencils, elementwise, structs, VLAs, predicates.
#include "harness.h"
#define NOINLINE __attribute__((noinline))
#ifndef T
#define T double
#define hash hash_doubles
#endif
// Matrix-vector in both orders, with increments.
NOINLINE static void gemv(int m, int n, const T *A, int lda, const T *x, int incx, T *y, int incy) {
  int iy = 0;
  for (int i = 0; i < m; i++) {
    T temp = 0;
    int ix = 0;
    for (int j = 0; j < n; j++) {
      temp += x[ix] * A[lda * i + j];
      ix += incx;
    }
    y[iy] += (T)1.5 * temp;
    iy += incy;
  }
}
NOINLINE static void gemv_t(int m, int n, const T *A, int lda, const T *x, int incx, T *y, int incy) {
  int ix = 0;
  for (int j = 0; j < n; j++) {
    const T temp = (T)1.5 * x[ix];
    if (temp != 0.0) {
      int iy = 0;
      for (int i = 0; i < m; i++) {
        y[iy] += temp * A[lda * j + i];
        iy += incy;
      }
    }
    ix += incx;
  }
}
NOINLINE static void ger(int m, int n, T *A, int lda, const T *x, int incx, const T *y, int incy) {
  for (int i = 0, ix = 0; i < m; i++, ix += incx) {
    const T tmp = (T)0.75 * x[ix];
    for (int j = 0, jy = 0; j < n; j++, jy += incy)
      A[lda * i + j] += y[jy] * tmp;
  }
}
NOINLINE static void syrk(int n, int k, T *C, int ldc, const T *A, int lda) {
  for (int i = 0; i < n; i++)
    for (int j = i; j < n; j++) {
      T temp = 0;
      for (int l = 0; l < k; l++)
        temp += A[i * lda + l] * A[j * lda + l];
      C[i * ldc + j] += (T)1.25 * temp;
    }
}
NOINLINE static void batched(int b, int m, int n, int p, const T *A, const T *B, T *C) {
  for (int x = 0; x < b; x++)
    for (int i = 0; i < m; i++)
      for (int j = 0; j < n; j++) {
        T s = 0;
        for (int k = 0; k < p; k++)
          s += A[(x * m + i) * p + k] * B[(x * p + k) * n + j];
        C[(x * m + i) * n + j] = s;
      }
}
NOINLINE static void conv(int oc, int ic, int oh, int ow, int stride, const T *in, const T *w, const T *bias, T *out) {
  int ih = oh * stride + 2, iw = ow * stride + 2;
  for (int o = 0; o < oc; o++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        T acc = bias[o];
        for (int c = 0; c < ic; c++)
          for (int r = 0; r < 3; r++)
            for (int s = 0; s < 3; s++)
              acc += in[(c * ih + y * stride + r) * iw + x * stride + s] * w[((o * ic + c) * 3 + r) * 3 + s];
        out[(o * oh + y) * ow + x] = acc > 0 ? acc : 0;
      }
}
NOINLINE static void depthwise(int ch, int oh, int ow, const T *in, const T *w, T *out) {
  for (int c = 0; c < ch; c++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        T acc = 0;
        for (int r = 0; r < 3; r++)
          for (int s = 0; s < 3; s++)
            acc += in[(c * (oh + 2) + y + r) * (ow + 2) + x + s] * w[(c * 3 + r) * 3 + s];
        out[(c * oh + y) * ow + x] = acc;
      }
}
NOINLINE static void conv_fixed(const T in[8][34][34], const T w[16][8][3][3], T out[16][32][32]) {
  for (int o = 0; o < 16; o++)
    for (int y = 0; y < 32; y++)
      for (int x = 0; x < 32; x++)
        out[o][y][x] = 0;
  for (int o = 0; o < 16; o++)
    for (int c = 0; c < 8; c++)
      for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++)
          for (int r = 0; r < 3; r++)
            for (int s = 0; s < 3; s++)
              out[o][y][x] += in[c][y + r][x + s] * w[o][c][r][s];
}
NOINLINE static void jacobi(int n, int steps, T *a, T *b) {
  for (int t = 0; t < steps; t++) {
    for (int i = 1; i < n - 1; i++)
      for (int j = 1; j < n - 1; j++)
        b[i * n + j] = (T)0.2 * (a[i * n + j] + a[i * n + j - 1] + a[i * n + j + 1] + a[(i + 1) * n + j] + a[(i - 1) * n + j]);
    for (int i = 1; i < n - 1; i++)
      for (int j = 1; j < n - 1; j++)
        a[i * n + j] = (T)0.2 * (b[i * n + j] + b[i * n + j - 1] + b[i * n + j + 1] + b[(i + 1) * n + j] + b[(i - 1) * n + j]);
  }
}
NOINLINE static void seidel(int n, T *a) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < n - 1; j++)
      a[i * n + j] = (T)0.2 * (a[i * n + j] + a[i * n + j - 1] + a[i * n + j + 1] + a[(i + 1) * n + j] + a[(i - 1) * n + j]);
}
NOINLINE static void vla(int n, int m, T a[n][m], T b[n][m], T c[n][n]) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      c[i][j] = 0;
      for (int k = 0; k < m; k++)
        c[i][j] += a[i][k] * b[j][k];
    }
}
static T global_a[96][96], global_b[96][96], global_c[96][96];
NOINLINE static void globals(int n) {
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++)
        global_c[i][j] += global_a[i][k] * global_b[k][j];
}
NOINLINE static void globals_fixed(void) {
  for (int i = 0; i < 96; i++)
    for (int j = 0; j < 96; j++)
      for (int k = 0; k < 96; k++)
        global_c[i][j] += global_a[i][k] * global_b[k][j];
}
typedef struct { int rows, cols, stride; T *data; } Matrix;
NOINLINE static void with_structs(const Matrix *a, const Matrix *b, Matrix *c) {
  for (int i = 0; i < c->rows; i++)
    for (int j = 0; j < c->cols; j++) {
      T s = 0;
      for (int k = 0; k < a->cols; k++)
        s += a->data[i * a->stride + k] * b->data[k * b->stride + j];
      c->data[i * c->stride + j] = s;
    }
}
static void matrices(int m, int n, int k, int ld, T *a, T *b, T *c) {
  Matrix A = {m, k, ld, a}, B = {k, n, ld, b}, C = {m, n, ld, c};
  with_structs(&A, &B, &C);
}
// With -fno-strict-aliasing the bounds themselves may be overwritten.
typedef struct { long n; T *c; } Treacherous;
NOINLINE static void bounds_overwritten(Treacherous *t, const T *a, const T *b, long p) {
  for (long i = 0; i < t->n; i++)
    for (long j = 0; j < t->n; j++)
      for (long k = 0; k < p; k++)
        t->c[i * 64 + j] += a[i * p + k] * b[k * 64 + j];
}
NOINLINE static void elementwise(int n, int m, const T *a, const T *b, T *c, int ld) {
  for (int j = 0; j < m; j++)
    for (int i = 0; i < n; i++)
      c[i * ld + j] = a[i * ld + j] * b[i * ld + j] + (T)0.5;
}
NOINLINE static void transpose_scale(int n, int m, const T *a, T *c, int ld) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      c[j * ld + i] = a[i * ld + j] * (T)3;
}
NOINLINE static void relax_in_place(int steps, int n, T *x, const T *b) {
  for (int t = 0; t < steps; t++)
    for (int i = 0; i < n; i++)
      x[i] = x[i] * (T)0.5 + b[i] / (T)3;
}
NOINLINE static void loaded_scalar(int n, int m, const T *alpha, const T *A, const T *x, T *y) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      y[i] += *alpha * A[i * m + j] * x[j];
}
NOINLINE static void pointers(int n, int m, const T *A, const T *x, T *y) {
  for (int i = 0; i < n; i++) {
    const T *row = A + (long)i * m, *v = x;
    T s = 0;
    for (int j = 0; j < m; j++)
      s += *row++ * *v++;
    *y++ = s;
  }
}
NOINLINE static void narrow(unsigned char n, unsigned short m, const T *A, const T *x, T *y) {
  for (unsigned char i = 0; i < n; i++)
    for (unsigned short j = 0; j < m; j++)
      y[i] += A[i * m + j] * x[j];
}
// The index wraps at 2^16: only the guard can see it.
NOINLINE static void wrapping(unsigned short base, int n, int m, const T *A, T *y) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      y[i] += A[(unsigned short)(base + i * m + j)];
}
NOINLINE static T convert_and_select(int n, int m, const T *a, T *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) {
      T v = a[i * m + j];
      c[i * m + j] = v < 0 ? -v * (T)n : v > 5 ? (T)5 : v;
    }
  return c[0];
}
NOINLINE static void zero_trip_reduction(int n, int m, int k, const T *A, const T *B, T *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) {
      T s = 7;
      for (int l = 0; l < k; l++)
        s -= A[i * 100 + l] / B[j * 100 + l];
      C[i * 100 + j] = s;
    }
}

int main(void) {
  enum { N = 100, SPACE = 7 * N * N };
  T *buffer = malloc(sizeof(T) * SPACE);
  for (int run = 0; run < 48; run++) {
    int m = run == 0 ? 80 : pick(-1, N - 2), n = run == 1 ? 90 : pick(-1, N - 2), k = run % 7 == 6 ? 0 : pick(1, 60);
    int incx = run % 3 ? 1 : pick(-2, 2), incy = run % 5 ? 1 : pick(1, 2);
#define RUN(call)                                                                                                     \
  do {                                                                                                                \
    FILL(buffer, SPACE, run % 4 == 3);                                                                                \
    T *a = buffer, *b = buffer + 2 * N * N, *c = buffer + 4 * N * N;                                                  \
    if (run % 6 == 5) b = buffer + pick(0, 3 * N * N), c = buffer + pick(0, 3 * N * N);                               \
    T *xa = b + 4 * N;                                                                                                \
    (void)a, (void)b, (void)c, (void)xa, (void)incx, (void)incy, (void)k;                                             \
    call;                                                                                                             \
    printf("%d %.24s %d %d %d %016llx\n", run, #call, m, n, k, (unsigned long long)hash(buffer, SPACE));              \
  } while (0)
    RUN(gemv(m, n, a, N, xa, incx, c, incy));
    RUN(gemv_t(m, n, a, N, xa, incx, c, incy));
    RUN(ger(m, n, c, N, xa, incx, b, incy));
    RUN(syrk(m, k, c, N, a, N));
    RUN(batched(pick(1, 3), pick(0, 40), pick(1, 40), pick(0, 40), a, b, c));
    RUN(conv(pick(1, 9), pick(1, 4), pick(1, 14), pick(1, 20), pick(1, 2), a, b, b + 5000, c));
    RUN(depthwise(pick(1, 9), pick(1, 20), pick(1, 40), a, b, c));
    RUN(conv_fixed((const T(*)[34][34])a, (const T(*)[8][3][3])b, (T(*)[32][32])c));
    RUN(jacobi(m, 3, a, b));
    RUN(seidel(m, a));
    if (m > 0 && k > 0) RUN(vla(m, k, (T(*)[k])a, (T(*)[k])b, (T(*)[m])c));
    RUN(elementwise(m, n, a, b, c, N));
    RUN(transpose_scale(m, n, a, c, N));
    RUN(relax_in_place(n, m, c, b));
    RUN(loaded_scalar(m, k, b + 7, a, b, c));
    RUN(pointers(m, k, a, b, c));
    if (m >= 0 && n >= 0) RUN(narrow((unsigned char)m, (unsigned short)n, a, b, c));
    RUN(wrapping(run % 2 ? 0 : 65536 - pick(100, 600), m, 50, buffer, buffer + 66000));
    if (n > 0) RUN(convert_and_select(m, n, a, c));
    RUN(zero_trip_reduction(m, n, k, a, b, c));
    RUN(matrices(m, n, k, N, a, b, c));
    FILL(&global_a[0][0], 96 * 96, run % 2);
    FILL(&global_b[0][0], 96 * 96, 0);
    if (run % 2) globals(pick(0, 96)); else globals_fixed();
    printf("%d globals %016llx\n", run, (unsigned long long)hash(&global_c[0][0], 96 * 96));
    // The struct lies between the operands.
    FILL(buffer, SPACE, 0);
    Treacherous *t = (Treacherous *)(buffer + 4 * N * N - 8);
    t->n = 24;
    t->c = buffer + 4 * N * N;
    bounds_overwritten(t, buffer, buffer + N * N, 24);
    printf("%d treacherous %016llx\n", run, (unsigned long long)hash(buffer + 4 * N * N, N * N));
  }
  free(buffer);
}
