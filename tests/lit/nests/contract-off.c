// Product and sum are rounded separately, as clang would.
// RUN: %nest %s -ffp-contract=off 2>&1 | FileCheck %s
void f(int n, const float *A, const float *B, float *C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < n; k++)
        C[i * n + j] += A[i * n + k] * B[k * n + j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: dim k ni reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s1 j*4
// CHECK-NEXT: access a1 A + 0 : i*s1 k*4
// CHECK-NEXT: access a2 B + 0 : j*4 k*s1
// CHECK-NEXT: %0 = load a0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = mul %2 %3
// CHECK-NEXT: %5 = add %1 %4
// CHECK-NEXT: init %0
// CHECK-NEXT: update %5
// CHECK-NEXT: final %1
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
