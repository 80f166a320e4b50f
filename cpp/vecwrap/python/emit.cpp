// Modules for Python: built step by step, then an object file's bytes or code in this process.
#include "python/loaded.h"
#include <cerrno>
#include <cstring>

namespace vecwrap {
namespace {

using PlaceTuple = std::tuple<std::string, int, int64_t>;

Place to_place(const PlaceTuple &t) {
  const auto &[name, index, offset] = t;
  for (size_t k = 0; k < std::size(kPlaceKinds); ++k)
    if (name == kPlaceKinds[k])
      return {static_cast<PlaceKind>(k), index, offset};
  throw py::value_error("'" + name + "' is not a kind of place: input, output, workspace, constant, value");
}

void add_call(Module &m, int kernel, const std::vector<PlaceTuple> &args) {
  Call call{kernel, {}};
  for (const PlaceTuple &arg : args)
    call.args.push_back(to_place(arg));
  m.steps.push_back(std::move(call));
}

py::bytes to_bytes(const std::vector<uint8_t> &v) { return py::bytes(reinterpret_cast<const char *>(v.data()), v.size()); }

py::tuple object_bytes(const Module &m) {
  const Object object = unwrap(vecwrap::object(m));
  return py::make_tuple(to_bytes(object.head), to_bytes(object.tail));
}

InProcess load(const Module &m) { return {unwrap(LoadedModule::load(m)), size_t(m.inputs), size_t(m.outputs)}; }

// The buffer protocol: a view keeps the module alive, and seal() knows of each that could still write.
int get_buffer(PyObject *self, Py_buffer *view, int flags) {
  auto &m = py::handle(self).cast<InProcess &>();
  const bool sealed = m.code->sealed();
  if (PyBuffer_FillInfo(view, self, m.code->constants(), py::ssize_t(m.code->constant_bytes()), sealed, flags))
    return -1;
  m.writers += !view->readonly;
  return 0;
}

void release_buffer(PyObject *self, Py_buffer *view) { py::handle(self).cast<InProcess &>().writers -= !view->readonly; }

void set_buffer_protocol(PyHeapTypeObject *type) {
  type->ht_type.tp_as_buffer = &type->as_buffer;
  type->as_buffer.bf_getbuffer = &get_buffer;
  type->as_buffer.bf_releasebuffer = &release_buffer;
}

void seal(InProcess &m) {
  if (m.writers)
    throw py::buffer_error("the constants are still in use by " + std::to_string(m.writers) +
                           " writable buffer(s); release them (del, or memoryview.release()) before seal()");
  if (!m.code->seal())
    throw py::value_error(std::string("the constants cannot be made read-only: ") + std::strerror(errno));
}

void expect(const char *what, size_t wanted, size_t given) {
  if (wanted != given)
    throw py::value_error("the module has " + std::to_string(wanted) + " " + what + ", not " + std::to_string(given));
}

template <class T> std::vector<T *> pointers(const std::vector<uintptr_t> &addresses) {
  std::vector<T *> list;
  for (uintptr_t address : addresses)
    list.push_back(reinterpret_cast<T *>(address));
  return list;
}

int run(const InProcess &m, const std::vector<uintptr_t> &inputs, const std::vector<uintptr_t> &outputs, uintptr_t workspace,
        size_t size) {
  m.expect(inputs.size(), outputs.size());
  const auto in = pointers<const void>(inputs);
  const auto out = pointers<void>(outputs);
  py::gil_scoped_release unlocked;
  return m.code->entry()(in.data(), out.data(), reinterpret_cast<void *>(workspace), size);
}

/// name -> (value, meaning), from the table.
py::dict errors() {
  py::dict dict;
  for (size_t i = 0; i < std::size(kRunErrors); ++i)
    dict[kRunErrors[i].name] = py::make_tuple(i, kRunErrors[i].meaning);
  return dict;
}

} // namespace

void InProcess::expect(size_t given_inputs, size_t given_outputs) const {
  vecwrap::expect("inputs", inputs, given_inputs);
  vecwrap::expect("outputs", outputs, given_outputs);
  if (!code->sealed()) throw py::value_error("fill the constants and call seal() before run()");
}

void bind_emit(py::module_ &m) {
  m.attr("MODULE_ERRORS") = errors();
  py::class_<Module>(m, "Module")
      .def(py::init([](const std::string &prefix, const Target &target) { return Module{prefix, target}; }), py::arg("prefix"),
           py::arg("target"))
      .def("add_kernel", &Module::add_kernel, py::arg("kernel"), py::arg("name") = "")
      .def("add_call", &add_call, py::arg("kernel"), py::arg("args"))
      .def("add_check", [](Module &m, const PlaceTuple &place) { m.steps.push_back(Check{to_place(place)}); }, py::arg("place"))
      .def_readwrite("inputs", &Module::inputs)
      .def_readwrite("outputs", &Module::outputs)
      .def_readwrite("workspace_bytes", &Module::workspace_bytes)
      .def_readwrite("constant_bytes", &Module::constant_bytes)
      .def_readonly("prefix", &Module::prefix)
      .def_readonly("target", &Module::target)
      .def_property_readonly("stack_bytes", &Module::stack_bytes)
      .def("object", &object_bytes)
      .def("load", &load);
  py::class_<InProcess>(m, "LoadedModule", py::custom_type_setup(&set_buffer_protocol))
      .def_property_readonly("constants", [](const py::object &self) { return py::memoryview(self); })
      .def("seal", &seal)
      .def("run", &run, py::arg("inputs"), py::arg("outputs"), py::arg("workspace"), py::arg("size"));
}

} // namespace vecwrap
