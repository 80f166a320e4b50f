// std::vector behind an operator(): bases are loaded in the nest, after inlining.
// RUN: %nestxx %s 2>&1 | FileCheck %s
#include <vector>
struct Matrix {
  int rows, cols;
  std::vector<double> data;
  double &operator()(int i, int j) { return data[std::size_t(i) * cols + j]; }
  double operator()(int i, int j) const { return data[std::size_t(i) * cols + j]; }
};
void f(const Matrix &a, const Matrix &b, Matrix &c) {
  for (int i = 0; i < c.rows; i++)
    for (int j = 0; j < c.cols; j++) {
      double s = 0;
      for (int k = 0; k < a.cols; k++)
        s += a(i, k) * b(k, j);
      c(i, j) = s;
    }
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni nj nk s3 s4 s5
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj
// CHECK-NEXT: dim k nk reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s3 j*8
// CHECK-NEXT: access a1 A + 0 : i*s4 k*8
// CHECK-NEXT: access a2 B + 0 : j*8 k*s5
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
