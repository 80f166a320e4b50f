// A template function called in a loop is inlined first: one nest of depth three.
// RUN: %nestxx %s 2>&1 | FileCheck %s
template <class T> static T dot(const T *a, const T *b, long n, long stride) {
  T s{};
  for (long k = 0; k < n; k++)
    s += a[k] * b[k * stride];
  return s;
}
void f(long n, const float *a, const float *b, float *c) {
  for (long i = 0; i < n; i++)
    for (long j = 0; j < n; j++)
      c[i * n + j] = dot(a + i * n, b + j, n, n);
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni
// CHECK-NEXT: dim k ni reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s1 j*4
// CHECK-NEXT: access a1 A + 0 : i*s1 k*4
// CHECK-NEXT: access a2 B + 0 : j*4 k*s1
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
