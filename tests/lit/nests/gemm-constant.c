// Constant extents and strides stay constants.
// RUN: %nest %s 2>&1 | FileCheck %s
float A[48][64], B[64][96], C[48][96];
void f(void) {
  for (int i = 0; i < 48; i++)
    for (int j = 0; j < 96; j++)
      for (int k = 0; k < 64; k++)
        C[i][j] += A[i][k] * B[k][j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: dim i 48
// CHECK-NEXT: dim j 96
// CHECK-NEXT: dim k 64 reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*384 j*4
// CHECK-NEXT: access a1 A + 0 : i*256 k*4
// CHECK-NEXT: access a2 B + 0 : j*4 k*384
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
