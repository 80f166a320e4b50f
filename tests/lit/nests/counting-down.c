// Loops that count down have negative strides.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int n, const float *A, const float *B, float *C) {
  for (int i = n - 1; i >= 0; i--)
    for (int j = n; j-- > 0;)
      for (int k = 0; k < n; k++)
        C[i * n + j] += A[i * n + k] * B[k * n + j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1 s2
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: dim k ni reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s1 j*-4
// CHECK-NEXT: access a1 A + 0 : i*s1 k*4
// CHECK-NEXT: access a2 B + 0 : j*-4 k*s2
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
