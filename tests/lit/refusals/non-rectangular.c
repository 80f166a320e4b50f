// A triangle.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: non-rectangular: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++)
      c[i * n + j] = a[j * n + i] * 2;
}
