// The branches that must go one way for the nest to be a plain loop nest, where that changes inside of it.
#include "llvm/lift.h"
#include <llvm/Analysis/ValueTracking.h>

namespace vecwrap::raise {

using namespace llvm;

/// The branches that must go one way.
bool Lift::predicates() {
  for (size_t i = 0; i < tree_.predicates.size(); i++) {
    Predicate &predicate = tree_.predicates[i];
    if (!predicate.varying)
      continue;
    // Testing all values of the condition must be much cheaper than the nest: it may not move with the innermost loop.
    if (result.loop_dim[predicate.loop] == int(result.dim_loop.size()) - 1 ||
        tree_.path(predicate.loop).size() >= result.dim_loop.size())
      return no(Why::PredicatePerPoint);
    auto *compare = cast<FCmpInst>(predicate.branch->getCondition());
    if (!predicate_operand(compare->getOperand(0), predicate.loop, 0) ||
        !predicate_operand(compare->getOperand(1), predicate.loop, 0))
      return false;
    result.prescans.push_back(int(i));
  }
  return true;
}

/// The prescan can compute this value: loads that cannot see the output, and arithmetic.
bool Lift::predicate_operand(Value *value, int loop, int depth) {
  if (isa<Constant>(value) || !tree_.affine.in_nest(value))
    return true;
  auto *instruction = cast<Instruction>(value);
  if (depth > 8 || isa<PHINode, FreezeInst>(instruction) || !tree_.contains(tree_.loop_of(instruction), loop))
    return no(Why::ConditionOnIndex, "a condition that the guard cannot compute ahead");
  if (auto *load = dyn_cast<LoadInst>(instruction)) {
    auto form = load->getType()->isFloatingPointTy() ? tree_.affine.form(load->getPointerOperand()) : std::nullopt;
    auto stored = stored_as(load->getType(), true);
    bool same_point;
    if (!form || !stored)
      return no(Why::ConditionOnIndex, "a condition on a value that is not loaded in an affine way");
    if (is_output(*form, loop, &same_point))
      return no(Why::PredicatePerPoint, "a condition on the output");
    size_t known = accesses_.size();
    int access = pending(*form, load, *stored);
    if (accesses_.size() > known)
      accesses_[access].guard_only = true;
    return access >= 0;
  }
  if (instruction->mayReadOrWriteMemory() || !isSafeToSpeculativelyExecute(instruction))
    return no(Why::ConditionOnIndex);
  for (Value *operand : instruction->operands())
    if (!isa<Function>(operand) && !predicate_operand(operand, loop, depth + 1))
      return false;
  return true;
}

} // namespace vecwrap::raise
