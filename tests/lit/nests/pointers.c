// Pointer inductions.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int n, int m, const double *A, const double *x, double *y) {
  for (int i = 0; i < n; i++) {
    const double *row = A + (long)i * m, *v = x;
    double s = 0;
    for (int j = 0; j < m; j++)
      s += *row++ * *v++;
    *y++ = s;
  }
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni nj s2
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*8
// CHECK-NEXT: access a1 A + 0 : i*s2 j*8
// CHECK-NEXT: access a2 B + 0 : j*8
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
