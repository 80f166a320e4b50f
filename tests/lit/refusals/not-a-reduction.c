// Every iteration of k overwrites what the one before stored.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: not-a-reduction: 
void f(int n, const float *a, float *c) {
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      c[i] = a[i * n + k] * 2;
}
