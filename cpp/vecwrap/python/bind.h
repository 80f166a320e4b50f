// What the binding files share: refusals become exceptions here, and nowhere in the core.
#pragma once
#include "ir/result.h"
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace vecwrap {

namespace py = pybind11;

/// Thrown by the bindings, translated to vecwrap.Refusal (with .name and .detail).
struct Refused {
  Refusal refusal;
};

template <class T> T unwrap(Result<T> result) {
  if (!result)
    throw Refused{result.refusal()};
  return std::move(*result);
}

void bind_nest(py::module_ &);
void bind_program(py::module_ &);
void bind_run(py::module_ &);
void bind_emit(py::module_ &);
void bind_cpu(py::module_ &);
void bind_call(py::module_ &); ///< after bind_run and bind_emit, whose types it takes

} // namespace vecwrap
