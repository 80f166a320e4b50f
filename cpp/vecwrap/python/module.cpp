// vecwrap._core: the bindings' entry point and the exception that refusals become.
#include "python/bind.h"

namespace vecwrap {
namespace {

PyObject *refusal_type = nullptr;

void raise(const Refusal &refusal) {
  py::object error = py::reinterpret_borrow<py::object>(refusal_type)(refusal.text());
  error.attr("name") = refusal.name;
  error.attr("detail") = refusal.detail;
  PyErr_SetObject(refusal_type, error.ptr());
}

void bind_refusal(py::module_ &m) {
  refusal_type = PyErr_NewExceptionWithDoc(
      "vecwrap.Refusal",
      "Why something was not done. `name` is a stable kebab-case identifier, `detail` says what, where, and what to do.",
      PyExc_ValueError, nullptr);
  m.attr("Refusal") = py::reinterpret_borrow<py::object>(refusal_type);
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p)
        std::rethrow_exception(p);
    } catch (const Refused &refused) {
      raise(refused.refusal);
    }
  });
}

} // namespace
} // namespace vecwrap

PYBIND11_MODULE(_core, m) {
  m.doc() = "The vecwrap core: nests, sentences, targets, kernels, modules.";
  vecwrap::bind_refusal(m);
  vecwrap::bind_nest(m);
  vecwrap::bind_run(m);
  vecwrap::bind_program(m);
  vecwrap::bind_emit(m);
  vecwrap::bind_call(m);
  vecwrap::bind_cpu(m);
}
