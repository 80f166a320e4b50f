// Loading unconditionally could fault.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: conditional-load: 
void f(int n, const float *a, const float *b, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      c[j * n + i] = a[i * n + j] > 0 ? b[i * n + j] : 0;
}
