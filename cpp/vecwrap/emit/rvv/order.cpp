#include "emit/rvv/order.h"
#include "target/core.h"
#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace vecwrap::rvv {
namespace {

enum Unit : uint8_t { kInteger, kScalarMemory, kVectorLines, kFloats, kMoves, kScalarFloat, kUnits };
constexpr int kMost = 4; ///< units of a kind
constexpr int kScalarFloats = 1, kVectorMemory = 1, kMovers = 1; ///< of any core that is described
constexpr size_t kAhead = 128; ///< instructions that are looked at
constexpr int kAddresses = 8;  ///< that wait in registers for the access they are made for

struct Cost { Unit unit; int cycles, latency; };

Cost cost_of(const VInst &i, const Core &core, int group) {
  const int log = std::countr_zero(unsigned(group));
  const bool uniform = is_uniform(i.d);
  if (i.op == VOp::SLoad || (uniform && (i.op == VOp::VBcast || i.op == VOp::VLoad))) return {kScalarMemory, 1, core.scalar_load_latency};
  if (i.op == VOp::Prefetch) return {kScalarMemory, 1, 1};
  if (i.op <= VOp::SLoad) return {kInteger, 1, 1};
  if (i.op == VOp::VStore && is_uniform(i.a)) return {kScalarMemory, 1, 1};
  if (i.op == VOp::VLoad || i.op == VOp::VStore) return i.stride >= 0 ? Cost{kVectorLines, core.strided[log], core.strided_latency[log]} : Cost{kVectorLines, core.memory[log], core.memory_latency[log]};
  if (uniform) return {kScalarFloat, 1, core.scalar_float_latency};
  if (i.op == VOp::VMov || i.op == VOp::VConst || i.op == VOp::VBcast)
    return {kMoves, core.move[log], core.move_latency[log]};
  return {kFloats, core.vector_float[log], core.float_latency[log]};
}

/// Does the instruction name all that it reads and writes? Others stay where they are, and what is around them on its side.
bool moves(const VInst &i) {
  if (i.indexed) return false; // reads what the instruction in front has left
  switch (i.op) {
  case VOp::SImm: case VOp::SArg: case VOp::SMov: case VOp::SAdd: case VOp::SAddImm: case VOp::SMul: case VOp::SMulImm: case VOp::SLoad:
  case VOp::VLoad: case VOp::VBcast: case VOp::VStore: case VOp::VConst: case VOp::VMov: case VOp::VAdd: case VOp::VSub: case VOp::VMul:
  case VOp::VFma: case VOp::VWiden: case VOp::Prefetch: return true;
  default: return false;
  }
}

/// Keys of registers: scalars, and vectors behind them.
constexpr int kVectors = 1 << 30;
std::vector<int> reads(const VInst &i) {
  const bool scalar = i.op <= VOp::SLoad;
  std::vector<int> list;
  for (int reg : {i.a, i.b, i.c, i.e})
    if (reg >= 0) list.push_back(scalar ? reg : kVectors | reg);
  for (int reg : {i.mem.base, i.mem.index, i.stride})
    if (reg >= 0) list.push_back(reg);
  return list;
}
std::vector<int> writes(const VInst &i) {
  const bool scalar = i.op <= VOp::SLoad;
  std::vector<int> list;
  for (int reg : {i.d, i.t})
    if (reg >= 0) list.push_back(scalar ? reg : kVectors | reg);
  return list;
}
bool is_load(const VInst &i) { return i.op == VOp::SLoad || i.op == VOp::VLoad || i.op == VOp::VBcast || i.mem_operand >= 0; }

bool is_vector_access(const VInst &i) {
  return (i.op == VOp::VLoad && !is_uniform(i.d)) || (i.op == VOp::VStore && !is_uniform(i.a));
}

/// Vector accesses have no displacement. An addition right in front of each would wait until what is longer on its way than
/// an addition has finished; those of several accesses wait together.
std::vector<VInst> with_addresses(VProgram &program, size_t at, size_t end, std::vector<bool> &made) {
  std::vector<VInst> code;
  for (; at < end; ++at) {
    VInst i = program.code[at];
    const bool split = is_vector_access(i) && i.mem.disp >= -2048 && i.mem.disp < 2048 && i.mem.disp && i.mem.index < 0;
    if (split) {
      VInst address{VOp::SAddImm};
      address.d = program.scalars++, address.a = i.mem.base, address.imm = i.mem.disp;
      i.mem.base = address.d, i.mem.disp = 0;
      code.push_back(address), made.push_back(true);
    }
    code.push_back(i), made.push_back(false);
  }
  return code;
}

/// List scheduling (Gibbons and Muchnick, 1986) of one block on the core's units.
class Block {
public:
  /// made: which instructions are an address for the one behind.
  Block(const std::vector<VInst> &code, const std::vector<bool> &made, const Core &core, int group)
      : code_(code), made_(made), core_(core), copies_{core.integers, core.scalar_memory, kVectorMemory, core.floats, kMovers, kScalarFloats},
        count_(code.size()), nodes_(code.size()) {
    for (size_t n = 0; n < count_; ++n) nodes_[n].cost = cost_of(code[n], core, group);
    for (size_t n = 0; n < count_; ++n) depend(n);
    for (size_t n = count_; n-- > 0;)
      for (auto [next, latency] : nodes_[n].next) nodes_[n].height = std::max(nodes_[n].height, nodes_[next].height + latency);
  }

  void run(std::vector<VInst> &out) {
    size_t first = 0;
    for (size_t done = 0; done < count_; ++done) {
      while (nodes_[first].placed) ++first;
      const size_t n = best(first);
      issue(n);
      out.push_back(code_[n]);
    }
  }

private:
  struct Node {
    Cost cost;
    int height = 0, waits = 0; ///< cycles until the block's end; instructions that come before it
    int64_t ready = 0;
    bool placed = false;
    std::vector<std::pair<size_t, int>> next;
  };
  struct Register { int64_t writer = -1; std::vector<size_t> readers; };

  void edge(size_t from, size_t to, int latency) { nodes_[from].next.push_back({to, latency}), ++nodes_[to].waits; }

  void depend(size_t n) {
    const VInst &i = code_[n];
    for (int reg : reads(i)) {
      Register &r = registers_[reg];
      if (r.writer >= 0) edge(size_t(r.writer), n, nodes_[r.writer].cost.latency);
      r.readers.push_back(n);
    }
    for (int reg : writes(i)) {
      Register &r = registers_[reg];
      if (r.writer >= 0) edge(size_t(r.writer), n, 0);
      for (size_t reader : r.readers)
        if (reader != n) edge(reader, n, 0);
      r = {int64_t(n), {}};
    }
    if (i.op == VOp::VStore) {
      for (size_t before : memory_) edge(before, n, 0);
      memory_.clear(), store_ = int64_t(n);
      memory_.push_back(n);
    } else if (is_load(i)) {
      if (store_ >= 0) edge(size_t(store_), n, 0);
      memory_.push_back(n);
    }
  }

  int64_t start(size_t n) const {
    const Cost &cost = nodes_[n].cost;
    const auto &units = free_[cost.unit];
    const int64_t unit = *std::min_element(units.begin(), units.begin() + copies_[cost.unit]);
    return std::max({cycle_, nodes_[n].ready, unit, core_.in_order ? last_ - cost.latency : 0});
  }

  /// What can start first; of those, what most depends on.
  size_t best(size_t first) const {
    size_t found = count_;
    int64_t earliest = 0;
    for (size_t n = first; n < std::min(count_, first + kAhead); ++n) {
      if (nodes_[n].placed || nodes_[n].waits || (n > first && made_[n] && addresses_ >= kAddresses)) continue;
      const int64_t at = start(n);
      if (found == count_ || at < earliest || (at == earliest && nodes_[n].height > nodes_[found].height)) found = n, earliest = at;
    }
    return found;
  }

  void issue(size_t n) {
    Node &node = nodes_[n];
    addresses_ += int(made_[n]) - int(n > 0 && made_[n - 1]);
    const int64_t at = start(n), finished = at + node.cost.latency;
    auto &units = free_[node.cost.unit];
    *std::min_element(units.begin(), units.begin() + copies_[node.cost.unit]) = at + node.cost.cycles;
    if (at > cycle_) cycle_ = at, issued_ = 0;
    if (++issued_ == core_.width) ++cycle_, issued_ = 0;
    last_ = std::max(last_, finished), node.placed = true;
    for (auto [next, latency] : node.next) --nodes_[next].waits, nodes_[next].ready = std::max(nodes_[next].ready, at + latency);
  }

  const std::vector<VInst> &code_;
  const std::vector<bool> &made_;
  const Core &core_;
  const std::array<int, kUnits> copies_;
  size_t count_;
  std::vector<Node> nodes_;
  std::map<int, Register> registers_;
  std::vector<size_t> memory_; ///< loads since the last store, and that
  int64_t store_ = -1, cycle_ = 0, last_ = 0;
  int issued_ = 0, addresses_ = 0;
  std::array<std::array<int64_t, kMost>, kUnits> free_{};
};

} // namespace

VProgram ordered(VProgram program) {
  std::vector<VInst> out;
  out.reserve(program.code.size());
  for (size_t at = 0; at < program.code.size();) {
    size_t end = at;
    while (end < program.code.size() && moves(program.code[end])) ++end;
    std::vector<bool> made;
    const std::vector<VInst> code = with_addresses(program, at, end, made);
    Block(code, made, program.core ? *program.core : usual_core(), program.group).run(out);
    if (end < program.code.size()) out.push_back(program.code[end++]);
    at = end;
  }
  program.code = std::move(out);
  return program;
}

} // namespace vecwrap::rvv
