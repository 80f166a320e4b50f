// Nest and Sentence for Python. An Int is an int (constant) or a str (the name of a declared symbol) there.
#include "python/bind.h"
#include "ir/math.h"
#include "ir/text.h"
#include "schedule/sentence.h"
#include <variant>

namespace vecwrap {
namespace {

using Extent = std::variant<int64_t, std::string>;

Int to_int(const Nest &nest, const Extent &v) {
  if (const int64_t *constant = std::get_if<int64_t>(&v))
    return Int::constant(*constant);
  const std::string &name = std::get<std::string>(v);
  for (size_t s = 0; s < nest.symbols.size(); ++s)
    if (nest.symbols[s] == name)
      return Int::symbol(int(s));
  throw py::value_error("'" + name + "' is not a declared symbol of nest '" + nest.name + "'");
}

Extent from_int(const Nest &nest, const Int &v) {
  return v.is_const() ? Extent(v.value) : Extent(nest.symbols[v.sym]);
}

template <size_t N, class Row> int find(const Row (&table)[N], const std::string &name, const char *what) {
  for (size_t i = 0; i < N; ++i)
    if constexpr (std::is_same_v<Row, const char *>) {
      if (name == table[i])
        return int(i);
    } else if (name == table[i].name) {
      return int(i);
    }
  throw py::value_error("there is no " + std::string(what) + " '" + name + "'");
}

Type to_type(const std::string &name) { return static_cast<Type>(find(kTypes, name, "element type")); }

std::optional<Type> maybe_type(const std::optional<std::string> &name) {
  return name ? std::optional(to_type(*name)) : std::nullopt;
}

Nest make(const std::string &name, const std::string &type, bool reassoc) {
  Nest nest;
  nest.name = name;
  nest.type = to_type(type);
  if (!info_of(nest.type).computes)
    throw py::value_error("a nest computes in f32, f64, i32 or i64, not in " + type);
  nest.reassoc = reassoc;
  return nest;
}

int add_node(Nest &nest, const std::string &op, const std::vector<int> &in) {
  const int kind = find(kOps, op, "op");
  if (int(in.size()) != kOps[kind].operands)
    throw py::value_error(op + " takes " + std::to_string(kOps[kind].operands) + " operands, not " + std::to_string(in.size()));
  std::vector<int> padded = in;
  padded.resize(4, -1);
  return nest.add(static_cast<Op>(kind), padded[0], padded[1], padded[2], padded[3]);
}

int add_tensor(Nest &nest, const std::string &name, const std::optional<std::string> &type) {
  return nest.add_tensor(name, maybe_type(type));
}

int add_access(Nest &nest, int tensor, const std::vector<Extent> &strides, int64_t offset, int index, int64_t scale,
               const std::optional<std::string> &as) {
  std::vector<Int> ints;
  for (const Extent &stride : strides)
    ints.push_back(to_int(nest, stride));
  const int made = nest.add_access(tensor, ints, offset, index, scale);
  if (as)
    nest.accesses[made].as = nest.other(to_type(*as));
  return made;
}

/// The functions are written for the nest's type: what they add is given this one.
int build_in(Nest &nest, Type type, const MathFunction &f, const std::vector<int> &in) {
  const Type whole = nest.type;
  const size_t first = nest.nodes.size();
  nest.type = type;
  const int made = f.build(nest, in.data());
  nest.type = whole;
  for (size_t n = first; n < nest.nodes.size(); ++n)
    nest.nodes[n].type = nest.other(type);
  return made;
}

int add_math(Nest &nest, const std::string &name, const py::args &args) {
  const MathFunction &f = kMath[find(kMath, name, "math function")];
  const auto in = args.cast<std::vector<int>>();
  if (int(in.size()) != f.operands)
    throw py::value_error(name + " takes " + std::to_string(f.operands) + " operands, not " + std::to_string(in.size()));
  for (int x : in)
    if (x < 0 || x >= int(nest.nodes.size()))
      throw py::value_error(name + " takes an earlier node, not " + std::to_string(x));
  const Type type = nest.type_of(in[0]);
  if (type != Type::F32 && type != Type::F64)
    throw py::value_error(name + " takes a nest of f32 or f64, not " + name_of(type));
  return build_in(nest, type, f, in);
}

py::list dims(const Nest &nest) {
  py::list list;
  for (const Dim &dim : nest.dims)
    list.append(py::make_tuple(dim.name, from_int(nest, dim.extent), dim.reduction));
  return list;
}

py::list accesses(const Nest &nest) {
  py::list list;
  for (const Access &access : nest.accesses) {
    std::vector<Extent> strides;
    for (const Int &stride : access.strides)
      strides.push_back(from_int(nest, stride));
    list.append(py::make_tuple(access.tensor, access.offset, strides, access.index, access.scale));
  }
  return list;
}

std::vector<std::string> tensors(const Nest &nest) {
  std::vector<std::string> names;
  for (const Tensor &tensor : nest.tensors)
    names.push_back(tensor.name);
  return names;
}

std::vector<std::string> tensor_types(const Nest &nest) {
  std::vector<std::string> types;
  for (const Tensor &tensor : nest.tensors)
    types.push_back(name_of(tensor.type.value_or(nest.type)));
  return types;
}

/// The text form indexes accesses and symbols, so only a well-formed nest has one.
std::string text(const Nest &nest) {
  if (const std::string wrong = validate(nest); !wrong.empty())
    throw Refused{{"invalid-nest", wrong}};
  return print(nest);
}

py::list steps(const Sentence &sentence) {
  py::list list;
  for (const Step &step : sentence.steps)
    list.append(py::make_tuple(kSteps[static_cast<int>(step.kind)].name, step.names, step.factor));
  return list;
}

void bind_sentence(py::module_ &m) {
  py::class_<Sentence>(m, "Sentence")
      .def(py::init([](const std::string &s) { return unwrap(parse_sentence(s)); }), py::arg("text"))
      .def_property_readonly("steps", &steps)
      .def("__str__", [](const Sentence &s) { return print(s); })
      .def("__repr__", [](const Sentence &s) { return "Sentence('" + print(s) + "')"; })
      .def("__hash__", [](const Sentence &s) { return py::hash(py::str(print(s))); })
      .def("__eq__", [](const Sentence &a, const Sentence &b) { return a == b; }, py::is_operator());
}

template <class Table> py::list names_of(const Table &table) {
  py::list list;
  for (const auto &row : table)
    if constexpr (std::is_same_v<std::decay_t<decltype(row)>, const char *>)
      list.append(row);
    else
      list.append(row.name);
  return list;
}

/// name -> (meaning, remedy), from the table.
py::dict refusals() {
  py::dict dict;
#define REFUSAL(name, meaning, remedy) dict[name] = py::make_tuple(meaning, remedy);
#include "ir/refusals.def"
#undef REFUSAL
  return dict;
}

} // namespace

void bind_nest(py::module_ &m) {
  m.attr("REFUSALS") = refusals();
  m.attr("OPS") = names_of(kOps);
  py::dict functions;
  for (const MathFunction &f : kMath)
    functions[f.name] = f.operands;
  m.attr("MATH") = functions;
  m.attr("TYPES") = names_of(kTypes);
  m.attr("PREDS") = names_of(kPreds);
  m.attr("STEPS") = names_of(kSteps);
  py::class_<Nest>(m, "Nest")
      .def(py::init(&make), py::arg("name"), py::arg("type") = "f32", py::arg("reassoc") = false)
      .def_static("parse", [](const std::string &s) { return unwrap(parse_nest(s)); }, py::arg("text"))
      .def("add_symbol", &Nest::add_symbol, py::arg("name"))
      .def("add_tensor", &add_tensor, py::arg("name"), py::arg("type") = py::none())
      .def("add_dim", [](Nest &n, const std::string &name, const Extent &extent, bool reduction) {
             return n.add_dim(name, to_int(n, extent), reduction);
           }, py::arg("name"), py::arg("extent"), py::arg("reduction") = false)
      .def("add_access", &add_access, py::arg("tensor"), py::arg("strides"), py::arg("offset") = 0,
           py::arg("index") = -1, py::arg("scale") = 0, py::arg("read_as") = py::none())
      .def("constant", [](Nest &n, double value, const std::optional<std::string> &type) { return n.constant(value, maybe_type(type)); },
           py::arg("value"), py::arg("type") = py::none())
      .def("convert", [](Nest &n, int node, const std::string &type) { return n.convert(node, to_type(type)); }, py::arg("node"), py::arg("type"))
      .def("load", &Nest::load, py::arg("access"))
      .def("acc", &Nest::acc)
      .def("add", [](Nest &n, const std::string &op, const py::args &in) { return add_node(n, op, in.cast<std::vector<int>>()); })
      .def("select", [](Nest &n, const std::string &pred, int x, int y, int if_true, int if_false) {
             return n.select(static_cast<Pred>(find(kPreds, pred, "predicate")), x, y, if_true, if_false);
           }, py::arg("pred"), py::arg("x"), py::arg("y"), py::arg("if_true"), py::arg("if_false"))
      .def("math", &add_math, py::arg("name"))
      .def_readwrite("out", &Nest::out)
      .def_readwrite("init", &Nest::init)
      .def_readwrite("update", &Nest::update)
      .def_readwrite("final", &Nest::final)
      .def_readonly("name", &Nest::name)
      .def_readonly("reassoc", &Nest::reassoc)
      .def_readonly("symbols", &Nest::symbols)
      .def_property_readonly("type", [](const Nest &n) { return name_of(n.type); })
      .def_property_readonly("dims", &dims)
      .def_property_readonly("tensors", &tensors)
      .def_property_readonly("tensor_types", &tensor_types)
      .def_property_readonly("accesses", &accesses)
      .def("validate", &validate)
      .def("__str__", &text);
  bind_sentence(m);
}

} // namespace vecwrap
