// What makes a nest well formed. Each check looks at one kind of thing and says in one line what is wrong.
#include "ir/combine.h"
#include "ir/half.h"
#include <cctype>
#include <cmath>
#include <set>

namespace vecwrap {
namespace {

using Error = std::string; ///< empty: nothing wrong

std::string quote(const std::string &s) { return "'" + s + "'"; }

bool is_name(const std::string &s, bool dots) {
  if (s.empty() || !(std::isalpha((unsigned char)s[0]) || s[0] == '_'))
    return false;
  for (unsigned char c : s)
    if (!(std::isalnum(c) || c == '_' || (dots && c == '.')))
      return false;
  return true;
}

/// Names must be distinct words. Dims take no dot: split names its loops i.1, i.2.
template <class T, class F> Error check_names(const char *what, const std::vector<T> &list, bool dots, F name_of) {
  std::set<std::string> seen;
  for (const T &entry : list) {
    const std::string &name = name_of(entry);
    if (!is_name(name, dots))
      return std::string(what) + " name " + quote(name) + " is not a word of letters, digits and _";
    if (!seen.insert(name).second)
      return std::string(what) + " " + quote(name) + " is declared twice";
  }
  return "";
}

bool in_range(int i, size_t size) { return i >= 0 && size_t(i) < size; }
bool known(const Nest &nest, const Int &v) { return v.is_const() || in_range(v.sym, nest.symbols.size()); }

Error check_dims(const Nest &nest) {
  if (nest.dims.empty())
    return "the nest has no dims";
  for (const Dim &dim : nest.dims) {
    if (!known(nest, dim.extent))
      return "the extent of dim " + quote(dim.name) + " names symbol " + std::to_string(dim.extent.sym) +
             ", which does not exist";
    if (dim.extent.is_const() && dim.extent.value < 1)
      return "the extent of dim " + quote(dim.name) + " is " + std::to_string(dim.extent.value) + ", not at least 1";
  }
  return "";
}

/// An index is read with a plain load of its own, before the access that it moves.
Error check_index(const Nest &nest, size_t index) {
  const int from = nest.accesses[index].index;
  const std::string self = "access a" + std::to_string(index) + " takes its index from a" + std::to_string(from);
  if (from < 0)
    return "";
  if (!in_range(from, index))
    return self + ", which does not come before it";
  if (nest.accesses[from].index >= 0)
    return self + ", which has an index itself";
  if (const Type t = nest.stored(from); t != Type::I32 && t != Type::I64)
    return self + ", which reads " + name_of(t) + ", not i32 or i64";
  return "";
}

bool mixed_in(const Nest &nest, Type type) { return type == nest.type || mixes(nest.type, type); }

/// Of what is computed with; an index is not.
Error check_stored(const Nest &nest, int access) {
  const Type stored = nest.stored(access);
  if (!mixed_in(nest, nest.as(access)))
    return "access a" + std::to_string(access) + " is read as " + name_of(nest.as(access)) + ", which does not mix with " + name_of(nest.type);
  if (is_storable(nest.as(access), stored)) return "";
  return "access a" + std::to_string(access) + " is to " + name_of(stored) + ", which takes a nest of " +
         (is_storable(Type::F64, stored) ? "f32 or f64" : "f32");
}

Error check_access(const Nest &nest, size_t index) {
  const Access &access = nest.accesses[index];
  const std::string self = "access a" + std::to_string(index);
  if (!in_range(access.tensor, nest.tensors.size()))
    return self + " names tensor " + std::to_string(access.tensor) + ", which does not exist";
  if (access.strides.size() != nest.dims.size())
    return self + " has " + std::to_string(access.strides.size()) + " strides for " +
           std::to_string(nest.dims.size()) + " dims";
  for (size_t d = 0; d < nest.dims.size(); ++d)
    if (!known(nest, access.strides[d]))
      return self + " names symbol " + std::to_string(access.strides[d].sym) + ", which does not exist";
  return check_index(nest, index);
}

/// A Const may be anything that survives the trip through the nest's type, NaN included.
bool representable(Type type, double v) {
  if (const double end = std::ldexp(1, 8 * size_of(type) - 1); wraps(type)) return v >= -end && v < end && v == std::trunc(v) && !(v == 0 && std::signbit(v));
  if (type == Type::F16 && std::isfinite(v)) return std::fabs(v) <= 65504 && double(Half(v)) == v;
  return type == Type::F64 || std::isnan(v) || std::isinf(v) || double(float(v)) == v;
}

/// One type for a node and its operands, but for Convert, which goes from one to the other.
Error check_type(const Nest &nest, size_t index) {
  const Node &node = nest.nodes[index];
  const Type type = nest.type_of(int(index));
  const std::string self = "node %" + std::to_string(index) + " (" + info_of(node.op).name + ") is of " + name_of(type);
  if (!mixed_in(nest, type))
    return self + ", which does not mix with " + name_of(nest.type);
  if ((node.op == Op::Acc || node.op == Op::Place) && node.type)
    return self + ", the nest of " + name_of(nest.type);
  if (node.op == Op::Load && type != nest.as(node.access))
    return self + ", its access of " + name_of(nest.as(node.access));
  for (int k = 0; k < info_of(node.op).operands; ++k)
    if ((nest.type_of(node.in[k]) == type) == (node.op == Op::Convert))
      return self + ", its operand %" + std::to_string(node.in[k]) + " of " + name_of(nest.type_of(node.in[k]));
  return "";
}

Error check_node(const Nest &nest, size_t index) {
  const Node &node = nest.nodes[index];
  const std::string self = "node %" + std::to_string(index);
  if (static_cast<size_t>(node.op) >= std::size(kOps))
    return self + " has an unknown op";
  constexpr const char *kTakes[] = {"", "f32 or f64", "i32 or i64", "i32"}; // in Has's order
  if (!has_op(nest.type_of(int(index)), node.op))
    return self + " (" + info_of(node.op).name + ") takes a nest of " + kTakes[static_cast<int>(info_of(node.op).types)];
  for (int k = 0; k < info_of(node.op).operands; ++k)
    if (!in_range(node.in[k], index))
      return self + " (" + info_of(node.op).name + ") has operand " + std::to_string(k) + " = %" +
             std::to_string(node.in[k]) + ", which does not come before it";
  if (node.op == Op::Load && !in_range(node.access, nest.accesses.size()))
    return self + " loads access a" + std::to_string(node.access) + ", which does not exist";
  if (Error e = check_type(nest, index); !e.empty())
    return e;
  if (Error e = node.op == Op::Load ? check_stored(nest, node.access) : ""; !e.empty())
    return e;
  if (node.op == Op::Const && !representable(nest.type_of(int(index)), node.value))
    return self + " is a constant that is not exact in " + name_of(nest.type_of(int(index)));
  if (node.op == Op::Select && static_cast<size_t>(node.pred) >= std::size(kPreds))
    return self + " has an unknown predicate";
  return "";
}

Error check_out(const Nest &nest) {
  if (!in_range(nest.out, nest.accesses.size()))
    return "out names access a" + std::to_string(nest.out) + ", which does not exist";
  if (Error e = check_stored(nest, nest.out); !e.empty())
    return e;
  const Access &out = nest.accesses[nest.out];
  if (out.index >= 0)
    return "out a" + std::to_string(nest.out) + " has an index; only reads may be indirect";
  for (const Access &access : nest.accesses)
    if (access.index >= 0 && nest.accesses[access.index].tensor == out.tensor)
      return "access a" + std::to_string(access.index) + " is an index and reads the output's tensor";
  for (size_t d = 0; d < nest.dims.size(); ++d)
    if (out.strides[d].is_zero() != nest.dims[d].reduction)
      return "out a" + std::to_string(nest.out) +
             (nest.dims[d].reduction ? " moves with reduction dim " : " does not move with parallel dim ") +
             quote(nest.dims[d].name);
  return "";
}

/// The output holds partial sums while reduction loops run outside parallel ones. So it may only be read through its
/// own access, where code generation can see it, and not by update at all: that is what acc is for.
Error check_reads_of_out(const Nest &nest) {
  const Access &out = nest.accesses[nest.out];
  for (size_t a = 0; a < nest.accesses.size(); ++a)
    if (Access other = nest.accesses[a]; int(a) != nest.out && (other.as = out.as, other == out))
      return "access a" + std::to_string(a) + " is the same place as out a" + std::to_string(nest.out) + "; use one access";
  return loads_access(nest, nest.update, nest.out) ? "update loads the output; use acc" : "";
}

/// init and final run once per output element, so they may not see a reduction dim.
Error check_outside(const Nest &nest, const char *what, int root) {
  for (size_t d = 0; d < nest.dims.size(); ++d)
    if (nest.dims[d].reduction && depends_on(nest, root, int(d)))
      return std::string(what) + " depends on reduction dim " + quote(nest.dims[d].name);
  return "";
}

/// What is reduced has the nest's type; only final converts.
Error check_types_of_roots(const Nest &nest) {
  if (is_mixed(nest, nest.init) || is_mixed(nest, nest.update))
    return std::string("init and update compute in ") + name_of(nest.type) + "; only final may convert";
  if (nest.type_of(nest.final) != nest.as(nest.out))
    return std::string("final is of ") + name_of(nest.type_of(nest.final)) + ", but out a" + std::to_string(nest.out) + " is as " + name_of(nest.as(nest.out));
  return "";
}

Error check_place(const Nest &nest) {
  if (uses_place(nest, nest.init) || uses_place(nest, nest.update))
    return "only final may use place";
  const auto combine = combine_of(nest);
  if (uses_place(nest, nest.final) && !(combine && combine->op == Op::Select))
    return "place takes an update that is the larger or the smaller of acc and something else";
  return "";
}

Error check_roots(const Nest &nest) {
  const bool reduces = nest.has_reduction();
  const struct { const char *name; int node; bool wanted; } roots[] = {
      {"init", nest.init, reduces}, {"update", nest.update, reduces}, {"final", nest.final, true}};
  for (const auto &root : roots) {
    if (root.wanted && !in_range(root.node, nest.nodes.size()))
      return std::string(root.name) + " names node %" + std::to_string(root.node) + ", which does not exist";
    if (!root.wanted && root.node != -1)
      return std::string(root.name) + " is set, but the nest has no reduction dim";
  }
  if (uses_acc(nest, reduces ? nest.init : nest.final))
    return reduces ? "init uses acc" : "final uses acc, but the nest has no reduction dim";
  if (Error e = check_reads_of_out(nest); !e.empty())
    return e;
  if (Error e = check_outside(nest, "init", nest.init); !e.empty())
    return e;
  if (Error e = check_outside(nest, "final", nest.final); !e.empty())
    return e;
  if (Error e = check_types_of_roots(nest); !e.empty())
    return e;
  return check_place(nest);
}

} // namespace

std::string validate(const Nest &nest) {
  const auto itself = [](const std::string &s) -> const std::string & { return s; };
  const auto its_name = [](const auto &entry) -> const std::string & { return entry.name; };
  Error e;
  if (!is_name(nest.name, true))
    return "nest name " + quote(nest.name) + " is not a word of letters, digits, _ and .";
  if (!info_of(nest.type).computes)
    return std::string("a nest computes in f32, f64, i32 or i64, not in ") + name_of(nest.type);
  if (!(e = check_names("symbol", nest.symbols, true, itself)).empty() ||
      !(e = check_names("dim", nest.dims, false, its_name)).empty() ||
      !(e = check_names("tensor", nest.tensors, true, its_name)).empty() || !(e = check_dims(nest)).empty())
    return e;
  for (size_t i = 0; i < nest.accesses.size(); ++i)
    if (!(e = check_access(nest, i)).empty())
      return e;
  for (size_t i = 0; i < nest.nodes.size(); ++i)
    if (!(e = check_node(nest, i)).empty())
      return e;
  if (!(e = check_out(nest)).empty())
    return e;
  return check_roots(nest);
}

} // namespace vecwrap
