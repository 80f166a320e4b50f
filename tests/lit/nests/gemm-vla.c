// Variable-length arrays, size_t.
// RUN: %nest %s 2>&1 | FileCheck %s
#include <stddef.h>
void f(size_t n, size_t m, size_t p, float A[n][p], float B[p][m], float C[n][m]) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < p; k++)
      for (size_t j = 0; j < m; j++)
        C[i][j] += A[i][k] * B[k][j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni nj nk s3 s4
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj reduce
// CHECK-NEXT: dim k nk
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s3 k*4
// CHECK-NEXT: access a1 A + 0 : i*s4 j*4
// CHECK-NEXT: access a2 B + 0 : j*s3 k*4
// CHECK-NEXT: %0 = load a0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: init %0
// CHECK-NEXT: update %4
// CHECK-NEXT: final %1
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
