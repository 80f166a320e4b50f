#include "codegen/shapes.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// Out of the loop between two instructions, if all are the same. Nothing jumps into the middle of a loop.
bool hoist(std::vector<VInst> &code, size_t head, size_t branch) {
  const auto begin = code.begin() + int64_t(head), end = code.begin() + int64_t(branch);
  const auto shapes = [](const VInst &i) { return i.op == VOp::MShape; };
  const auto first = std::find_if(begin, end, shapes);
  if (first == end || std::any_of(first, end, [&](const VInst &i) { return shapes(i) && i.imm != first->imm; })) return false;
  const VInst same = *first;
  code.erase(std::remove_if(begin, end, shapes), end);
  code.insert(code.begin() + int64_t(head), same);
  return true;
}

bool hoist_one(VProgram &p) {
  std::vector<int64_t> at(size_t(p.labels), -1);
  for (size_t i = 0; i < p.code.size(); ++i) {
    const VInst &inst = p.code[i];
    if (inst.op == VOp::Label) at[size_t(inst.imm)] = int64_t(i);
    else if (inst.op >= VOp::Jump && inst.op <= VOp::BranchNe && at[size_t(inst.imm)] >= 0 && hoist(p.code, size_t(at[size_t(inst.imm)]), i)) return true;
  }
  return false;
}

} // namespace

void hoist_shapes(VProgram &p) {
  while (!p.shapes.empty() && hoist_one(p)) {
  }
}

} // namespace vecwrap
