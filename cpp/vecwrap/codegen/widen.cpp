// Products of narrow elements (RVV): a factor that is read by multiply-adds only stays as narrow as half of the nest's type, in
// the lower half of its vector's registers; the multiply-add widens it (vwmacc, vfwmacc). Products of two such numbers are
// exact in the nest's type, so the bits are those of widening first. Bytes become 16 bits as they are loaded.
#include "codegen/generator.h"
#include <algorithm>

namespace vecwrap {
namespace {

std::set<int> reachable(const Nest &nest, std::initializer_list<int> roots) {
  std::set<int> found, left(roots);
  for (left.erase(-1); !left.empty(); left.erase(std::prev(left.end()))) { // operands come before users
    const Node &n = nest.nodes[*left.rbegin()];
    found.insert(*left.rbegin());
    left.insert(n.in, n.in + info_of(n.op).operands);
  }
  return found;
}

} // namespace

bool Generator::is_factor(int node) const {
  const Node &n = nest_.nodes[node];
  return n.op == Op::Load && vecwrap::widens(target_, nest_.type, nest_.stored(n.access));
}

std::pair<Type, Type> Generator::factors(int node) const {
  const auto stored = [&](int k) { return nest_.stored(nest_.nodes[nest_.nodes[node].in[k]].access); };
  return {stored(0), stored(1)};
}

/// A sum with a product is one multiply-add where that rounds the same: integers wrap, and narrow products are exact.
void Generator::fuse_products() {
  for (Node &sum : nest_.nodes)
    for (int k : {0, 1}) {
      if (sum.op != Op::Add || nest_.nodes[sum.in[k]].op != Op::Mul) continue;
      const int a = nest_.nodes[sum.in[k]].in[0], b = nest_.nodes[sum.in[k]].in[1], addend = sum.in[1 - k];
      const bool exact = wraps(nest_.type) || (is_factor(a) && is_factor(b));
      if (exact && !uses_acc(nest_, sum.in[k])) sum.op = Op::Fma, sum.in[0] = a, sum.in[1] = b, sum.in[2] = addend;
    }
}

void Generator::plan_widening() {
  if (!has_uniforms() || tree_.vector < 0 || dot_) return;
  fuse_products();
  const bool reduces = nest_.update >= 0;
  const std::set<int> lanes = reachable(nest_, {reduces ? nest_.update : nest_.final}), // what is computed for all lanes,
      others = reduces ? reachable(nest_, {nest_.init, nest_.final}) : std::set<int>{}, // and maybe for one
      roots = {nest_.init, nest_.update, nest_.final};
  const auto moves = [&](int load) { return !nest_.still(nest_.nodes[load].access, vector_dim()); };
  std::set<int> products;
  for (int n : lanes) {
    const Node &node = nest_.nodes[n];
    if (node.op == Op::Fma && !others.count(n) && is_factor(node.in[0]) && is_factor(node.in[1]) && (moves(node.in[0]) || moves(node.in[1])))
      products.insert(n);
  }
  for (size_t before = products.size() + 1; before > products.size();) { // a factor that somebody needs whole is none
    before = products.size();
    std::set<int> whole = roots;
    whole.insert(others.begin(), others.end());
    for (int n : lanes)
      for (int k = 0; k < info_of(nest_.nodes[n].op).operands; ++k)
        if (!products.count(n) || k == 2) whole.insert(nest_.nodes[n].in[k]);
    std::erase_if(products, [&](int n) { return whole.count(nest_.nodes[n].in[0]) || whole.count(nest_.nodes[n].in[1]); });
  }
  for (int n : products) {
    forms_[n] = VOp::VWiden;
    for (int k : {0, 1})
      if (moves(nest_.nodes[n].in[k]) || !wraps(nest_.type)) narrow_.insert(nest_.nodes[n].in[k]);
  }
}

} // namespace vecwrap
