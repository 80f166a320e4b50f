// A loop that computes nothing that is stored.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: loop-without-effect: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      c[j * n + i] = a[i * n + j] * 2;
    for (int k = 0; k != n; k++)
      __builtin_assume(k < n);
  }
}
