// The report: one line of JSON per nest.
// RUN: rm -f %t.report
// RUN: env VECWRAP_REPORT=%t.report %vecwrap -O2 -march=x86-64-v3 -g1 -c %s -o %t.o
// RUN: FileCheck %s --input-file=%t.report
// CHECK-DAG: {{^}}{"file":"{{.*}}gemm.inc","function":"gemm","kind":"gemm","line":2,"replaced":true,"sentence":"v1 {{.*}}"}{{$}}
// CHECK-DAG: {{^}}{"detail":"{{.*}}","file":"{{.*}}report.c","function":"triangle","kind":"","line":[[#@LINE+3]],"reason":"non-rectangular","replaced":false}{{$}}
#include "gemm.inc"
void triangle(int n, const float *a, float *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++)
      c[i * n + j] = a[j * n + i] * 2;
}
