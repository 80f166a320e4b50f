// The walk over a nest's blocks: chains of them, conditions around some, loops inside.
#include "llvm/tree.h"
#include <llvm/IR/CFG.h>
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {
/// Instructions that do nothing at run time.
bool is_marker(const Instruction &instruction) {
  auto *call = dyn_cast<IntrinsicInst>(&instruction);
  // Lifetime markers are not among them: a local array that lives for one iteration cannot outlive it in a kernel.
  return call && !call->isLifetimeStartOrEnd() &&
         (call->isAssumeLikeIntrinsic() || isa<DbgInfoIntrinsic>(call) ||
                  call->getIntrinsicID() == Intrinsic::experimental_noalias_scope_decl);
}
} // namespace

bool Tree::visit(BasicBlock *block, BasicBlock *previous, int loop, bool speculated) {
  if (blocks.count(block))
    return no(Why::Branch);
  BlockInfo &info = blocks[block];
  info.loop = loop;
  info.predicates = active_;
  info.speculated = speculated;
  info.order = int(blocks.size());
  if (previous)
    arrived_[block] = previous;
  for (Instruction &instruction : *block) {
    if (is_marker(instruction))
      continue;
    if (isa<AllocaInst>(instruction))
      return no(Why::SideEffect, "a variable-length array or alloca inside the nest");
    if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      if (!store->isSimple() || speculated)
        return no(store->isSimple() ? Why::PredicatePerPoint : Why::SideEffect);
      // The header of a loop that is tested at the top runs once more than the body.
      if (block == loops[loop].header && !loops[loop].rotated)
        return no(Why::NotSimplified, "a store in the loop condition");
    } else if (auto *load = dyn_cast<LoadInst>(&instruction)) {
      if (!load->isSimple())
        return no(Why::SideEffect, "a volatile or atomic load");
      if (speculated)
        return no(Why::ConditionalLoad);
    } else if (instruction.mayReadOrWriteMemory() || instruction.mayHaveSideEffects()) {
      return no(Why::SideEffect);
    }
    sequence.push_back(&instruction);
  }
  return true;
}

bool Tree::walk_loop(int number) {
  // Copied: loops does not grow any more, but the walk is recursive and the struct small.
  TreeLoop loop = loops[number];
  if (!visit(loop.header, nullptr, number, false))
    return false;
  BasicBlock *block = loop.header;
  if (block == loop.latch)
    return true;
  BasicBlock *next = nullptr, *previous = block;
  if (block == loop.exiting) {
    auto *end = cast<BranchInst>(block->getTerminator());
    next = end->getSuccessor(loop.loop->contains(end->getSuccessor(0)) ? 0 : 1);
  } else if (!branch(cast<BranchInst>(block->getTerminator()), number, &next, &previous)) {
    return false;
  }
  return walk_chain(next, previous, nullptr, number, nullptr);
}

/// Walks from `block` (entered from `previous`) to `stop`, or to the latch if `stop` is null.
bool Tree::walk_chain(BasicBlock *block, BasicBlock *previous, BasicBlock *stop, int loop, BasicBlock **last) {
  while (block != stop) {
    if (!loops[loop].loop->contains(block))
      return no(Why::Break);
    if (int child = child_with_header(block, loop); child >= 0) {
      // The induction starts with what this edge brings in.
      if (!walk_loop(child))
        return false;
      previous = loops[child].exiting;
      block = loops[child].exit;
      continue;
    }
    if (loop_info_.getLoopFor(block) != loops[loop].loop || block == loops[loop].header)
      return no(Why::Branch);
    if (!visit(block, previous, loop, false))
      return false;
    if (block == loops[loop].latch)
      return stop ? no(Why::Branch) : true;
    auto *end = dyn_cast<BranchInst>(block->getTerminator());
    if (!end)
      return no(Why::Branch);
    previous = block;
    if (!branch(end, loop, &block, &previous))
      return false;
  }
  if (last)
    *last = previous;
  return true;
}

/// Decides what a branch inside the body means and where the walk goes on.
bool Tree::branch(BranchInst *end, int loop, BasicBlock **next, BasicBlock **previous) {
  if (end->isUnconditional()) {
    *next = end->getSuccessor(0);
    return true;
  }
  BasicBlock *head = end->getParent(), *if_true = end->getSuccessor(0), *if_false = end->getSuccessor(1);
  auto *node = post_.getNode(head);
  BasicBlock *join = node && node->getIDom() ? node->getIDom()->getBlock() : nullptr;
  if (!join || loop_info_.getLoopFor(join) != loops[loop].loop || join == loops[loop].header || if_true == if_false)
    return no(Why::Branch);
  bool effect_true = false, effect_false = false;
  if (!scan_side(if_true, join, loop, &effect_true) || !scan_side(if_false, join, loop, &effect_false))
    return false;
  if (effect_true && effect_false)
    return no(Why::Branch, "both sides of a branch in the nest do work");
  *next = join;
  if (effect_true || effect_false) {
    Predicate predicate;
    predicate.branch = end;
    predicate.sense = effect_true;
    predicate.loop = loop;
    active_.push_back(int(predicates.size()));
    predicates.push_back(predicate);
    bool ok = walk_chain(effect_true ? if_true : if_false, head, join, loop, previous);
    active_.pop_back();
    return ok;
  }
  SelectJoin select{end->getCondition(), nullptr, nullptr};
  if (!select_side(if_true, head, join, loop, &select.if_true) ||
      !select_side(if_false, head, join, loop, &select.if_false))
    return false;
  if (pred_size(join) != 2)
    return no(Why::Branch);
  selects.insert({join, select});
  return true;
}

/// Does anything between `from` and `join` matter besides the values it computes?
bool Tree::scan_side(BasicBlock *from, BasicBlock *join, int loop, bool *effect) {
  std::vector<BasicBlock *> work{from};
  std::set<BasicBlock *> seen;
  while (!work.empty()) {
    BasicBlock *block = work.back();
    work.pop_back();
    if (block == join || !seen.insert(block).second)
      continue;
    if (!loops[loop].loop->contains(block) || block == loops[loop].header)
      return no(Why::Branch);
    if (loop_info_.getLoopFor(block) != loops[loop].loop)
      *effect = true;
    for (Instruction &instruction : *block)
      if (!is_marker(instruction) && instruction.mayHaveSideEffects())
        *effect = true;
    for (BasicBlock *next : successors(block))
      work.push_back(next);
  }
  return true;
}

bool Tree::select_side(BasicBlock *side, BasicBlock *head, BasicBlock *join, int loop, BasicBlock **incoming) {
  *incoming = head;
  if (side == join)
    return true;
  if (side->getSingleSuccessor() != join || side->getSinglePredecessor() != head)
    return no(Why::Branch);
  *incoming = side;
  return visit(side, head, loop, true);
}

} // namespace vecwrap::raise
