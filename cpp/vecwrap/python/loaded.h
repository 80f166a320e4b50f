// Machine code in this process together with what it needs to be called safely.
#pragma once
#include "emit/kernel.h"
#include "emit/module.h"
#include "python/bind.h"

namespace vecwrap {

struct Loaded {
  std::shared_ptr<Jit> jit;
  size_t arguments;
  const int64_t *checked(const std::vector<int64_t> &args) const {
    if (args.size() != arguments)
      throw py::value_error("the kernel takes " + std::to_string(arguments) + " arguments, not " + std::to_string(args.size()));
    return args.data();
  }
};

/// A loaded module, how many tensors it takes, and how many views of its constants can still be written through.
struct InProcess {
  std::shared_ptr<LoadedModule> code;
  size_t inputs, outputs;
  int writers = 0;
  /// Is it ready to run on so many tensors?
  void expect(size_t inputs, size_t outputs) const;
};

} // namespace vecwrap
