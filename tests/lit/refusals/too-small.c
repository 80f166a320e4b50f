// Sixty-four points are not worth a guard and a call.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: too-small: 
void f(const float *a, const float *b, float *c) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      for (int k = 0; k < 4; k++)
        c[i * 4 + j] += a[i * 4 + k] * b[k * 4 + j];
}
