// Both sides of a branch store.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: branch: 
void f(int n, int flag, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      if (a[j] > 0) {
        for (int k = 0; k < n; k++)
          c[i * n + j] += a[k];
      } else {
        for (int k = 0; k < n; k++)
          c[i * n + j] -= a[k * n];
      }
}
