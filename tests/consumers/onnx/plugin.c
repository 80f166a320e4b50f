/* The model inside of a shared library: its object must be position independent. */
#include "net.h"

size_t plugin_needs(void) { return net_workspace_size(); }

int plugin_score(const float *x, float *y, void *workspace, size_t bytes) {
  net_inputs inputs;
  net_outputs outputs;
  inputs.x = x;
  outputs.y = y;
  return net_run(&inputs, &outputs, workspace, bytes);
}
