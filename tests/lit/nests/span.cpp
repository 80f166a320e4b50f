// std::span and size_t.
// RUN: %nestxx %s 2>&1 | FileCheck %s
#include <span>
void f(std::span<const float> a, std::span<const float> b, std::span<float> c, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < n; j++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni s1
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j ni reduce
// CHECK-NEXT: dim k ni
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s1 k*4
// CHECK-NEXT: access a1 A + 0 : i*s1 j*4
// CHECK-NEXT: access a2 B + 0 : j*s1 k*4
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
