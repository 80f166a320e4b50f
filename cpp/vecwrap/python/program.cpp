// Programs of nests for Python. Argument blocks as ir/program.h says; workspaces (emit/kernel.h) come after.
#include "python/bind.h"
#include "emit/kernel.h"

namespace vecwrap {
namespace {

using Args = std::vector<int64_t>;

Program make(const std::string &name, std::vector<Nest> nests, std::vector<std::string> temporaries) {
  Program program{name, std::move(temporaries), std::move(nests)};
  if (const std::string wrong = validate(program); !wrong.empty())
    throw Refused{{"bad-program", wrong}};
  return program;
}

const int64_t *checked(const Program &program, const Args &args) {
  if (int(args.size()) != program.argument_count())
    throw py::value_error("program '" + program.name + "' takes " + std::to_string(program.argument_count()) + " arguments, not " +
                          std::to_string(args.size()));
  if (const std::string wrong = check_values(program, args.data() + program.arguments().size()); !wrong.empty())
    throw py::value_error("program '" + program.name + "': " + wrong);
  return args.data();
}

} // namespace

void bind_program(py::module_ &m) {
  py::class_<Program>(m, "Program")
      .def(py::init(&make), py::arg("name"), py::arg("nests"), py::arg("temporaries") = std::vector<std::string>())
      .def_static("parse", [](const std::string &s) { return unwrap(parse_program(s)); }, py::arg("text"))
      .def_readonly("name", &Program::name)
      .def_readonly("nests", &Program::nests)
      .def_readonly("temporaries", &Program::temporaries)
      .def_property_readonly("arguments", &Program::arguments)
      .def_property_readonly("symbols", &Program::symbols)
      .def("__str__", [](const Program &p) { return print(p); });
  m.def("compile", [](const Program &p, const Sentence &s, const Target &t) { return unwrap(compile(p, s, t)); }, py::arg("program"),
        py::arg("sentence"), py::arg("target"));
  m.def("workspaces", [](const Kernel &k, const Program &p, const Args &args) { return workspaces(k, p, checked(p, args)); },
        py::arg("kernel"), py::arg("program"), py::arg("args"));
  m.def("interpret", [](const Program &p, const Args &args) {
    const int64_t *block = checked(p, args);
    py::gil_scoped_release unlocked;
    interpret(p, block);
  }, py::arg("program"), py::arg("args"));
  m.def("flops", [](const Program &p, const Args &args) { return flops(p, checked(p, args)); }, py::arg("program"), py::arg("args"));
}

} // namespace vecwrap
