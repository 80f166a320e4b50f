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
// The loop shapes of a reference BLAS written in C: `int` sizes, offsets for negative increments, zeros skipped
// between the loops, triangular bounds, operands chosen at run time, beta applied before the product.
#include "harness.h"
#define NOINLINE __attribute__((noinline))
#define OFFSET(n, inc) ((inc) > 0 ? 0 : ((n)-1) * (-(inc)))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
typedef double T;
enum { NoTrans, Trans };

NOINLINE static void gemm(int TransA, int TransB, int M, int N, int K, T alpha, const T *A, int lda, const T *B, int ldb,
                          T beta, T *C, int ldc) {
  int i, j, k;
  if (alpha == 0.0 && beta == 1.0) return;
  if (beta == 0.0) {
    for (i = 0; i < M; i++)
      for (j = 0; j < N; j++) C[ldc * i + j] = 0.0;
  } else if (beta != 1.0) {
    for (i = 0; i < M; i++)
      for (j = 0; j < N; j++) C[ldc * i + j] *= beta;
  }
  if (alpha == 0.0) return;
  if (TransA == NoTrans && TransB == NoTrans) {
    for (k = 0; k < K; k++)
      for (i = 0; i < M; i++) {
        const T temp = alpha * A[lda * i + k];
        if (temp != 0.0)
          for (j = 0; j < N; j++) C[ldc * i + j] += temp * B[ldb * k + j];
      }
  } else if (TransA == NoTrans) {
    for (i = 0; i < M; i++)
      for (j = 0; j < N; j++) {
        T temp = 0.0;
        for (k = 0; k < K; k++) temp += A[lda * i + k] * B[ldb * j + k];
        C[ldc * i + j] += alpha * temp;
      }
  } else if (TransB == NoTrans) {
    for (k = 0; k < K; k++)
      for (i = 0; i < M; i++) {
        const T temp = alpha * A[lda * k + i];
        if (temp != 0.0)
          for (j = 0; j < N; j++) C[ldc * i + j] += temp * B[ldb * k + j];
      }
  } else {
    for (i = 0; i < M; i++)
      for (j = 0; j < N; j++) {
        T temp = 0.0;
        for (k = 0; k < K; k++) temp += A[lda * k + i] * B[ldb * j + k];
        C[ldc * i + j] += alpha * temp;
      }
  }
}
NOINLINE static void gemv(int trans, int M, int N, T alpha, const T *A, int lda, const T *X, int incX, T beta, T *Y, int incY) {
  int i, j, lenX = trans ? M : N, lenY = trans ? N : M;
  if (beta == 0.0) {
    int iy = OFFSET(lenY, incY);
    for (i = 0; i < lenY; i++) { Y[iy] = 0.0; iy += incY; }
  } else if (beta != 1.0) {
    int iy = OFFSET(lenY, incY);
    for (i = 0; i < lenY; i++) { Y[iy] *= beta; iy += incY; }
  }
  if (!trans) {
    int iy = OFFSET(lenY, incY);
    for (i = 0; i < lenY; i++) {
      T temp = 0.0;
      int ix = OFFSET(lenX, incX);
      for (j = 0; j < lenX; j++) { temp += X[ix] * A[lda * i + j]; ix += incX; }
      Y[iy] += alpha * temp;
      iy += incY;
    }
  } else {
    int ix = OFFSET(lenX, incX);
    for (j = 0; j < lenX; j++) {
      const T temp = alpha * X[ix];
      if (temp != 0.0) {
        int iy = OFFSET(lenY, incY);
        for (i = 0; i < lenY; i++) { Y[iy] += temp * A[lda * j + i]; iy += incY; }
      }
      ix += incX;
    }
  }
}
NOINLINE static void gbmv(int M, int N, int L, int U, T alpha, const T *A, int lda, const T *X, int incX, T *Y, int incY) {
  int i, j, iy = OFFSET(M, incY);
  for (i = 0; i < M; i++) {
    T temp = 0.0;
    const int j_min = (i > L ? i - L : 0), j_max = MIN(N, i + U + 1);
    int jx = OFFSET(N, incX) + j_min * incX;
    for (j = j_min; j < j_max; j++) { temp += X[jx] * A[(L - i + j) + i * lda]; jx += incX; }
    Y[iy] += alpha * temp;
    iy += incY;
  }
}
NOINLINE static void syrk(int upper, int trans, int N, int K, T alpha, const T *A, int lda, T *C, int ldc) {
  int i, j, k;
  if (upper && !trans) {
    for (i = 0; i < N; i++)
      for (j = i; j < N; j++) {
        T temp = 0.0;
        for (k = 0; k < K; k++) temp += A[i * lda + k] * A[j * lda + k];
        C[i * ldc + j] += alpha * temp;
      }
  } else if (upper) {
    for (i = 0; i < N; i++)
      for (j = i; j < N; j++) {
        T temp = 0.0;
        for (k = 0; k < K; k++) temp += A[k * lda + i] * A[k * lda + j];
        C[i * ldc + j] += alpha * temp;
      }
  } else {
    for (i = 0; i < N; i++)
      for (j = 0; j <= i; j++) {
        T temp = 0.0;
        for (k = 0; k < K; k++) temp += A[i * lda + k] * A[j * lda + k];
        C[i * ldc + j] += alpha * temp;
      }
  }
}
NOINLINE static void syr2k(int N, int K, T alpha, const T *A, int lda, const T *B, int ldb, T *C, int ldc) {
  for (int k = 0; k < K; k++)
    for (int i = 0; i < N; i++) {
      T temp1 = alpha * A[k * lda + i], temp2 = alpha * B[k * ldb + i];
      for (int j = i; j < N; j++) C[i * ldc + j] += temp1 * B[k * ldb + j] + temp2 * A[k * lda + j];
    }
}
NOINLINE static void symm(int M, int N, T alpha, const T *A, int lda, const T *B, int ldb, T *C, int ldc) {
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      const T temp1 = alpha * B[ldb * i + j];
      T temp2 = 0.0;
      C[i * ldc + j] += temp1 * A[i * lda + i];
      for (int k = i + 1; k < M; k++) {
        const T Aik = A[i * lda + k];
        C[k * ldc + j] += Aik * temp1;
        temp2 += Aik * B[ldb * k + j];
      }
      C[i * ldc + j] += alpha * temp2;
    }
}
NOINLINE static void trmm(int nonunit, int M, int N, T alpha, const T *A, int lda, T *B, int ldb) {
  for (int i = 0; i < M; i++)
    for (int j = 0; j < N; j++) {
      T temp = nonunit ? A[i * lda + i] * B[i * ldb + j] : B[i * ldb + j];
      for (int k = i + 1; k < M; k++) temp += A[lda * i + k] * B[k * ldb + j];
      B[ldb * i + j] = alpha * temp;
    }
}
NOINLINE static void trsm(int nonunit, int M, int N, T alpha, const T *A, int lda, T *B, int ldb) {
  int i, j, k;
  if (alpha != 1.0)
    for (i = 0; i < M; i++)
      for (j = 0; j < N; j++) B[ldb * i + j] *= alpha;
  for (i = M; i > 0 && i--;) {
    if (nonunit) {
      T Aii = A[lda * i + i];
      for (j = 0; j < N; j++) B[ldb * i + j] /= Aii;
    }
    for (k = 0; k < i; k++) {
      const T Aki = A[k * lda + i];
      for (j = 0; j < N; j++) B[ldb * k + j] -= Aki * B[ldb * i + j];
    }
  }
}
NOINLINE static void trsv(int N, const T *A, int lda, T *X, int incX) {
  int ix = OFFSET(N, incX);
  for (int i = 0; i < N; i++) {
    T temp = X[ix];
    int jx = OFFSET(N, incX);
    for (int j = 0; j < i; j++) { temp -= A[lda * i + j] * X[jx]; jx += incX; }
    X[ix] = temp / A[lda * i + i];
    ix += incX;
  }
}
NOINLINE static void cholesky(int n, T *a) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < i; j++) {
      for (int k = 0; k < j; k++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      a[i * n + j] /= a[j * n + j];
    }
    for (int k = 0; k < i; k++) a[i * n + i] -= a[i * n + k] * a[i * n + k];
    a[i * n + i] = a[i * n + i] * 0.001 + 1;
  }
}
NOINLINE static void lu(int n, T *a) {
  for (int k = 0; k < n; k++) {
    for (int j = k + 1; j < n; j++) a[j * n + k] = a[j * n + k] / a[k * n + k];
    for (int i = k + 1; i < n; i++)
      for (int j = k + 1; j < n; j++) a[i * n + j] -= a[i * n + k] * a[k * n + j];
  }
}

int main(void) {
  enum { N = 110, SPACE = 4 * N * N };
  T *buffer = malloc(sizeof(T) * SPACE), *A = buffer, *B = buffer + N * N, *C = buffer + 2 * N * N, *D = buffer + 3 * N * N;
  for (int run = 0; run < 40; run++) {
    int m = pick(-1, 100), n = pick(-1, 100), k = pick(-1, 100), inc = run % 3 ? 1 : pick(1, 2) * (run % 2 ? 1 : -1);
    if (run < 4) m = n = k = 72;
    T alpha = run % 8 == 7 ? 0 : 1.25, beta = run % 5 ? run % 5 - 1 : 0.5;
    int zeros = run % 3 == 2;
#define RUN(call)                                                                                                     \
  do {                                                                                                                \
    FILL(buffer, SPACE, zeros);                                                                                       \
    call;                                                                                                             \
    printf("%d %.12s %d %d %d %016llx\n", run, #call, m, n, k, (unsigned long long)hash_doubles(buffer, SPACE));      \
  } while (0)
    for (int t = 0; t < 4; t++) RUN(gemm(t & 1, t >> 1, m, n, k, alpha, A, N, B, N, beta, C, N));
    if (m > 0 && n > 0) RUN(gemv(0, m, n, alpha, A, N, B, inc, beta, C, inc));
    if (m > 0 && n > 0) RUN(gemv(1, m, n, alpha, A, N, B, inc, beta, C, inc));
    if (m > 0 && n > 0) RUN(gbmv(m, n, 3, 4, alpha, A, N, B, inc, C, inc));
    for (int t = 0; t < 4; t++) RUN(syrk(t & 1, t >> 1, n, k, alpha, A, N, C, N));
    RUN(syr2k(n, k, alpha, A, N, B, N, C, N));
    RUN(symm(m, n, alpha, A, N, B, N, C, N));
    RUN(trmm(run & 1, m, n, alpha, A, N, B, N));
    RUN(trsm(run & 1, m, n, alpha, A, N, B, N));
    RUN(trsm(run & 1, m, n, alpha, A, N, A + 3, N));
    if (n > 0) RUN(trsv(n, A, N, D, inc));
    if (n > 0) RUN(cholesky(n, A));
    if (n > 0) RUN(lu(n, A));
  }
  free(buffer);
}
