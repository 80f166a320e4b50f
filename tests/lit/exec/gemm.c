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
// GEMM in all six loop orders, with every kind of size, overlapping operands, special values.
#include "harness.h"
#define NOINLINE __attribute__((noinline))
#ifndef T
#define T double
#define hash hash_doubles
#endif
#define ARGS int m, int n, int p, const T *A, int lda, const T *B, int ldb, T *C, int ldc
#define I for (int i = 0; i < m; i++)
#define J for (int j = 0; j < n; j++)
#define K for (int k = 0; k < p; k++)
#define BODY C[i * ldc + j] += A[i * lda + k] * B[k * ldb + j];
NOINLINE static void ijk(ARGS) { I J K BODY }
NOINLINE static void ikj(ARGS) { I K J BODY }
NOINLINE static void jik(ARGS) { J I K BODY }
NOINLINE static void jki(ARGS) { J K I BODY }
NOINLINE static void kij(ARGS) { K I J BODY }
NOINLINE static void kji(ARGS) { K J I BODY }
NOINLINE static void sum(ARGS) {
  I J {
    T s = 0;
    K s += A[i * lda + k] * B[k * ldb + j];
    C[i * ldc + j] = s;
  }
}
NOINLINE static void alpha_beta(ARGS) {
  T alpha = (T)1.5, beta = (T)0.25;
  I J {
    T s = 0;
    K s += A[i * lda + k] * B[k * ldb + j];
    C[i * ldc + j] = alpha * s + beta * C[i * ldc + j];
  }
}
NOINLINE static void zero_first(ARGS) {
  I {
    J C[i * ldc + j] = 0;
    K J BODY
  }
}
NOINLINE static void scale_first(ARGS) {
  I {
    J C[i * ldc + j] *= (T)0.5;
    K {
      T t = (T)1.25 * A[i * lda + k];
      J C[i * ldc + j] += t * B[k * ldb + j];
    }
  }
}
NOINLINE static void skip_zeros(ARGS) {
  K I {
    const T t = (T)1.25 * A[i * lda + k];
    if (t != 0.0) {
      J C[i * ldc + j] += t * B[k * ldb + j];
    }
  }
}
NOINLINE static void both_transposed(ARGS) { I J K C[i * ldc + j] += A[k * lda + i] * B[j * ldb + k]; }
NOINLINE static void b_transposed(ARGS) { I J K C[i * ldc + j] -= A[i * lda + k] * B[j * ldb + k]; }
NOINLINE static void bias_relu(ARGS) {
  I J {
    T s = B[j];
    K s += A[i * lda + k] * B[k * ldb + j];
    C[i * ldc + j] = s > 0 ? s : 0;
  }
}
NOINLINE static void restricted(int m, int n, int p, const T *restrict A, int lda, const T *restrict B, int ldb, T *restrict C, int ldc) { I K J BODY }
NOINLINE static void unsigned_index(ARGS) {
  unsigned M = (unsigned)m, N = (unsigned)n, P = (unsigned)p, a = (unsigned)lda, b = (unsigned)ldb, c = (unsigned)ldc;
  if (m < 0 || n < 0 || p < 0) return;
  for (unsigned i = 0; i < M; i++)
    for (unsigned j = 0; j < N; j++)
      for (unsigned k = 0; k < P; k++)
        C[i * c + j] += A[i * a + k] * B[k * b + j];
}
NOINLINE static void size_index(ARGS) {
  if (m < 0 || n < 0 || p < 0) return;
  size_t M = (size_t)m, N = (size_t)n, P = (size_t)p, a = (size_t)lda, b = (size_t)ldb, c = (size_t)ldc;
  for (size_t i = 0; i < M; i++)
    for (size_t k = 0; k < P; ++k)
      for (size_t j = 0; j < N; ++j)
        C[i * c + j] += A[i * a + k] * B[k * b + j];
}
NOINLINE static void down(ARGS) {
  for (int i = m - 1; i >= 0; i--)
    for (int j = n; j-- > 0;)
      for (int k = p - 1; k >= 0; --k)
        BODY
}
NOINLINE static void less_equal(ARGS) {
  for (int i = 1; i <= m; i++)
    for (int j = 1; j <= n; j++)
      for (int k = 1; k <= p; k++)
        C[(i - 1) * ldc + j - 1] += A[(i - 1) * lda + k - 1] * B[(k - 1) * ldb + j - 1];
}
NOINLINE static void by_two(ARGS) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j += 2)
      for (int k = 0; k < p; k += 3)
        BODY
}
NOINLINE static void not_equal(ARGS) {
  if (m < 0 || n < 0 || p < 0) return;
  for (int i = 0; i != m; i++)
    for (int j = 0; j != n; j++)
      for (int k = 0; k != p; k++)
        BODY
}
typedef void Function(ARGS);
static struct { const char *name; Function *function; } table[] = {
#define F(f) {#f, f}
    F(ijk), F(ikj), F(jik), F(jki), F(kij), F(kji), F(sum), F(alpha_beta), F(zero_first), F(scale_first), F(skip_zeros),
    F(both_transposed), F(b_transposed), F(bias_relu), F(restricted), F(unsigned_index), F(size_index), F(down),
    F(less_equal), F(by_two), F(not_equal)};

int main(void) {
  enum { N = 120, SPACE = 3 * N * N };
  T *buffer = malloc(sizeof(T) * SPACE);
  for (unsigned f = 0; f < sizeof table / sizeof *table; f++)
    for (int run = 0; run < 60; run++) {
      static const int sizes[] = {-2, 0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 32, 33, 47, 64, 65, 97, 100};
      int m = sizes[pick(0, 17)], n = sizes[pick(0, 17)], p = sizes[pick(0, 17)];
      if (run == 0) m = n = p = 48;
      int big = 100, lda = big + pick(0, 9), ldb = big + pick(0, 9), ldc = big + pick(0, 9);
      int special = run % 4 == 3;
      FILL(buffer, SPACE, special);
      T *A = buffer, *B = buffer + N * N, *C = buffer + 2 * N * N;
      int sign = 1;
      if (run % 6 == 4 && table[f].function != restricted) { // overlapping operands
        A = buffer + pick(0, 2 * N * N);
        B = buffer + pick(0, 2 * N * N);
        C = buffer + pick(0, 2 * N * N);
      }
      if (run % 6 == 5) { // negative leading dimensions: unsigned variants would run away
        if (table[f].function != unsigned_index && table[f].function != size_index && table[f].function != less_equal) {
          sign = -1;
          A += 99 * lda, B += 99 * ldb, C += 99 * ldc;
        }
      }
      table[f].function(m, n, p, A, sign * lda, B, sign * ldb, C, sign * ldc);
      printf("%s %d %d %d %d %016llx\n", table[f].name, run, m, n, p, (unsigned long long)hash(buffer, SPACE));
    }
  free(buffer);
}
