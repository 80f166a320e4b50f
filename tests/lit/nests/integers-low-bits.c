// A 16-bit sum is right in its lowest 16 bits whatever stands above them; an extremum needs whole numbers.
// RUN: %nest %s 2>&1 | FileCheck %s
void sum(int m, int n, int p, const short *a, const short *b, short *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      for (int k = 0; k < p; k++)
        c[i * n + j] += a[i * p + k] * b[k * n + j];
}
// CHECK:      tensor C:i16 A:i16 B:i16
// CHECK:      %0 = load a0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
void largest(int h, int w, const unsigned char *a, unsigned char *c) {
  for (int x = 0; x < w; x++) {
    unsigned char m = 3;
    for (int y = 0; y < h; y++)
      m = a[y * w + x] > m ? a[y * w + x] : m;
    c[x] = m;
  }
}
// CHECK:      tensor C:u8 A:u8
// CHECK:      %0 = const 3
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = select ogt %2 %1 %2 %1
