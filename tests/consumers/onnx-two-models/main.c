#include "large_net.h"
#include "small.h"
#include <stdio.h>
#include <stdlib.h>

static void *workspace(size_t bytes) { return bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL; }

int main(void) {
  static float x[LARGE_NET_X_SIZE], y[LARGE_NET_Y_SIZE], z[SMALL_Y_SIZE];
  large_net_inputs large_in = {x};
  large_net_outputs large_out = {y};
  small_inputs small_in = {x};
  small_outputs small_out = {z};
  for (size_t i = 0; i < LARGE_NET_X_SIZE; i++)
    x[i] = (float)i / 8 - 1;
  if (large_net_run(&large_in, &large_out, workspace(large_net_workspace_size()), large_net_workspace_size()) ||
      small_run(&small_in, &small_out, workspace(small_workspace_size()), small_workspace_size()))
    return 1;
  for (size_t i = 0; i < LARGE_NET_Y_SIZE; i++)
    printf("%.9g\n", y[i]);
  for (size_t i = 0; i < SMALL_Y_SIZE; i++)
    printf("%.9g\n", z[i]);
}
