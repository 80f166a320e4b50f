#include "emit/gpr.h"
#include <algorithm>

namespace vecwrap {
namespace {

struct Interval { int reg = -1, first = -1, last = -1; double weight = 0, heaviest = 0; };
struct Back { int head, branch; }; ///< a loop: its label and the branch back to it

bool is_branch(VOp op) { return op >= VOp::Jump && op <= VOp::BranchNe; } // BranchBits never goes back

template <class F> void for_each_scalar(const VInst &i, F f) {
  switch (i.op) {
  case VOp::SImm: case VOp::SArg: case VOp::SFrame: f(i.d); break;
  case VOp::SLoad: f(i.mem.base), f(i.mem.index), f(i.d); break;
  case VOp::SMov: case VOp::SAddImm: case VOp::SMulImm: case VOp::SMinImm: f(i.a), f(i.d); break;
  case VOp::SAdd: case VOp::SMul: f(i.a), f(i.b), f(i.d); break;
  case VOp::BranchLt: case VOp::BranchGe: case VOp::BranchEq: case VOp::BranchNe: case VOp::BranchBits: f(i.a), f(i.b); break;
  case VOp::VTail: f(i.a); break;
  case VOp::VGroup: f(i.b); [[fallthrough]];
  default: f(i.mem.base), f(i.mem.index), f(i.stride);
  }
}

std::vector<Back> loops_of(const VProgram &p) {
  std::vector<int> at(p.labels, -1);
  std::vector<Back> loops;
  for (int i = 0; i < int(p.code.size()); ++i) {
    const VInst &inst = p.code[i];
    if (inst.op == VOp::Label) at[inst.imm] = i;
    else if (is_branch(inst.op) && at[inst.imm] >= 0) loops.push_back({at[inst.imm], i});
  }
  return loops; // sorted by branch, so inner loops come first
}

std::vector<Interval> intervals_of(const VProgram &p) {
  const std::vector<Back> loops = loops_of(p);
  std::vector<int> depth(p.code.size() + 1);
  for (const Back &l : loops) ++depth[l.head], --depth[l.branch + 1];
  std::vector<Interval> all(p.scalars);
  int level = 0;
  for (int i = 0; i < int(p.code.size()); ++i) {
    level += depth[i];
    double weight = 1;
    for (int k = 0; k < std::min(level, 12); ++k) weight *= 8;
    for_each_scalar(p.code[i], [&](int reg) {
      if (reg < 0) return;
      Interval &v = all[reg];
      v.reg = reg, v.last = i, v.weight += weight, v.heaviest = std::max(v.heaviest, weight);
      if (v.first < 0) v.first = i;
    });
  }
  for (const Back &l : loops) // live on entry of a loop and used in it: live to its end
    for (Interval &v : all)
      if (v.first >= 0 && v.first < l.head && v.last >= l.head && v.last < l.branch) v.last = l.branch;
  return all;
}

} // namespace

GprMap allocate_gprs(const VProgram &p, int count) {
  std::vector<Interval> intervals = intervals_of(p);
  GprMap map{std::vector<int>(p.scalars, -1), std::vector<int>(p.scalars, -1)};
  std::vector<Interval> order;
  for (const Interval &v : intervals)
    if (v.first >= 0) order.push_back(v);
  std::sort(order.begin(), order.end(), [](auto &a, auto &b) { return a.first < b.first; });
  std::vector<Interval> active;
  std::vector<bool> used(count);
  for (const Interval &v : order) {
    for (size_t i = 0; i < active.size();)
      if (active[i].last < v.first) used[map.gpr[active[i].reg]] = false, active.erase(active.begin() + i);
      else ++i;
    auto free = std::find(used.begin(), used.end(), false);
    if (free != used.end()) {
      map.gpr[v.reg] = int(free - used.begin()), *free = true, active.push_back(v);
      continue;
    }
    auto least = std::min_element(active.begin(), active.end(), [](auto &a, auto &b) { return a.weight < b.weight; });
    if (least->weight < v.weight) { // the earlier one lives on the stack from the start
      map.gpr[v.reg] = map.gpr[least->reg], map.gpr[least->reg] = -1, map.slot[least->reg] = map.slots++;
      *least = v;
    } else {
      map.slot[v.reg] = map.slots++;
    }
  }
  for (const Interval &v : order) {
    map.spilled += map.slot[v.reg] >= 0 ? v.weight : 0;
    map.innermost = std::max(map.innermost, v.heaviest);
  }
  return map;
}

} // namespace vecwrap
