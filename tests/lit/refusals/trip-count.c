// The bound is read from memory that changes with the outer loop.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: trip-count: 
void f(int n, const int *lengths, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < lengths[i]; j++)
      c[i * n + j] = a[i * n + j] * 2;
}
