// The points of the register tile: what each covers, and which of them share a value.
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {

Evaluator::Evaluator(Generator &g, int registers) : g_(g), registers_(registers), vectors_{registers}, uniforms_{g.target_.scalar_regs, kUniform} {
  for (int l = g.tree_.tile; l < int(g.tree_.loops.size()); ++l) {
    const bool vector = l == g.tree_.vector;
    const int64_t chunk = within_tile(l).value;
    extent_.push_back(int(vector ? (chunk + g.elements() - 1) / g.elements() : chunk));
    tile_loops_.push_back(l);
    points_ *= extent_.back();
  }
  const size_t nodes = g.nest_.nodes.size();
  forms_.reserve(nodes), needs_.reserve(nodes), order_.reserve(nodes), dims_of_.reserve(nodes), indices_.reserve(points_);
  keys_.reserve(nodes * size_t(points_));
  for (const Node &n : g.nest_.nodes) {
    uint64_t dims = 0;
    if (n.op == Op::Load)
      for (size_t d = 0; d < g.nest_.dims.size(); ++d)
        if (!g.nest_.still(n.access, int(d))) dims |= uint64_t(1) << d;
    if (n.op == Op::Acc || n.op == Op::Place) dims = ~uint64_t(0);
    for (int i = 0; i < info_of(n.op).operands; ++i) dims |= dims_of_[n.in[i]];
    dims_of_.push_back(dims);
    forms_.push_back(form_of(g.nest_, n));
    if (const auto said = g.forms_.find(int(forms_.size()) - 1); said != g.forms_.end()) forms_.back().op = said->second;
    plan_order(forms_.back());
    plan_keys(int(forms_.size()) - 1);
  }
  for (int p = 0; p < points_; ++p) plan_index(p);
  values_.resize(keys_.size()), hoisted_.resize(keys_.size());
  take_chunk();
}

/// The operand that needs most registers comes first, so that no other waits in one of its own: Sethi and Ullman, The
/// generation of optimal code for arithmetic expressions, 1970.
void Evaluator::plan_order(const Form &form) {
  const auto need = [&](int operand) { return needs_[form.in[operand]]; };
  Order order{{0, 1, 2, 3}, form.operands};
  for (int i = 1; i < order.count; ++i) // stable, and without the memory that std::stable_sort takes
    for (int k = i; k > 0 && need(order.operands[k]) > need(order.operands[k - 1]); --k) std::swap(order.operands[k], order.operands[k - 1]);
  int most = 1;
  for (int i = 0; i < order.count; ++i) most = std::max(most, need(order.operands[i]) + i);
  needs_.push_back(most), order_.push_back(order);
}

/// Is the current chunk of the tile loop's dim what one run of the loop covers? If not, a loop of the scope cuts that.
bool Evaluator::is_whole(int l) const {
  const Loop &loop = g_.tree_.loops[l];
  const Count &chunk = g_.chunk_[loop.dim];
  return chunk.is_const() && (chunk.tail >= 0 || chunk.value <= loop.chunk.value);
}

Count Evaluator::within_tile(int l) const {
  return is_whole(l) ? g_.chunk_[g_.tree_.loops[l].dim] : Count{g_.tree_.loops[l].chunk.value};
}

void Evaluator::plan_index(int point) {
  std::vector<int64_t> &index = indices_.emplace_back(g_.nest_.dims.size());
  for (int t = int(extent_.size()) - 1; t >= 0; --t) {
    const int64_t at = point % extent_[t];
    index[g_.tree_.loops[tile_loops_[t]].dim] = tile_loops_[t] == g_.tree_.vector ? at * g_.elements() : at;
    point /= extent_[t];
  }
}

void Evaluator::take_chunk() {
  rows_ = false, active_.clear();
  if (g_.tree_.vector >= 0) chunk_ = within_tile(g_.tree_.vector);
  for (int p = 0; p < points_; ++p)
    if (g_.tree_.vector < 0 || p % extent_.back() * g_.elements() < chunk_.value) active_.push_back(p);
}

bool Evaluator::is_partial() const { return g_.tree_.vector >= 0 && (chunk_.tail >= 0 || chunk_.value % g_.elements()); }

/// All lanes, unless this is the last, partial vector of the chunk.
Lanes Evaluator::lanes(int point) const {
  if (g_.tree_.vector < 0 || rows_) return Lanes::One;
  const bool last = (point % extent_.back() + 1) * g_.elements() >= chunk_.value;
  return last && is_partial() ? Lanes::Tail : Lanes::All;
}

void Evaluator::set_tail() {
  if (!is_partial()) return;
  VInst &i = g_.emit(VOp::VTail);
  i.a = chunk_.tail, i.value2 = chunk_.value % g_.elements();
  if (g_.sums_in_lanes()) i.stored = g_.dot_->types[0];
}

void Evaluator::plan_keys(int node) {
  for (int other = 0; other < node; ++other)
    if (dims_of_[other] == dims_of_[node]) { // differ by the node alone
      for (int point = 0; point < points_; ++point) keys_.push_back(key(other, point) + (node - other) * points_);
      return;
    }
  for (int point = 0; point < points_; ++point) {
    int canonical = 0, radix = 1, rest = point;
    for (int t = int(extent_.size()) - 1; t >= 0; --t) {
      if (dims_of_[node] >> g_.tree_.loops[tile_loops_[t]].dim & 1) canonical += rest % extent_[t] * radix;
      rest /= extent_[t], radix *= extent_[t];
    }
    keys_.push_back(node * points_ + canonical);
  }
}

/// What does not move along the lanes needs no vector where scalars have registers of their own.
bool Evaluator::stands_still(int node) const {
  if (!g_.has_uniforms()) return false;
  if (g_.tree_.vector < 0) return true;
  return !is_acc(node) && (rows_ ? !uses_acc(g_.nest_, node) : !(dims_of_[node] >> g_.vector_dim() & 1));
}

} // namespace vecwrap
