/* A 3x3 convolution layer with bias and ReLU, as in a small image network: [channels][height][width].
   usage: conv3x3 [size] [channels in] [channels out] */
#include "example.h"

void conv3x3_relu(int height, int width, int in_channels, int out_channels, const float *input, const float *weight,
                  const float *bias, float *output) {
  int padded_width = width + 2, padded_height = height + 2;
  for (int o = 0; o < out_channels; o++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        float sum = bias[o];
        for (int c = 0; c < in_channels; c++)
          for (int ky = 0; ky < 3; ky++)
            for (int kx = 0; kx < 3; kx++)
              sum += input[(c * padded_height + y + ky) * padded_width + x + kx] *
                     weight[((o * in_channels + c) * 3 + ky) * 3 + kx];
        output[(o * height + y) * width + x] = sum > 0 ? sum : 0;
      }
}

int main(int argc, char **argv) {
  int size = size_argument(argc, argv, 1, 112);
  int in_channels = size_argument(argc, argv, 2, 64), out_channels = size_argument(argc, argv, 3, 64);
  size_t out_count = (size_t)out_channels * size * size;
  float *input = random_floats((size_t)in_channels * (size + 2) * (size + 2), 1);
  float *weight = random_floats((size_t)out_channels * in_channels * 9, 2);
  float *bias = random_floats(out_channels, 3), *output = new_floats(out_count);
  double start = now();
  conv3x3_relu(size, size, in_channels, out_channels, input, weight, bias, output);
  print_result(output, out_count, now() - start);
}
