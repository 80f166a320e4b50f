// What does not change in the reduction loops of the scope waits in registers that are to spare.
#include "codegen/evaluate.h"
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace vecwrap {

static constexpr int kStridedTemporaries = 2;

/// Registers that evaluating `root` takes at its peak (Pool::peak), measured by a dry run.
void Evaluator::measure(int root) {
  const std::vector<VInst> code = g_.out_.code;
  const auto pointers = g_.pointers();
  const size_t prologue = g_.shared_.prologue.size();
  const int scalars = g_.out_.scalars, limits[] = {vectors_.limit, uniforms_.limit};
  for (Pool *p : {&vectors_, &uniforms_}) p->limit = 1 << 20, p->peak = p->live;
  g_.as_unrolled([&] { into_accumulators(root); });
  carried_.clear();
  g_.out_.code = code;
  if (g_.shared_.prologue.size() == prologue) g_.out_.scalars = scalars; // else some are set there, once
  g_.restore(pointers);
  for (Pool *p : {&vectors_, &uniforms_}) {
    p->limit = limits[p == &uniforms_], p->next = 0, p->free.clear();
    std::vector<bool> used;
    auto mark = [&](int reg) {
      if (pool(is_uniform(reg)).first != p->first) return;
      reg -= p->first;
      if (reg >= int(used.size())) used.resize(reg + 1);
      used[reg] = true;
    };
    for (int reg : accumulators_) mark(reg);
    for (auto &[k, reg] : hoisted_) mark(reg);
    p->next = int(used.size());
    for (int reg = 0; reg < p->next; ++reg)
      if (!used[reg]) p->free.push_back(p->first + reg);
  }
}

void Evaluator::hoist(int root) {
  uint64_t moving = 0;
  for (int l = g_.tree_.scope; l < g_.tree_.tile; ++l) moving |= uint64_t(1) << g_.tree_.loops[l].dim;
  if (!moving) return;
  begin(root);
  std::map<int, std::vector<std::pair<Key, int>>> candidates; // node -> its distinct values
  for (size_t n = 0; n < g_.nest_.nodes.size(); ++n) {
    if ((dims_of_[n] & moving) || is_acc(int(n))) continue;
    std::map<Key, int> keys;
    for (int p : active_)
      if (auto it = values_.find(key(int(n), p)); it != values_.end() && it->second.uses) keys.try_emplace(it->first, p);
    if (!keys.empty()) candidates[int(n)].assign(keys.begin(), keys.end());
  }
  std::vector<bool> reached(g_.nest_.nodes.size());
  for (auto &[k, v] : values_) reached[k / points_] = true;
  auto inner = [&](int n) { // part of a larger expression that is hoisted
    for (size_t u = 0; u < g_.nest_.nodes.size(); ++u)
      for (int i = 0; i < forms_[u].operands; ++i)
        if (forms_[u].in[i] == n && !candidates.count(int(u)) && reached[u]) return false;
    return n != root;
  };
  measure(root);
  int spare[] = {vectors_.limit - vectors_.peak - (strided_loads() ? kStridedTemporaries : 0), uniforms_.limit - uniforms_.peak};
  for (auto &[n, keys] : candidates) {
    int &left = spare[stands_still(n)];
    if (g_.failed_ || inner(n) || int(keys.size()) > left) continue;
    begin(n);
    for (auto [k, p] : keys) {
      value(n, p);
      hoisted_[k] = values_[k].reg;
    }
    for (auto [k, p] : keys) values_.erase(k);
    left -= int(keys.size());
  }
  values_.clear();
  early_ = std::max(spare[true], 0);
}

void Evaluator::drop_hoisted() {
  for (auto &[k, reg] : hoisted_) give(reg);
  hoisted_.clear(), early_ = 0;
}

} // namespace vecwrap
