// Expressions over tiles of more points than registers hold (step matrix): some at a time, from or to a buffer.
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {

/// Calls body for some points at a time, whose accumulators are in registers.
void Evaluator::in_parts(const std::function<void()> &body) {
  constexpr size_t kAtOnce = 8;
  const std::vector<int> all = active_;
  std::vector<int> registers;
  while (registers.size() < std::min(kAtOnce, all.size())) registers.push_back(take());
  accumulators_.assign(points_, -1);
  for (size_t at = 0; at < all.size() && !g_.failed_; at += kAtOnce) {
    active_.assign(all.begin() + at, all.begin() + std::min(at + kAtOnce, all.size()));
    for (size_t i = 0; i < active_.size(); ++i) accumulators_[active_[i]] = registers[i];
    body();
    if (!g_.failed_) revive();
  }
  for (int reg : registers) give(reg);
  active_ = all, accumulators_.clear();
}

void Evaluator::into_buffer(int root, Mem sums) {
  in_parts([&] {
    into_accumulators(root);
    for (int p : active_) {
      VInst &i = g_.emit(VOp::VStore);
      i.a = accumulators_[p], i.mem = {sums.base, -1, 1, int64_t(p) * g_.lanes() * g_.esize()};
    }
  });
}

void Evaluator::from_buffer(int root, int access, Mem sums) {
  in_parts([&] {
    for (int p : active_) {
      VInst &i = g_.emit(VOp::VLoad);
      i.d = accumulators_[p], i.mem = {sums.base, -1, 1, int64_t(p) * g_.lanes() * g_.esize()};
    }
    store(root, access);
  });
}

} // namespace vecwrap
