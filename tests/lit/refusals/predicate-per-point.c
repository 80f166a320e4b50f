// A condition that may differ at every point.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: predicate-per-point: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      if (a[i * n + j] > 0)
        c[i * n + j] = 2 * a[i * n + j];
}
