void dense(int batch, int inputs, int outputs, const float *x, const float *weight, const float *bias, float *y) {
  for (int b = 0; b < batch; b++)
    for (int o = 0; o < outputs; o++) {
      float sum = bias[o];
      for (int i = 0; i < inputs; i++)
        sum += x[b * inputs + i] * weight[o * inputs + i];
      y[b * outputs + o] = sum > 0 ? sum : 0;
    }
}
