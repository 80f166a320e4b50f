// C += A B, loops j, k, i.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int m, int n, int p, int lda, int ldb, int ldc, const float *A, const float *B, float *C) {
  for (int j = 0; j < n; j++)
    for (int k = 0; k < p; k++)
      for (int i = 0; i < m; i++)
        C[i * ldc + j] += A[i * lda + k] * B[k * ldb + j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni nj nk s3 s4 s5
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj reduce
// CHECK-NEXT: dim k nk
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*4 k*s3
// CHECK-NEXT: access a1 A + 0 : j*4 k*s4
// CHECK-NEXT: access a2 B + 0 : i*4 j*s5
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
