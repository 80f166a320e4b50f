#include "scoreboard.h"

#include "classes.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vecwrap::sim {

uint64_t Bookings::after(uint64_t from, int cycles) const {
  for (uint64_t at = from + static_cast<uint64_t>(cycles); at-- > from;)
    if (taken_[at % kWindow] == at) return at + 1;
  return 0;
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

// 0 and a unit of the set that is free from then on for as long as it is needed, or the first cycle at which one may be.
uint64_t Scoreboard::choose(const Use &use, uint64_t from, size_t &unit) const {
  uint64_t next = ~uint64_t{0};
  for (uint64_t units = use.units; units; units &= units - 1) {
    unit = static_cast<size_t>(std::countr_zero(units));
    const uint64_t after = units_[unit].after(from, use.cycles);
    if (!after) return 0;
    next = std::min(next, after);
  }
  return next;
}

// The first cycle at which one unit of each set is free for as long as it is needed; takes them.
uint64_t Scoreboard::book(const std::vector<Use> &uses, uint64_t from) {
  chosen_.resize(uses.size());
  for (size_t i = 0; i < uses.size(); ++i) {
    if (const uint64_t later = choose(uses[i], from, chosen_[i])) from = later, i = ~size_t{0};  // all of them again
  }
  for (size_t i = 0; i < uses.size(); ++i) units_[chosen_[i]].take(from, uses[i].cycles);
  return from;
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
  next_ = next_ + 1 == retired_.size() ? 0 : next_ + 1;
}

namespace {

// Scalar operations count as LMUL 1 of their width; unit and strided accesses move EEW x EMUL, the rest SEW x LMUL.
Shape shape_of_cost(const Insn &insn, Shape shape) {
  if (!insn.vector) return {insn.width ? insn.width : 64, 0};
  if (!insn.width || insn.kind == vload_indexed || insn.kind == vstore_indexed) return shape;
  return {insn.width, shape.lmul + static_cast<int>(std::log2(insn.width)) - static_cast<int>(std::log2(shape.sew))};
}

}  // namespace

const Plan &Scoreboard::planned(const Insn &insn, Shape shape, int vl) const {
  Plan &plan = insn.plan;
  const bool same = !insn.vector || (plan.shape == shape && (plan.vl == vl || !core_.occupancy_follows_vl));
  if (plan.vl >= 0 && same) return plan;
  const Cost &cost = core_.cost(insn.kind, insn.scalar_form, shape_of_cost(insn, shape));
  const double maximum = std::ldexp(core_.vlen / shape.sew, shape.lmul);
  const double share = core_.occupancy_follows_vl && insn.vector && maximum > 0 ? std::min(1.0, vl / maximum) : 1;
  plan = {shape, vl, operands(insn, shape), cost.latency, cost.uops, cost.uses};
  for (Use &use : plan.uses) use.cycles = std::max(1, static_cast<int>(std::ceil(use.cycles * share)));
  return plan;
}

void Scoreboard::issue(const Insn &insn, Shape shape, int vl, int extra) {
  const Plan &plan = planned(insn, shape, vl);
  const Group &write = plan.operands.write;
  const int latency = plan.latency + extra;
  const uint64_t issued = book(plan.uses, earliest(plan.operands, latency)), finished = issued + static_cast<uint64_t>(latency);
  if (write.first)
    for (int r = 0; r < write.count; ++r) ready_[write.first + static_cast<size_t>(r)] = finished;
  if (insn.kind == vset) ready_[kVtype] = finished;
  retire(issued, finished, plan.uops);
}

}  // namespace vecwrap::sim
