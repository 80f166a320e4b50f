// Direct convolution, stride 2.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int oc, int ic, int oh, int ow, int iw, int plane, const float *in, const float *w, float *out) {
  for (int o = 0; o < oc; o++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        float acc = 0;
        for (int c = 0; c < ic; c++)
          for (int r = 0; r < 3; r++)
            for (int s = 0; s < 3; s++)
              acc += in[c * plane + (y * 2 + r) * iw + x * 2 + s] * w[((o * ic + c) * 3 + r) * 3 + s];
        out[(o * oh + y) * ow + x] = acc;
      }
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni nj nk nl s4 s5 s6 s7 s8 s9
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j nj
// CHECK-NEXT: dim k nk
// CHECK-NEXT: dim l nl reduce
// CHECK-NEXT: dim m 3 reduce
// CHECK-NEXT: dim n 3 reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*s4 j*s5 k*4
// CHECK-NEXT: access a1 A + 0 : j*s6 k*8 l*s7 m*s8 n*4
// CHECK-NEXT: access a2 B + 0 : i*s9 l*36 m*12 n*4
// CHECK-NEXT: %0 = const 0
// CHECK-NEXT: %1 = acc
// CHECK-NEXT: %2 = load a1
// CHECK-NEXT: %3 = load a2
// CHECK-NEXT: %4 = fma %2 %3 %1
// CHECK-NEXT: init %0
// CHECK-NEXT: update %4
// CHECK-NEXT: final %1
// CHECK-NEXT: out a0
// CHECK-NEXT: v1
// CHECK-NOT:  nest
