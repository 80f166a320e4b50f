// Thirteen loops around one statement.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: too-deep: 
void f(int n, const int *index, const float *a, float *c) {
#define L(x) for (int x = 0; x < n; x++)
  L(i) L(j) L(k) L(l) L(m) L(o) L(p) L(q) L(r) L(s) L(t) L(u) L(v)
    c[index[v]] += a[i + j + k + l + m + o + p + q + r + s + t + u] * 2;
}
