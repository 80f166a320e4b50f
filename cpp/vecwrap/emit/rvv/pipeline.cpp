#include "emit/rvv/pipeline.h"
#include <algorithm>
#include <set>

namespace vecwrap::rvv {
namespace {

/// Vector and uniform registers that an instruction names.
std::vector<int> registers(const VInst &i) {
  if (i.op < VOp::VLoad) return {};
  std::vector<int> list;
  for (int reg : {i.d, i.a, i.b, i.c, i.e, i.t})
    if (reg >= 0) list.push_back(reg);
  return list;
}

bool is_plain_load(const VInst &i) {
  return (i.op == VOp::VLoad || i.op == VOp::VBcast) && i.t < 0 && !i.indexed && i.mem.index < 0;
}

bool is_straight(const VInst &i) {
  return i.op != VOp::Label && i.op != VOp::Jump && !(i.op >= VOp::BranchLt && i.op <= VOp::BranchNe) && i.op != VOp::VStore && i.op != VOp::VStoreSegment;
}

class Rotation {
public:
  Rotation(VProgram &program, const Pipelined &loop) : p_(program), loop_(loop) {}

  void run() {
    if (!find_body()) return;
    split();
    if (std::none_of(first_.begin(), first_.end(), is_plain_load)) return;
    std::vector<VInst> code(p_.code.begin(), p_.code.begin() + head_);
    const auto append = [&](const std::vector<VInst> &more) { code.insert(code.end(), more.begin(), more.end()); };
    const int two = p_.scalars++, last = p_.labels++;
    append({scalar(VOp::SImm, two, 2 * count_)});
    append(first_), append({branch(VOp::BranchLt, two, last), p_.code[head_]});
    append(rest_), append(first_), append({branch(VOp::BranchGe, two, int(loop_.head)), label(last)});
    append(rest_);
    code.insert(code.end(), p_.code.begin() + end_ + 1, p_.code.end());
    p_.code = std::move(code);
  }

private:
  /// From the label to the branch back, if nothing but these two is control.
  bool find_body() {
    const auto head = std::find_if(p_.code.begin(), p_.code.end(), [&](const VInst &i) { return i.op == VOp::Label && i.imm == loop_.head; });
    const auto end = std::find_if(head, p_.code.end(), [](const VInst &i) { return !is_straight(i) && i.op != VOp::Label; });
    if (end == p_.code.end() || end->op != VOp::BranchGe || end->imm != loop_.head) return false;
    if (!std::all_of(head + 1, end, is_straight)) return false;
    head_ = head - p_.code.begin(), end_ = end - p_.code.begin(), count_ = end->value2, counter_ = end->a;
    return true;
  }

  /// What the first copy of the body loads and nothing in front of it depends on, or is in the way of; with copies of pointers.
  void split() {
    std::set<int> named, written;
    size_t loads = 0, ahead = 0;
    bool shortened = false, begun = false;
    for (auto i = head_ + 1; i < end_; ++i) loads += is_plain_load(p_.code[i]);
    const size_t most = (loads + loop_.copies - 1) / loop_.copies;
    for (auto n = head_ + 1; n < end_; ++n) {
      const VInst &i = p_.code[n];
      const bool moved = written.count(i.mem.base) || (i.stride >= 0 && written.count(i.stride)) || (shortened && i.lanes == Lanes::Tail);
      shortened |= i.op == VOp::VTail;
      const bool copies_pointer = i.op == VOp::SMov && !begun; // where inner loops are unrolled wholly; nothing read it yet
      if (copies_pointer || (is_plain_load(i) && ahead < most && !named.count(i.d) && !moved)) {
        ahead += !copies_pointer;
        first_.push_back(i);
        continue;
      }
      begun |= i.op != VOp::Note;
      for (int reg : registers(i)) named.insert(reg);
      if (i.op < VOp::Label) written.insert(i.d);
      rest_.push_back(i);
    }
  }

  static VInst scalar(VOp op, int d, int64_t imm) {
    VInst i{op};
    i.d = d, i.imm = imm;
    return i;
  }
  static VInst label(int number) {
    VInst i{VOp::Label};
    i.imm = number;
    return i;
  }
  VInst branch(VOp op, int limit, int to) const {
    VInst i{op};
    i.a = counter_, i.b = limit, i.imm = to;
    return i;
  }

  VProgram &p_;
  const Pipelined &loop_;
  std::ptrdiff_t head_ = 0, end_ = 0;
  int64_t count_ = 0;
  int counter_ = -1;
  std::vector<VInst> first_, rest_;
};

} // namespace

VProgram pipelined(VProgram program) {
  for (const Pipelined &loop : std::vector<Pipelined>(program.pipelined)) Rotation(program, loop).run();
  return program;
}

} // namespace vecwrap::rvv
