// The programmer asked for something else.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: loop-pragma: 
void f(int n, const float *a, float *c) {
#pragma clang loop vectorize(disable)
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      c[j * n + i] = a[i * n + j] * a[j * n + i];
}
