// A second kernel where few rows of A use what the first one packs of B: up to so many rows, and sums so long for each of them.
// RUN: %vecwrap -O2 -march=sapphirerapids -S -emit-llvm -fno-discard-value-names %s -o - -Rpass=vecwrap 2>&1 | FileCheck %s
// RUN: %vecwrap -O2 -march=sapphirerapids -DROWS=4 -S -emit-llvm -fno-discard-value-names %s -o - -Rpass=vecwrap 2>&1 | FileCheck %s --check-prefix=KNOWN
#ifndef ROWS
#define ROWS m
#endif
void f(int m, int n, int p, const signed char *restrict a, const signed char *restrict b, int *restrict c) {
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < n; j++) {
      int s = 0;
      for (int k = 0; k < p; k++)
        s += a[i * p + k] * b[j * p + k];
      c[i * n + j] = s;
    }
}
// CHECK: pack(B,{{.*}}; for few rows: v1 {{.*}}vectorize(k.1) dot(k.1,4)
// CHECK-LABEL: define {{.*}}@f(
// Columns fill two vectors of 16 lanes or do not; the sum is long enough for these rows.
// CHECK-DAG: @llvm.umin.i64(i64 %{{.*}}, i64 32)
// CHECK-DAG: icmp ult i32 %m, {{9|17|33}}
// CHECK: br i1 %{{.*}}, label %[[FEW:vecwrap.few[0-9]*]], label %[[MANY:vecwrap.many[0-9]*]]
// CHECK: [[FEW]]:
// CHECK-NEXT: call void @vecwrap_kernel_[[FIRST:[0-9a-f]+]](
// CHECK: [[MANY]]:
// CHECK-NOT: call void @vecwrap_kernel_[[FIRST]](
// CHECK: call void @vecwrap_kernel_
// KNOWN: nest runs on a generated kernel: v1 {{[^;]*}}dot({{[^;]*$}}
// KNOWN-NOT: vecwrap.few
