#include "python/signature.h"
#include <algorithm>

namespace vecwrap {

Signature::Signature(const std::vector<py::array> &arrays, std::vector<bool> written) {
  for (size_t t = 0; t < arrays.size(); ++t) {
    const py::array &a = arrays[t];
    Tensor tensor{a.dtype(), {a.shape(), a.shape() + a.ndim()}, {a.strides(), a.strides() + a.ndim()}, a.itemsize(), 0, a.itemsize(), written[t]};
    for (py::ssize_t axis = 0; axis < a.ndim(); ++axis) {
      const int64_t reach = (a.shape(axis) - 1) * a.strides(axis);
      (reach < 0 ? tensor.low : tensor.high) += reach;
    }
    tensors_.push_back(std::move(tensor));
  }
}

bool Signature::looks_like(PyObject *object, const Tensor &t) {
  if (!py::isinstance<py::array>(object)) return false;
  const auto *array = py::detail::array_proxy(object);
  const bool writeable = array->flags & py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array->descr == t.dtype.ptr() && size_t(array->nd) == t.shape.size() && (writeable || !t.written) &&
         std::equal(t.shape.begin(), t.shape.end(), array->dimensions) && std::equal(t.strides.begin(), t.strides.end(), array->strides) &&
         reinterpret_cast<int64_t>(array->data) % t.align == 0;
}

bool Signature::apart(const int64_t *at) const {
  for (size_t w = 0; w < tensors_.size(); ++w)
    for (size_t t = 0; tensors_[w].written && t < tensors_.size(); ++t)
      if (t != w && at[w] + tensors_[w].low < at[t] + tensors_[t].high && at[t] + tensors_[t].low < at[w] + tensors_[w].high) return false;
  return true;
}

bool Signature::match(const py::tuple &arrays, int64_t *addresses) const {
  if (arrays.size() != tensors_.size()) return false;
  for (size_t t = 0; t < tensors_.size(); ++t) {
    PyObject *array = PyTuple_GET_ITEM(arrays.ptr(), t);
    if (!looks_like(array, tensors_[t])) return false;
    addresses[t] = reinterpret_cast<int64_t>(py::detail::array_proxy(array)->data);
  }
  return apart(addresses);
}

} // namespace vecwrap
