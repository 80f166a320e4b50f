// A sum over everything.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: scalar-output: 
void f(int n, const float *a, float *c) {
  float s = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      *c += a[i * n + j] * 2;
}
