#include "ir/product.h"

namespace vecwrap {
namespace {

bool is_narrow(const Nest &nest, int node) {
  const Node &n = nest.nodes[node];
  return n.op == Op::Load && nest.accesses[n.access].index < 0 && size_of(nest.stored(n.access)) < size_of(nest.type);
}

} // namespace

std::optional<Product> product_of(const Nest &nest) {
  if (nest.update < 0) return {};
  const auto is = [&](int node, Op op) { return nest.nodes[node].op == op; };
  const Node &update = nest.nodes[nest.update];
  const int *factors = nullptr;
  if (update.op == Op::Fma && is(update.in[2], Op::Acc)) factors = update.in;
  for (int term : {0, 1})
    if (update.op == Op::Add && is(update.in[term], Op::Mul) && is(update.in[1 - term], Op::Acc)) factors = nest.nodes[update.in[term]].in;
  if (!factors || !is_narrow(nest, factors[0]) || !is_narrow(nest, factors[1])) return {};
  return Product{factors[0], factors[1]};
}

} // namespace vecwrap
