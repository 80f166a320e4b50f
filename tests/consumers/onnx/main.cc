#include "net.h"
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

int main() {
  std::vector<float> x(NET_X_SIZE), y(NET_Y_SIZE);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = float(i) / 8 - 1;
  size_t bytes = (net_workspace_size() + 63) / 64 * 64;
  std::unique_ptr<void, void (*)(void *)> workspace(bytes ? std::aligned_alloc(64, bytes) : nullptr, std::free);
  net_inputs inputs{};
  net_outputs outputs{};
  inputs.x = x.data();
  outputs.y = y.data();
  int code = net_run(&inputs, &outputs, workspace.get(), bytes);
  for (float value : y)
    std::printf("%.9g\n", value);
  return code;
}
