// Depthwise convolution: the channel is a parallel dim.
// RUN: %nest %s 2>&1 | FileCheck %s
void f(int channels, const float in[][34][34], const float w[][3][3], float out[][32][32]) {
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < 32; y++)
      for (int x = 0; x < 32; x++) {
        float acc = 0;
        for (int r = 0; r < 3; r++)
          for (int s = 0; s < 3; s++)
            acc += in[c][y + r][x + s] * w[c][r][s];
        out[c][y][x] = acc;
      }
}
// CHECK:      nest nest f32 strict
// CHECK-NEXT: symbol ni
// CHECK-NEXT: dim i ni
// CHECK-NEXT: dim j 32
// CHECK-NEXT: dim k 32
// CHECK-NEXT: dim l 3 reduce
// CHECK-NEXT: dim m 3 reduce
// CHECK-NEXT: tensor C A B
// CHECK-NEXT: access a0 C + 0 : i*4096 j*128 k*4
// CHECK-NEXT: access a1 A + 0 : i*4624 j*136 k*4 l*136 m*4
// CHECK-NEXT: access a2 B + 0 : i*36 l*12 m*4
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
