#include "codegen/generator.h"
#include <algorithm>
#include <climits>

namespace vecwrap {
namespace {

// With a stride s in a register and 3s, 5s, 7s beside it, rows 0 to 8 are reachable from one pointer
// through base + index * {1,2,4,8}; every ninth row gets a pointer of its own.
constexpr int64_t kReach = 9;
constexpr int64_t kNear = 4096; // bytes around a pointer that RISC-V's loads reach
struct Reach { int multiple, scale; };
constexpr Reach kReaches[kReach] = {{0, 0}, {1, 1}, {1, 2}, {3, 1}, {1, 4}, {5, 1}, {3, 2}, {7, 1}, {1, 8}};

} // namespace

void Generator::build_groups() {
  std::vector<int> deepest(nest_.accesses.size()); // 0: not read at all
  for (const Buffer &b : buffers_)
    for (size_t a = 0; a < deepest.size(); ++a)
      if (b.root >= 0 && loads_access(tree_.nest, b.root, int(a))) deepest[a] = std::max(deepest[a], b.position + 1);
  for (int root : {nest_.init, nest_.update, nest_.final})
    for (size_t a = 0; a < deepest.size(); ++a)
      if (root >= 0 && loads_access(nest_, root, int(a))) deepest[a] = INT_MAX;
  for (const Body &b : bodies_)
    for (int a : b.pointers)
      if (a >= 0) deepest[a] = std::max(deepest[a], b.leaf->position + 1);
  deepest[nest_.out] = deepest[partial_sums_] = INT_MAX;
  if (dot_ && dot_->sums >= 0) deepest[dot_->sums] = INT_MAX;
  group_of_.assign(nest_.accesses.size(), -1);
  for (size_t a = 0; a < nest_.accesses.size(); ++a) {
    if (!deepest[a]) continue;
    const Access &access = nest_.accesses[a];
    for (size_t g = 0; g < groups_.size(); ++g)
      if (groups_[g].tensor == access.tensor && groups_[g].strides == access.strides) group_of_[a] = int(g);
    if (group_of_[a] >= 0) {
      groups_[group_of_[a]].deepest = std::max(groups_[group_of_[a]].deepest, deepest[a]);
      continue;
    }
    group_of_[a] = int(groups_.size());
    Group group;
    group.tensor = access.tensor, group.strides = access.strides, group.deepest = deepest[a];
    const bool outermost = !program_ || program_->leaves[self_].host < 0; // others get their pointers on entry
    if (outermost && access.tensor < shared_.arguments) { // a packed buffer gets its pointer where it is filled
      const int reg = scalar();
      VInst i{VOp::SArg};
      i.d = reg, i.imm = access.tensor;
      shared_.prologue.push_back(i);
      group.pointers[{}] = reg;
    }
    groups_.push_back(group);
  }
}

int Generator::symbol(int s) {
  auto [it, fresh] = shared_.symbols.try_emplace(s, -1);
  if (fresh) {
    it->second = scalar();
    VInst i{VOp::SArg};
    i.d = it->second, i.imm = shared_.arguments + s;
    shared_.prologue.push_back(i);
  }
  return it->second;
}

int Generator::multiple(int s, int64_t m) {
  const int base = symbol(s);
  if (m == 1) return base;
  auto [it, fresh] = shared_.multiples.try_emplace({s, m}, -1);
  if (fresh) {
    it->second = scalar();
    VInst i{VOp::SMulImm};
    i.d = it->second, i.a = base, i.imm = m;
    shared_.prologue.push_back(i);
  }
  return it->second;
}

int Generator::constant(int64_t value) {
  auto [it, fresh] = shared_.constants.try_emplace(value, -1);
  if (fresh) {
    it->second = scalar();
    VInst i{VOp::SImm};
    i.d = it->second, i.imm = value;
    shared_.prologue.push_back(i);
  }
  return it->second;
}

int Generator::lane_stride(int access, int dim) {
  if (!reaches_strides() || dim < 0 || nest_.contiguous(access, dim)) return -1;
  const Int stride = nest_.accesses[access].strides[dim];
  return stride.is_const() ? constant(stride.value) : symbol(stride.sym);
}

/// A register with the group's pointer plus a distance; made on first use.
int Generator::pointer(Group &group, const Group::Distance &distance) {
  auto it = group.pointers.find(distance);
  if (it != group.pointers.end()) return it->second;
  int from = group.pointers.at({});
  for (auto [s, count] : distance) {
    const bool small = s == Group::kBytes && count == int64_t(int32_t(count)) && count >= -2048 && count < 2048;
    if (small) {
      from = add_imm(from, count);
      continue;
    }
    const int d = scalar(), m = s == Group::kBytes ? constant(count) : multiple(s, count);
    VInst &i = emit(VOp::SAdd);
    i.d = d, i.a = from, i.b = m;
    from = d;
  }
  return group.pointers[distance] = from;
}

Mem Generator::address(int access, const std::vector<int64_t> &index) {
  Mem mem = direct(access, index);
  if (nest_.accesses[access].index < 0) return mem;
  const int moved = scaled_index(access, index), base = scalar();
  VInst &i = emit(VOp::SAdd);
  i.d = base, i.a = mem.base, i.b = moved;
  mem.base = base;
  return mem;
}

/// Bytes that the index of an indirect access adds; read once per place in straight-line code (see Evaluator::begin).
int Generator::scaled_index(int access, const std::vector<int64_t> &index) {
  const int from = nest_.accesses[access].index;
  const int64_t scale = nest_.accesses[access].scale;
  const Mem mem = direct(from, index);
  auto [it, fresh] = indices_.try_emplace({mem.base, mem.index, mem.scale, mem.disp, scale}, -1);
  if (!fresh) return it->second;
  VInst load{VOp::SLoad};
  load.d = scalar(), load.imm = size_of(nest_.stored(from)), load.mem = mem;
  VInst scaled{VOp::SMulImm};
  scaled.d = it->second = scalar(), scaled.a = load.d, scaled.imm = scale;
  out_.code.insert(out_.code.end(), {load, scaled});
  return scaled.d;
}

/// indexed: base + index * scale will do, where the target has that.
Mem Generator::direct(int access, const std::vector<int64_t> &index, bool indexed) {
  Group &group = groups_[group_of_[access]];
  Mem mem;
  mem.disp = nest_.accesses[access].offset;
  Group::Distance distance;
  for (size_t d = 0; d < index.size(); ++d) {
    const Int stride = group.strides[d];
    const int64_t count = index[d] + unrolled_[d];
    if (stride.is_const()) {
      mem.disp += stride.value * count;
    } else if (mem.index < 0 && indexed && !reaches_strides()) {
      const Reach reach = kReaches[count % kReach];
      if (reach.multiple) mem.index = multiple(stride.sym, reach.multiple), mem.scale = reach.scale;
      if (count >= kReach) distance.push_back({stride.sym, count - count % kReach});
    } else if (count) {
      distance.push_back({stride.sym, count});
    }
  }
  if (mem.disp != int32_t(mem.disp)) fail("displacement", "a constant offset exceeds 2 GiB");
  if (const int64_t far = (mem.disp + kNear / 2) / kNear * kNear; reaches_strides() && far && mem.disp >= 0) // 12 bits, signed
    distance.push_back({Group::kBytes, far}), mem.disp -= far;
  mem.base = pointer(group, distance);
  return mem;
}

/// Fresh registers for all pointers that move along `dim`, so that the old ones survive the loop.
Generator::Pointers Generator::copy_pointers(int dim) {
  Pointers saved;
  for (size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g].strides[dim].is_zero() || groups_[g].pointers.empty()) continue;
    saved.push_back({int(g), groups_[g].pointers});
    for (auto &[distance, reg] : groups_[g].pointers) {
      const int d = scalar();
      VInst &i = emit(VOp::SMov);
      i.d = d, i.a = reg;
      reg = d;
    }
  }
  return saved;
}

Generator::Pointers Generator::pointers() const {
  Pointers all;
  for (size_t g = 0; g < groups_.size(); ++g) all.push_back({int(g), groups_[g].pointers});
  return all;
}

void Generator::restore(const Pointers &saved) {
  for (const auto &[g, pointers] : saved) groups_[g].pointers = pointers;
}

void Generator::advance(int dim, int64_t elements) {
  if (!elements) return;
  for (Group &group : groups_)
    for (auto &[distance, reg] : group.pointers)
      if (!group.strides[dim].is_zero()) move(reg, reg, group.strides[dim], elements);
}

/// d = a + elements * stride
void Generator::move(int d, int a, Int stride, int64_t elements) {
  const int64_t bytes = stride.is_const() ? stride.value * elements : 0;
  const bool at_once = stride.is_const() && !(reaches_strides() && (bytes < -2048 || bytes > 2047));
  const int b = at_once ? -1 : stride.is_const() ? constant(bytes) : multiple(stride.sym, elements);
  VInst &i = emit(at_once ? VOp::SAddImm : VOp::SAdd);
  i.d = d, i.a = a, i.b = b, i.imm = bytes;
}

} // namespace vecwrap
