// RUN: %identical %s -O2
// RUN: %identical %s -Os
// RUN: %identical %s -Oz
// RUN: %vecwrap -O2 -Rpass-missed=vecwrap -c %s -o /dev/null 2>&1 | FileCheck %s
// CHECK: remark: loop nest left to clang: optimize-for-size:
__attribute__((minsize))
void gemm(int n, const float *a, const float *b, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
