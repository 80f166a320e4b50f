// This machine's own description for Python.
#include "python/bind.h"
#include "target/cpu.h"
#include <pybind11/stl.h>

namespace vecwrap {

void bind_cpu(py::module_ &m) {
  py::class_<Cache>(m, "Cache")
      .def_readonly("level", &Cache::level)
      .def_readonly("holds", &Cache::holds)
      .def_readonly("bytes", &Cache::bytes)
      .def_readonly("ways", &Cache::ways)
      .def_readonly("line_bytes", &Cache::line_bytes);
  py::class_<Cpu>(m, "Cpu")
      .def_readonly("name", &Cpu::name)
      .def_readonly("features", &Cpu::features)
      .def_readonly("caches", &Cpu::caches);
  m.def("this_cpu", &this_cpu);
  m.def("known_features", &known_features);
}

} // namespace vecwrap
