// What does not change in the reduction loops of the scope waits in registers that are to spare.
#include "codegen/evaluate.h"
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace vecwrap {

static constexpr int kStridedTemporaries = 2;
static constexpr int kEarlyWords = 6; ///< integers share their registers with addresses

/// Registers that evaluating `root` takes at its peak (Pool::peak), measured by a dry run.
void Evaluator::measure(int root) {
  const size_t code = g_.out_.code.size(), prologue = g_.shared_.prologue.size();
  const auto pointers = g_.pointers();
  const int scalars = g_.out_.scalars, limits[] = {vectors_.limit, uniforms_.limit};
  for (Pool *p : {&vectors_, &uniforms_}) p->limit = 1 << 20, p->peak = p->live;
  g_.as_unrolled([&] { into_accumulators(root); });
  carried_.clear();
  g_.out_.code.resize(code, VInst{VOp::Label});
  if (g_.shared_.prologue.size() == prologue) g_.out_.scalars = scalars; // else some are set there, once
  g_.restore(pointers);
  vectors_.limit = limits[0], uniforms_.limit = limits[1];
}

/// Nothing but accumulators, their places and what is hoisted is in registers.
void Evaluator::free_registers() {
  for (Pool *p : {&vectors_, &uniforms_}) {
    p->next = 0, p->free.clear();
    std::vector<bool> used;
    auto mark = [&](int reg) {
      if (pool(is_uniform(reg)).first != p->first) return;
      reg -= p->first;
      if (reg >= int(used.size())) used.resize(reg + 1);
      used[reg] = true;
    };
    for (int reg : accumulators_) mark(reg);
    for (int reg : places_) mark(reg);
    if (number_ >= 0) mark(number_);
    hoisted_.each([&](Key, Value &v) { mark(v.reg); });
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
      if (const Key k = key(int(n), p); values_.find(k) && values_.find(k)->uses) keys.try_emplace(k, p);
    if (!keys.empty()) candidates[int(n)].assign(keys.begin(), keys.end());
  }
  std::vector<bool> reached(g_.nest_.nodes.size());
  values_.each([&](Key k, Value &) { reached[k / points_] = true; });
  auto inner = [&](int n) { // part of a larger expression that is hoisted
    for (size_t u = 0; u < g_.nest_.nodes.size(); ++u)
      for (int i = 0; i < forms_[u].operands; ++i)
        if (forms_[u].in[i] == n && !candidates.count(int(u)) && reached[u]) return false;
    return n != root;
  };
  const bool wanted = !candidates.empty() || g_.has_uniforms() || strided_loads() || !g_.nest_.symbols.empty();
  if (wanted) measure(root); // else nobody asks for the peak, and no register is set in the prologue
  free_registers();
  if (!wanted) return values_.clear();
  int spare[] = {vectors_.limit - vectors_.peak - (strided_loads() ? kStridedTemporaries : 0), uniforms_.limit - uniforms_.peak};
  for (auto &[n, keys] : candidates) {
    int &left = spare[stands_still(n)];
    if (g_.failed_ || inner(n) || int(keys.size()) > left) continue;
    begin(n);
    for (auto [k, p] : keys) {
      value(n, p);
      hoisted_[k].reg = values_[k].reg;
    }
    for (auto [k, p] : keys) values_.erase(k);
    left -= int(keys.size());
  }
  values_.clear();
  early_ = std::max(spare[true], 0);
  if (wraps(g_.nest_.type)) early_ = std::min(early_, kEarlyWords);
}

void Evaluator::drop_hoisted() {
  hoisted_.each([&](Key, Value &v) { give(v.reg); });
  hoisted_.clear(), early_ = 0;
}

} // namespace vecwrap
