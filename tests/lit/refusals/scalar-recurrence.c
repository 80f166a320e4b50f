// A running sum along the output.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: scalar-recurrence: 
void f(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++) {
    float s = 0;
    for (int j = 0; j < n; j++) {
      s += a[j * n + i];
      c[i * n + j] = s;
    }
  }
}
