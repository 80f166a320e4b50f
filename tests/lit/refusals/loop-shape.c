// A store in the loop condition runs once more than the body.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: loop-shape: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; c[i * n + j] = a[j * n + i] * 2, j < n - 1; j++)
      ;
}
