// Signature: what the arrays of a checked call look like. A later call with arrays that look the same needs no other checks than
// of where they are, so that it costs less than a microsecond.
#pragma once
#include "python/bind.h"
#include <pybind11/numpy.h>

namespace vecwrap {

class Signature {
public:
  /// Of these arrays; `written[t]`: array t has to be writeable, and no other may overlap it.
  Signature(const std::vector<py::array> &arrays, std::vector<bool> written);
  /// The arrays' addresses, if the caller's arguments are as these were, and outputs are surely apart from all others.
  bool match(const py::tuple &arrays, int64_t *addresses) const;
  size_t size() const { return tensors_.size(); }

private:
  struct Tensor {
    py::object dtype;
    std::vector<py::ssize_t> shape, strides;
    int64_t align, low, high; ///< bytes; low and high: around the first element
    bool written;
  };
  static bool looks_like(PyObject *array, const Tensor &);
  bool apart(const int64_t *addresses) const;

  std::vector<Tensor> tensors_;
};

} // namespace vecwrap
