// Sums in the source's order fill the lanes row by row: few rows are left to clang's loop, unless it has to wait long for each sum.
// RUN: %vecwrap -O2 -march=x86-64-v4 -fno-discard-value-names -S -emit-llvm %s -o - | FileCheck %s
void f(int m, int n, const float *restrict a, const float *restrict x, float *restrict y) {
  for (int i = 0; i < m; i++) {
    float s = 0;
    for (int k = 0; k < n; k++)
      s += a[i * n + k] * x[k];
    y[i] = s;
  }
}
// CHECK-LABEL: define {{.*}}@f(
// CHECK-DAG: icmp {{.*}}ugt i32 %m, 15
// CHECK-DAG: icmp {{.*}}ugt i32 %m, 7
// CHECK-DAG: icmp {{.*}}ugt i32 %n, 63
// CHECK-DAG: icmp {{.*}}ugt i32 %m, 3
// CHECK-DAG: icmp {{.*}}ugt i32 %n, 511
// CHECK: call void @vecwrap_kernel_
