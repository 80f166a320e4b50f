// clang computes the extrema of bytes in lanes of bytes.
// RUN: %refused %s 2>&1 | FileCheck %s
// RUN: %identical %s -O2 -march=x86-64-v3
// CHECK: remark: loop nest left to clang: narrow-lanes: 
void f(int h, int w, const unsigned char *a, unsigned char *c) {
  for (int i = 0; i < h; i++)
    for (int j = 0; j < w; j++) {
      unsigned char m = 0;
      for (int p = 0; p < 3; p++)
        for (int q = 0; q < 3; q++) {
          unsigned char v = a[(i + p) * (w + 2) + j + q];
          m = v > m ? v : m;
        }
      c[i * w + j] = m;
    }
}
