// Zeros are skipped between the loops: the guard looks at A first, and the body loses its condition.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int m, int n, int p, double alpha, const double *A, const double *B, double *C) {
  for (int k = 0; k < p; k++)
    for (int i = 0; i < m; i++) {
      const double temp = alpha * A[i * p + k];
      if (temp != 0.0)
        for (int j = 0; j < n; j++)
          C[i * n + j] += temp * B[k * n + j];
    }
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni nj nk s3 s4
// CHECK-NEXT: dim i ni reduce
// CHECK-NEXT: dim j nj
// CHECK-NEXT: dim k nk
// CHECK-NEXT: tensor C scalar0 A B
// CHECK-NEXT: access a0 C + 0 : j*s3 k*8
// CHECK-NEXT: access a1 scalar0 + 0 :
// CHECK-NEXT: access a2 A + 0 : i*8 j*s4
// CHECK-NEXT: access a3 B + 0 : i*s3 k*8
// CHECK-NEXT: %0 = load a0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = mul %2 %3
// CHECK-NEXT: %5 = load a3
// CHECK-NEXT: %6 = fma %4 %5 %1
// CHECK-NEXT: init %0
// CHECK-NEXT: update %6
// CHECK-NEXT: final %1
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
