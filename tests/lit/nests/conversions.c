// What is read and stored is converted on the way: bytes to floats, floats to double sums and back.
// RUN: %nest %s 2>&1 | FileCheck %s
void bytes(int m, int n, int p, const unsigned char *a, const float *b, float *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < p; k++)
        s += a[i * p + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
// CHECK: nest nest f32 strict
// CHECK: tensor C A:u8 B
void doubles(int m, int n, int p, const float *a, const float *b, float *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < p; k++)
        s += (double)a[i * p + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}
// CHECK: nest nest f64 strict
// CHECK: tensor C:f32 A:f32 B:f32
