// Work before and after the reduction: C = alpha A B + beta C.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int n, double alpha, double beta, const double *A, const double *B, double *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < n; k++)
        s += A[i * n + k] * B[k * n + j];
      C[i * n + j] = alpha * s + beta * C[i * n + j];
    }
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: dim k ni reduce
// CHECK-NEXT: tensor C A B scalar0 scalar1
// CHECK-NEXT: access a0 C + 0 : i*s1 j*8
// CHECK-NEXT: access a1 A + 0 : i*s1 k*8
// CHECK-NEXT: access a2 B + 0 : j*8 k*s1
// CHECK-NEXT: access a3 scalar0 + 0 :
// CHECK-NEXT: access a4 scalar1 + 0 :
// CHECK-NEXT: %0 = const 0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: %5 = load a0
// CHECK-NEXT: %6 = load a3
// CHECK-NEXT: %7 = load a4
// CHECK-NEXT: %8 = mul %7 %5
// CHECK-NEXT: %9 = fma %6 %1 %8
// CHECK-NEXT: init %0
// CHECK-NEXT: update %4
// CHECK-NEXT: final %9
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
