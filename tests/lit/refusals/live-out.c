// The last index is used afterwards.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: live-out: 
int f(int n, const float *a, float *c) {
  int j, sum = 0;
  for (int i = 0; i < n; i++) {
    for (j = 0; j < n; j++)
      c[j * n + i] = a[i * n + j] * 2;
    sum += n;
  }
  return sum;
}
