// Column-wise traversal of row-major arrays.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int n, int ld, const float *a, const float *b, float *c) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++)
      c[i * ld + j] = a[i * ld + j] * b[i * ld + j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*4 j*s1
// CHECK-NEXT: access a1 A + 0 : i*4 j*s1
// CHECK-NEXT: access a2 B + 0 : i*4 j*s1
// CHECK-NEXT: %0 = load a1
// CHECK-NEXT: %1 = load a2
// CHECK-NEXT: %2 = mul %0 %1
// CHECK-NEXT: final %2
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
