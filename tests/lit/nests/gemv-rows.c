// Matrix times vector, a row at a time; secondary inductions with run-time increments, taken to be one.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int m, int n, const double *A, int lda, const double *x, int incx, double *y, int incy) {
  int iy = 0;
  for (int i = 0; i < m; i++) {
    double temp = 0;
    int ix = 0;
    for (int j = 0; j < n; j++) {
      temp += x[ix] * A[lda * i + j];
      ix += incx;
    }
    y[iy] += temp;
    iy += incy;
  }
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni nj s2
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*8
// CHECK-NEXT: access a1 A + 0 : j*8
// CHECK-NEXT: access a2 B + 0 : i*s2 j*8
// CHECK-NEXT: %0 = const 0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: %5 = load a0
// CHECK-NEXT: %6 = add %5 %1
// CHECK-NEXT: init %0
// CHECK-NEXT: update %4
// CHECK-NEXT: final %6
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
