#include "llvm/guard.h"
#include "llvm/place.h"
#include <algorithm>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

Guard::Guard(Function &function, Tree &tree, Lift &lift)
    : builder(function.getContext()), function_(function), tree_(tree), lift_(lift), nest_(lift.result),
      loop_state_(tree.loops.size()), predicate_state_(tree.predicates.size()) {
  fallback = BasicBlock::Create(function.getContext(), "vecwrap.original", &function, tree.loops[0].header);
  entry = BasicBlock::Create(function.getContext(), "vecwrap.guard", &function, fallback);
  blocks_ = {fallback, entry};
  builder.SetInsertPoint(entry);
  builder.SetCurrentDebugLocation(tree.root().getStartLoc());
}

void Guard::discard() {
  for (BasicBlock *block : blocks_)
    block->dropAllReferences();
  for (BasicBlock *block : blocks_)
    block->eraseFromParent();
}

void Guard::test(Value *condition) {
  if (auto *known = dyn_cast<ConstantInt>(condition)) {
    never_ |= known->isZero();
    return;
  }
  pending_ = pending_ ? builder.CreateAnd(pending_, condition) : condition;
}

/// Everything tested so far holds behind this point.
void Guard::flush() {
  if (!pending_)
    return;
  auto *next = BasicBlock::Create(function_.getContext(), "vecwrap.guard", &function_, fallback);
  blocks_.push_back(next);
  builder.CreateCondBr(pending_, next, fallback);
  builder.SetInsertPoint(next);
  pending_ = nullptr;
}

Value *Guard::small(Value *value, int64_t low, int64_t high) {
  return builder.CreateICmpULT(builder.CreateSub(value, constant(low)), constant(high - low));
}

void Guard::conditions() {
  Type *type = builder.getInt128Ty();
  for (int index : nest_.conditions) {
    const RangeCondition &condition = tree_.affine.condition(index);
    Value *low = wide(condition.form.base), *high = low, *zero = ConstantInt::get(type, 0);
    for (auto &[loop, step] : condition.form.step) {
      Value *last = builder.CreateSub(trip_value(tree_.loops[loop].trip), constant(1));
      Value *extent = builder.CreateMul(wide(step), builder.CreateSExt(last, type));
      Value *negative = builder.CreateICmpSLT(extent, zero);
      low = builder.CreateAdd(low, builder.CreateSelect(negative, extent, zero));
      high = builder.CreateAdd(high, builder.CreateSelect(negative, zero, extent));
    }
    unsigned bits = condition.bits;
    int64_t least = condition.is_signed && !condition.non_negative ? -(int64_t(1) << (bits - 1)) : 0;
    int64_t most = (int64_t(1) << (condition.is_signed ? bits - 1 : bits)) - 1;
    test(builder.CreateICmpSGE(low, ConstantInt::getSigned(type, least)));
    test(builder.CreateICmpSLE(high, ConstantInt::getSigned(type, most)));
  }
}

bool Guard::build(uint64_t level) {
  for (size_t loop = 0; loop < tree_.loops.size(); loop++)
    require_loop(int(loop));
  for (auto &[a, b] : nest_.equal_trips)
    test(builder.CreateICmpEQ(trip_value(a), trip_value(b)));
  enough_work();
  flush();
  for (size_t i = 0; i < tree_.predicates.size(); i++)
    if (!tree_.predicates[i].varying)
      require_predicate(int(i));
  strides();
  injective();
  // Addresses first: evaluating them pulls in the loads whose own addresses loaded_atoms() then tests.
  for (const TensorSource &tensor : nest_.tensors)
    if (!tensor.scalar)
      value_of(tensor.address);
  for (const Stream &input : nest_.inputs)
    value_of(input.base);
  ranges();
  conditions();
  loaded_atoms();
  if (level) {
    flush();
    cpu_level = builder.CreateCall(cpu_level_function(*function_.getParent()));
    test(builder.CreateICmpUGE(cpu_level, builder.getInt32(uint32_t(level))));
  }
  flush();
  for (size_t i = 0; i < tree_.predicates.size(); i++)
    require_predicate(int(i));
  loaded_atoms(); // what only the prescans needed
  flush();
  return !never_;
}

} // namespace vecwrap::raise
