// Nested lambdas given to a loop template.
// RUN: %nestxx %s 2>&1 | FileCheck %s
template <class F> static void each(int n, F f) {
  for (int i = 0; i < n; i++)
    f(i);
}
void f(int n, const double *a, const double *b, double *c) {
  each(n, [&](int i) {
    each(n, [&](int j) {
      double s = 0;
      each(n, [&](int k) { s += a[i * n + k] * b[k * n + j]; });
      c[i * n + j] = s;
    });
  });
}
// CHECK:      nest nest f64 strict
// CHECK-NEXT: symbol ni nj s2
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj
// CHECK-NEXT: dim k nj reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s2 j*8
// CHECK-NEXT: access a1 A + 0 : i*s2 k*8
// CHECK-NEXT: access a2 B + 0 : j*8 k*s2
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
