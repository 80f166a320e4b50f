/* Prints the scores of one batch; main.cc does the same in C++. */
#include "net.h"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  static float x[NET_X_SIZE], y[NET_Y_SIZE];
  net_inputs inputs;
  net_outputs outputs;
  size_t i, bytes = (net_workspace_size() + 63) / 64 * 64;
  void *workspace = bytes ? aligned_alloc(64, bytes) : NULL;
  int code;
  for (i = 0; i < NET_X_SIZE; i++)
    x[i] = (float)i / 8 - 1;
  inputs.x = x;
  outputs.y = y;
  code = net_run(&inputs, &outputs, workspace, bytes);
  for (i = 0; i < NET_Y_SIZE; i++)
    printf("%.9g\n", y[i]);
  free(workspace);
  return code;
}
