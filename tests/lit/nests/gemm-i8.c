// Bytes summed in int: sums wrap, so their order is free without any fast-math.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int m, int n, int p, const signed char *a, const unsigned char *b, int *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int s = 0;
      for (int k = 0; k < p; k++)
        s += a[i * p + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
// CHECK:      nest nest i32 strict
// CHECK:      tensor C A:i8 B:u8
// CHECK-NEXT: access a0 C + 0 : i*s3 j*4
// CHECK-NEXT: access a1 A + 0 : i*s4 k*1
// CHECK-NEXT: access a2 B + 0 : j*1 k*s5
// CHECK-NEXT: %0 = const 0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: init %0
