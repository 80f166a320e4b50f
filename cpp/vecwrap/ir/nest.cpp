// Building and querying nests.
#include "ir/nest.h"
#include <iterator>

namespace vecwrap {
namespace {

template <class T> int append(std::vector<T> &list, T value) {
  list.push_back(std::move(value));
  return int(list.size()) - 1;
}

template <class T> int index_of(const std::vector<T> &list, const std::string &name) {
  for (size_t i = 0; i < list.size(); ++i)
    if (list[i].name == name)
      return int(i);
  return -1;
}

/// Is there a node below (or at) root for which `wanted` holds? Nodes are topologically ordered, so one backward
/// sweep over a reached-mark visits every operand after its users.
template <class F> bool any_below(const Nest &nest, int root, F wanted) {
  if (root < 0)
    return false;
  std::vector<bool> reached(root + 1);
  reached[root] = true;
  for (int i = root; i >= 0; --i) {
    if (!reached[i])
      continue;
    const Node &node = nest.nodes[i];
    if (wanted(node))
      return true;
    for (int k = 0; k < info_of(node.op).operands; ++k)
      reached[node.in[k]] = true;
  }
  return false;
}

} // namespace

std::optional<Type> type_named(const std::string &name) {
  for (size_t t = 0; t < std::size(kTypes); ++t)
    if (name == kTypes[t].name)
      return static_cast<Type>(t);
  return {};
}

int Nest::add_dim(std::string name, Int extent, bool reduction) {
  for (Access &access : accesses)
    access.strides.push_back(Int::constant(0));
  return append(dims, {std::move(name), extent, reduction});
}

int Nest::add_symbol(std::string name) { return append(symbols, std::move(name)); }

int Nest::add_tensor(std::string name, std::optional<Type> type) { return append(tensors, {std::move(name), type}); }

int Nest::add_access(int tensor, std::vector<Int> strides, int64_t offset, int index, int64_t scale) {
  strides.resize(dims.size());
  return append(accesses, {tensor, offset, std::move(strides), index, scale});
}

int Nest::add(Op op, int a, int b, int c, int d) {
  Node node;
  node.op = op;
  const int operands[] = {a, b, c, d};
  for (int k = 0; k < 4; ++k)
    node.in[k] = operands[k];
  if (a >= 0 && a < int(nodes.size()))
    node.type = nodes[a].type;
  return append(nodes, node);
}

int Nest::constant(double v, std::optional<Type> of) {
  Node node;
  node.value = v, node.type = of ? other(*of) : of;
  return append(nodes, node);
}

int Nest::convert(int node, Type to) {
  const int made = add(Op::Convert, node);
  nodes[made].type = other(to);
  return made;
}

int Nest::load(int access) {
  Node node;
  node.op = Op::Load;
  node.access = access;
  if (access >= 0 && access < int(accesses.size()))
    node.type = other(as(access));
  return append(nodes, node);
}

int Nest::acc() { return add(Op::Acc); }

int Nest::select(Pred p, int x, int y, int if_true, int if_false) {
  const int node = add(Op::Select, x, y, if_true, if_false);
  nodes[node].pred = p;
  return node;
}

bool Nest::has_reduction() const {
  for (const Dim &dim : dims)
    if (dim.reduction)
      return true;
  return false;
}

bool Nest::contiguous(int access, int dim) const {
  const Access &a = accesses[access];
  return a.strides[dim] == Int::constant(size_of(stored(access))) && (a.index < 0 || still(a.index, dim));
}

bool Nest::still(int access, int dim) const {
  const Access &a = accesses[access];
  return a.strides[dim].is_zero() && (a.index < 0 || still(a.index, dim));
}

int Nest::dim(const std::string &name) const { return index_of(dims, name); }
int Nest::tensor(const std::string &name) const { return index_of(tensors, name); }

bool loads_access(const Nest &nest, int root, int access) {
  return any_below(nest, root, [&](const Node &n) {
    return n.op == Op::Load && (n.access == access || nest.accesses[n.access].index == access);
  });
}

bool is_mixed(const Nest &nest, int root) {
  return any_below(nest, root, [](const Node &n) { return n.type.has_value(); });
}

bool uses_acc(const Nest &nest, int root) {
  return any_below(nest, root, [](const Node &n) { return n.op == Op::Acc; });
}

bool uses_place(const Nest &nest, int root) {
  return root >= 0 && any_below(nest, root, [](const Node &n) { return n.op == Op::Place; });
}

bool depends_on(const Nest &nest, int root, int dim) {
  return any_below(nest, root, [&](const Node &n) {
    return n.op == Op::Load && !nest.still(n.access, dim);
  });
}

} // namespace vecwrap
