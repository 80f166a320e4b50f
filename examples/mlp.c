/* Inference of a two-layer perceptron over a batch. usage: mlp [batch] [inputs] [hidden] [outputs] */
#include "example.h"

struct layer {
  int inputs, outputs;
  const float *weight; /* [outputs][inputs] */
  const float *bias;   /* [outputs] */
};

/* y[b][o] = relu(bias[o] + sum over i of x[b][i] * weight[o][i]) */
void dense_relu(const struct layer *layer, int batch, const float *x, float *y) {
  for (int b = 0; b < batch; b++)
    for (int o = 0; o < layer->outputs; o++) {
      float sum = layer->bias[o];
      for (int i = 0; i < layer->inputs; i++)
        sum += x[b * layer->inputs + i] * layer->weight[o * layer->inputs + i];
      y[b * layer->outputs + o] = sum > 0 ? sum : 0;
    }
}

static struct layer new_layer(int inputs, int outputs, uint32_t seed) {
  struct layer layer = {inputs, outputs, random_floats((size_t)inputs * outputs, seed), random_floats(outputs, seed + 1)};
  return layer;
}

int main(int argc, char **argv) {
  int batch = size_argument(argc, argv, 1, 256), inputs = size_argument(argc, argv, 2, 784);
  int hidden = size_argument(argc, argv, 3, 1024), outputs = size_argument(argc, argv, 4, 256);
  struct layer first = new_layer(inputs, hidden, 1), second = new_layer(hidden, outputs, 3);
  float *x = random_floats((size_t)batch * inputs, 5);
  float *h = new_floats((size_t)batch * hidden), *y = new_floats((size_t)batch * outputs);
  double start = now();
  dense_relu(&first, batch, x, h);
  dense_relu(&second, batch, h, y);
  print_result(y, (size_t)batch * outputs, now() - start);
}
