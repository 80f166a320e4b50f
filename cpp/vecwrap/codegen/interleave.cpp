// Long expressions, operation by operation over several points: chains of dependent operations overlap, and a constant is
// loaded once for all of them. (A polynomial whose coefficients are operands in memory waits for the loads, two a cycle.)
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int kLong = 6;  ///< operations: shorter chains overlap by themselves
constexpr int kSpare = 5; ///< registers for constants in use, masks and conversions

} // namespace

/// What `root` needs, operands first; constants, and what has a register already, aside.
void Evaluator::list_needed(int node, std::vector<int> &list) const {
  if (is_acc(node) || is_place(node) || g_.nest_.nodes[node].op == Op::Const || std::find(list.begin(), list.end(), node) != list.end()) return;
  for (int i : order_[node]) list_needed(forms_[node].in[i], list);
  list.push_back(node);
}

/// Do all points of the tile have a value of their own?
bool Evaluator::is_own(int node) const {
  for (int l : tile_loops_)
    if (dims_of_[node] >> g_.tree_.loops[l].dim & 1) return true;
  return false;
}

/// Points that can be evaluated side by side in the registers that are left.
int Evaluator::points_abreast(const std::vector<int> &needed) {
  int shared = 0, live = 0, peak = 1;
  std::map<int, int> left;
  for (int n : needed) {
    if (!is_own(n)) {
      ++shared;
      continue;
    }
    if (foldable(n, active_[0])) continue;
    for (int i = 0; i < forms_[n].operands; ++i)
      if (const auto it = left.find(forms_[n].in[i]); it != left.end() && --it->second == 0) --live;
    left[n] = values_[key(n, active_[0])].uses;
    peak = std::max(peak, ++live);
  }
  return (registers_ - vectors_.live - shared - kSpare) / peak;
}

void Evaluator::plan_interleaving(int root) {
  needed_.clear(), abreast_ = 1;
  if (active_.size() < 2 || g_.has_uniforms() || g_.tree_.vector < 0) return;
  std::vector<int> needed;
  list_needed(root, needed);
  const auto is_load = [&](int n) { return g_.nest_.nodes[n].op == Op::Load; };
  if (std::count_if(needed.begin(), needed.end(), is_load) + kLong > int(needed.size())) return;
  if (std::any_of(needed.begin(), needed.end(), [&](int n) { return is_load(n) && is_strided(g_.nest_.nodes[n].access); })) return;
  const int points = int(active_.size()), most = std::min(points, points_abreast(needed));
  if (most < 2) return;
  const int groups = (points + most - 1) / most;
  abreast_ = (points + groups - 1) / groups, needed_ = std::move(needed);
}

/// Where a group of points begins: the values below `root` of all of them.
void Evaluator::interleave(int root, size_t first) {
  if (abreast_ < 2 || first % abreast_) return;
  const auto group = std::span(active_).subspan(first, std::min(size_t(abreast_), active_.size() - first));
  if (group.size() < 2) return;
  for (int n : needed_) {
    if (n == root || g_.nest_.nodes[n].op == Op::Load) continue;
    for (int i = 0; i < forms_[n].operands; ++i)
      if (const int in = forms_[n].in[i]; is_operand(g_.nest_.nodes[in])) value(in, group[0]);
    for (int p : group)
      if (!g_.failed_ && values_[key(n, p)].uses) value(n, p);
  }
}

} // namespace vecwrap
