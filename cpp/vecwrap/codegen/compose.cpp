// Nests in the loops of others: a body runs on entry to a loop's body, over the region that one iteration needs. Its
// pointers are the host's, which move with the region; its temporaries lie in the buffer that the program shares.
#include "codegen/generator.h"
#include "codegen/shapes.h"
#include <algorithm>

namespace vecwrap {

Result<VProgram> generate(const ProgramTree &tree, const Target &target) {
  int group = 0;
  for (const Leaf &leaf : tree.leaves) {
    if (leaf.tree.vector < 0) continue;
    if (group && group != leaf.tree.group)
      return Refusal{"vector-group", "the vectors of '" + leaf.tree.nest.name + "' have " + std::to_string(leaf.tree.group) +
                                         " registers, those of an earlier nest " + std::to_string(group) + "; one kernel has one kind"};
    group = leaf.tree.group;
  }
  Emission emission(target, tree.leaves[0].tree.nest.type, group, tree.arguments);
  emission.out.frame_bytes = tree.in_workspace ? 0 : tree.bytes;
  for (const Leaf &leaf : tree.leaves) emission.reserve_scratch(target, leaf.tree);
  for (size_t n = 0; n < tree.leaves.size(); ++n) {
    if (tree.leaves[n].host >= 0) continue;
    Generator generator(tree.leaves[n].tree, target, emission);
    generator.plan_bodies(tree, int(n));
    generator.run();
  }
  if (emission.failed) return emission.refusal;
  hoist_shapes(emission.out);
  return std::move(emission.out);
}

void Generator::plan_bodies(const ProgramTree &program, int self) {
  program_ = &program, self_ = self;
  for (size_t n = 0; n < program.leaves.size() && !failed_; ++n)
    if (program.leaves[n].host == self) plan_body(int(n));
}

/// Whatever the body reads or writes, the host has a pointer to, too.
void Generator::plan_body(int n) {
  const Leaf &leaf = program_->leaves[n];
  Body body{&leaf, std::make_unique<Generator>(leaf.tree, target_, shared_), {}};
  body.code->plan_bodies(*program_, n);
  if (failed_ || !body.code->plan()) return;
  for (const Group &group : body.code->groups_) {
    const bool inside = group.tensor >= int(leaf.tree.nest.tensors.size()) ||
                        std::any_of(program_->staged.begin(), program_->staged.end(),
                                    [&](const Staged &s) { return s.tensor == group.tensor && s.host == n; });
    std::vector<Int> strides;
    for (size_t e = 0; e < nest_.dims.size(); ++e) strides.push_back(moved(group, leaf, int(e)));
    body.pointers.push_back(inside ? -1 : nest_.add_access(group.tensor, strides));
  }
  bodies_.push_back(std::move(body));
}

/// How far the region moves along the body's `strides` when the host's dim e goes one on.
Int Generator::moved(const Group &group, const Leaf &leaf, int e) {
  Int sum;
  for (size_t d = 0; d < group.strides.size(); ++d) {
    const Int stride = group.strides[d];
    const int64_t step = leaf.region[d].whole ? 0 : leaf.region[d].step[e];
    if (!step || stride.is_zero()) continue;
    if (sum.is_zero() && step == 1) sum = stride;
    else if (sum.is_const() && stride.is_const()) sum.value += step * stride.value;
    else fail("share-stride", "'" + leaf.tree.nest.tensors[group.tensor].name + "' has a stride that is known only at run time, and moves by a multiple of it");
  }
  return sum;
}

void Generator::enter_bodies(int position) {
  if (!program_) return;
  const bool outermost = program_->leaves[self_].host < 0;
  for (const Staged &s : program_->staged)
    if ((s.host == self_ && s.position == position) || (s.host < 0 && outermost && position == 0)) set_staged(s);
  for (Body &body : bodies_)
    if (body.leaf->position == position && !failed_) run_body(body);
}

void Generator::leave_bodies(int position) {
  if (!program_) return;
  for (const Staged &s : program_->staged)
    if (s.host == self_ && s.position == position)
      for (Group &group : groups_)
        if (group.tensor == s.tensor) group.pointers.clear();
}

void Generator::set_staged(const Staged &s) {
  if (std::none_of(groups_.begin(), groups_.end(), [&](const Group &g) { return g.tensor == s.tensor; })) return;
  const bool on_stack = s.argument < 0 && !program_->in_workspace;
  const int after_symbols = shared_.arguments + program_->symbols;
  int base = scalar();
  VInst &i = emit(on_stack ? VOp::SFrame : VOp::SArg);
  i.d = base, i.imm = on_stack ? s.offset : s.argument < 0 ? after_symbols : after_symbols + program_->in_workspace + s.argument;
  if (!on_stack && s.offset) base = add_imm(base, s.offset);
  for (Group &group : groups_)
    if (group.tensor == s.tensor) group.pointers = {{{}, base}};
}

void Generator::run_body(Body &body) {
  Generator &code = *body.code;
  code.chunk_.clear();
  for (size_t d = 0; d < code.nest_.dims.size(); ++d)
    code.chunk_.push_back(covered(body.leaf->region[d], code.nest_.dims[d].extent));
  for (size_t g = 0; g < code.groups_.size(); ++g) {
    code.groups_[g].pointers.clear();
    if (body.pointers[g] < 0) continue;
    const int base = group(body.pointers[g]).pointers.at({});
    code.groups_[g].pointers[{}] = region_start(base, *body.leaf, code.groups_[g].strides);
  }
  code.generate(0);
  code.check_segments();
}

/// Elements of a dim of the region in the current iteration.
Count Generator::covered(const Range &range, const Int &extent) {
  if (range.whole) return extent.is_const() ? Count{extent.value} : Count{0, symbol(extent.sym)};
  Count all{range.span};
  for (size_t e = 0; e < range.step.size(); ++e) {
    if (!range.step[e]) continue;
    const Count chunk = whole(int(e));
    all.value -= range.step[e];
    if (chunk.is_const()) {
      all.value += range.step[e] * chunk.value;
      continue;
    }
    VInst scaled{VOp::SMulImm};
    scaled.a = chunk.reg, scaled.imm = range.step[e];
    int reg = chunk.reg;
    if (range.step[e] != 1) scaled.d = reg = scalar(), out_.code.push_back(scaled);
    if (all.reg >= 0) {
      VInst sum{VOp::SAdd};
      sum.a = all.reg, sum.b = reg, sum.d = reg = scalar(), out_.code.push_back(sum);
    }
    all.reg = reg;
  }
  if (all.reg >= 0 && all.value) all.reg = add_imm(all.reg, all.value);
  return all;
}

/// The pointer to the region's first element.
int Generator::region_start(int pointer, const Leaf &leaf, const std::vector<Int> &strides) {
  for (size_t d = 0; d < strides.size(); ++d) {
    const int64_t low = leaf.region[d].low;
    if (!low || strides[d].is_zero()) continue;
    if (strides[d].is_const()) {
      pointer = add_imm(pointer, low * strides[d].value);
      continue;
    }
    VInst sum{VOp::SAdd};
    sum.a = pointer, sum.b = multiple(strides[d].sym, low), sum.d = pointer = scalar();
    out_.code.push_back(sum);
  }
  return pointer;
}

} // namespace vecwrap
