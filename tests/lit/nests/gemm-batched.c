// A batch of products is a nest with three parallel dims.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int b, int n, const float *A, const float *B, float *C) {
  for (int x = 0; x < b; x++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        float s = 0;
        for (int k = 0; k < n; k++)
          s += A[(x * n + i) * n + k] * B[(x * n + k) * n + j];
        C[(x * n + i) * n + j] = s;
      }
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni nj s2 s3
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj
// CHECK-NEXT: dim k nj
// CHECK-NEXT: dim l nj reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s2 j*s3 k*4
// CHECK-NEXT: access a1 A + 0 : i*s2 j*s3 l*4
// CHECK-NEXT: access a2 B + 0 : i*s2 k*4 l*s3
// CHECK-NEXT: %0 = const 0
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
