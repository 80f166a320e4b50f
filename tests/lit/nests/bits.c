// Fixed point: of a sum that is shifted and stored as a byte, what is above the byte does not matter.
// RUN: %nest %s 2>&1 | FileCheck %s
void requantized(int m, int n, int p, const signed char *a, const signed char *b, signed char *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int s = 0;
      for (int k = 0; k < p; k++)
        s += a[i * p + k] * b[k * n + j];
      c[i * n + j] = (signed char)((s + 128) >> 8);
    }
}
// CHECK:      tensor C:{{[iu]}}8 A:i8 B:i8
// CHECK:      [[SUM:%[0-9]+]] = add
// CHECK-NEXT: [[COUNT:%[0-9]+]] = const 8
// CHECK-NEXT: [[SHIFTED:%[0-9]+]] = {{[al]}}shr [[SUM]] [[COUNT]]
// CHECK-NEXT: init
// CHECK:      final [[SHIFTED]]
// The sum of two bytes is cut off, and then taken as a whole.
void wrapped(int m, int n, int p, const unsigned char *a, const unsigned char *b, int *c) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      int s = 0;
      for (int k = 0; k < p; k++)
        s += (unsigned char)(a[i * p + k] + b[k * n + j]);
      c[i * n + j] = s;
    }
}
// CHECK:      tensor C A:u8 B:u8
// CHECK:      = add
// CHECK-NEXT: const 255
// CHECK-NEXT: = and
