// Bias before, ReLU after.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int n, const float *restrict A, const float *restrict B, const float *restrict bias, float *restrict C) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = bias[j];
      for (int k = 0; k < n; k++)
        s += A[i * n + k] * B[k * n + j];
      C[i * n + j] = s > 0 ? s : 0;
    }
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: dim k ni reduce
// CHECK-NEXT: tensor C A B D
// CHECK-NEXT: access a0 C + 0 : i*s1 j*4
// CHECK-NEXT: access a1 A + 0 : j*4
// CHECK-NEXT: access a2 B + 0 : i*s1 k*4
// CHECK-NEXT: access a3 D + 0 : j*4 k*s1
// CHECK-NEXT: %0 = load a1
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a2
// CHECK-NEXT: %3 = load a3
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: %5 = const 0
// CHECK-NEXT: %6 = const 0
// CHECK-NEXT: %7 = select ogt %1 %5 %1 %6
// CHECK-NEXT: init %0
// CHECK-NEXT: update %4
// CHECK-NEXT: final %7
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
