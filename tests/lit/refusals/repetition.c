// The outer loop repeats the inner nest on the same data.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: repetition: 
void f(int times, int n, const float *a, float *c) {
  for (int t = 0; t < times; t++)
    for (int i = 0; i < n; i++)
      c[i] += a[i] * 2;
}
