#include "scoreboard.h"

#include "classes.h"

#include <algorithm>
#include <cmath>

namespace vecwrap::sim {

bool Bookings::free(uint64_t from, int cycles) const {
  for (int i = 0; i < cycles; ++i)
    if (taken_[(from + static_cast<uint64_t>(i)) % kWindow] == from + static_cast<uint64_t>(i)) return false;
  return true;
}

void Bookings::take(uint64_t from, int cycles) {
  for (int i = 0; i < cycles; ++i) taken_[(from + static_cast<uint64_t>(i)) % kWindow] = from + static_cast<uint64_t>(i);
}

Scoreboard::Scoreboard(const Core &core) : core_(core), retired_(static_cast<size_t>(std::max(core.window, 1))) {}

uint64_t Scoreboard::earliest(const Operands &ops, int latency) const {
  uint64_t at = core_.window ? std::max(cycle_, retired_[next_]) : cycle_;
  for (int i = 0; i < ops.count; ++i)
    for (int r = 0; r < ops.reads[i].count; ++r) at = std::max(at, ready_[ops.reads[i].first + static_cast<size_t>(r)]);
  if (core_.window) return at;
  if (core_.completes_in_order && last_ > at + static_cast<uint64_t>(latency)) at = last_ - static_cast<uint64_t>(latency);
  // No renaming: a result may not overtake the one before it in the same register.
  for (int r = 0; r < ops.write.count; ++r) {
    const uint64_t before = ready_[ops.write.first + static_cast<size_t>(r)], length = static_cast<uint64_t>(latency);
    if (ops.write.first && before > length) at = std::max(at, before - length);
  }
  return at;
}

// The first cycle at which one unit of each set is free for as long as it is needed; takes them.
uint64_t Scoreboard::book(const Cost &cost, uint64_t from, double share) {
  for (;; ++from) {
    std::vector<std::pair<size_t, int>> chosen;
    for (const Use &use : cost.uses) {
      const int cycles = std::max(1, static_cast<int>(std::ceil(use.cycles * share)));
      for (size_t unit = 0; unit < units_.size(); ++unit) {
        if (!(use.units >> unit & 1) || !units_[unit].free(from, cycles)) continue;
        chosen.emplace_back(unit, cycles);
        break;
      }
    }
    if (chosen.size() != cost.uses.size()) continue;
    for (auto [unit, cycles] : chosen) units_[unit].take(from, cycles);
    return from;
  }
}

// In order: the next instruction issues no earlier. Out of order: instructions enter and leave in order, `width` a cycle.
void Scoreboard::retire(uint64_t issued, uint64_t finished, int uops) {
  if (!core_.window && issued > cycle_) cycle_ = issued, issued_ = 0;
  issued_ += uops;
  while (issued_ >= core_.width) issued_ -= core_.width, ++cycle_;
  last_ = std::max(last_, finished);
  if (!core_.window) return;
  last_retired_ = std::max(last_retired_, finished);
  if (retired_[next_] > cycle_) cycle_ = retired_[next_];
  retired_[next_] = last_retired_;
  next_ = (next_ + 1) % retired_.size();
}

namespace {

// Scalar operations count as LMUL 1 of their width; unit and strided accesses move EEW x EMUL, the rest SEW x LMUL.
Shape shape_of_cost(const Insn &insn, Shape shape) {
  if (!insn.vector) return {insn.width ? insn.width : 64, 0};
  if (!insn.width || insn.kind == vload_indexed || insn.kind == vstore_indexed) return shape;
  return {insn.width, shape.lmul + static_cast<int>(std::log2(insn.width)) - static_cast<int>(std::log2(shape.sew))};
}

}  // namespace

void Scoreboard::issue(const Insn &insn, Shape shape, int vl, int extra) {
  const Shape at = shape_of_cost(insn, shape);
  const Cost &cost = core_.cost(insn.kind, insn.scalar_form, at);
  const Operands ops = operands(insn, shape);
  const double maximum = std::ldexp(core_.vlen / shape.sew, shape.lmul);
  const double share = core_.occupancy_follows_vl && insn.vector && maximum > 0 ? std::min(1.0, vl / maximum) : 1;
  const int latency = cost.latency + extra;
  const uint64_t issued = book(cost, earliest(ops, latency), share), finished = issued + static_cast<uint64_t>(latency);
  if (ops.write.first)
    for (int r = 0; r < ops.write.count; ++r) ready_[ops.write.first + static_cast<size_t>(r)] = finished;
  if (insn.kind == vset) ready_[kVtype] = finished;
  retire(issued, finished, cost.uops);
}

}  // namespace vecwrap::sim
