// Constant strides under which points share elements: no run-time test can help.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: guard-never-true: 
void f(const float *a, float *c) {
  for (int i = 0; i < 100; i++)
    for (int j = 0; j < 100; j++)
      c[j * 8 + i] = a[j * 100 + i] * 2;
}
