// Two arrays are written.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: many-outputs: 
void f(int n, const float *a, float *restrict c, float *restrict d) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      c[i * n + j] = a[i * n + j] * 2;
      d[j * n + i] = a[i * n + j] * 3;
    }
}
