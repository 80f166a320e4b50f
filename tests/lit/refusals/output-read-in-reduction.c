// The output is read while a sum for it is formed.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: output-read-in-reduction: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * c[i * n + j];
      c[i * n + j] = s;
    }
}
