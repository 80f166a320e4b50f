#include "emit/rvv/vset.h"
#include <optional>

namespace vecwrap::rvv {
namespace {

constexpr int64_t kImmediate = 31; ///< the largest length in vsetivli

/// What is set; nothing at all where control does not come.
struct State { Length length = Length::None; Vtype type; };
using Reached = std::optional<State>;

bool operator==(const State &a, const State &b) { return a.length == b.length && a.type.encoded() == b.type.encoded(); }

Reached meet(const Reached &a, const Reached &b) {
  if (!a || !b) return a ? a : b;
  return *a == *b ? *a : State{};
}

bool satisfies(const State &set, const Need &need) {
  if (need.length == Length::None) return true;
  if (set.length == Length::None || set.type.sew != need.type.sew || set.type.lmul != need.type.lmul) return false;
  if (need.type.keep_tail && !set.type.keep_tail) return false;
  return need.more ? set.length >= need.length : set.length == need.length;
}

class Pass {
public:
  Pass(Assembly &a, const Lengths &lengths) : a_(a), lengths_(lengths), at_(a.labels) {}

  void run() {
    for (bool again = true; again;) again = walk(nullptr);
    std::vector<Line> lines;
    walk(&lines);
    a_.lines = std::move(lines);
  }

private:
  /// One pass over the lines. States at labels only lose knowledge, so this comes to an end; true if one did.
  bool walk(std::vector<Line> *out) {
    Reached state = State{};
    bool changed = false;
    for (const Line &line : a_.lines) {
      if (line.kind == Line::Label) state = join(line.insn.operand[0], state, changed);
      if (line.kind == Line::Code) code(line, state, changed, out);
      if (out) out->push_back(line);
    }
    return changed;
  }

  Reached join(int64_t label, const Reached &state, bool &changed) {
    const Reached met = meet(at_[label], state);
    changed = changed || met.has_value() != at_[label].has_value() || (met && !(*met == *at_[label]));
    return at_[label] = met;
  }

  void code(const Line &line, Reached &state, bool &changed, std::vector<Line> *out) {
    const Insn &i = line.insn;
    if (state && !satisfies(*state, line.need)) {
      state = State{line.need.length, line.need.type};
      if (out) out->push_back(set(*state));
    }
    const std::string operands = row_of(i.op).operands;
    if (!operands.empty() && operands.back() == 'L') join(i.operand[operands.size() - 1], state, changed);
    else if (operands[0] == 'x' && i.operand[0] == lengths_.tail_register && state && state->length == Length::Tail) state = State{};
    if (i.op == Op::J || i.op == Op::Ret) state.reset();
  }

  Line set(const State &s) const {
    const int64_t count = s.length == Length::One ? 1 : lengths_.lanes, type = s.type.encoded();
    if (s.length == Length::Tail) return {Line::Code, {Op::Vsetvli, {kZero, lengths_.tail_register, type}}, {}, {}};
    if (count <= kImmediate) return {Line::Code, {Op::Vsetivli, {kZero, count, type}}, {}, {}};
    return {Line::Code, {Op::Vsetvli, {kZero, lengths_.lanes_register, type}}, {}, {}};
  }

  Assembly &a_;
  const Lengths lengths_;
  std::vector<Reached> at_; ///< per label
};

} // namespace

void insert_vsets(Assembly &a, const Lengths &lengths) { Pass(a, lengths).run(); }

} // namespace vecwrap::rvv
