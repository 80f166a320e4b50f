// Floating-point values become nodes of the nest.
#include "llvm/lift.h"
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;

/// What the output element holds now.
int Lift::output_value() {
  if (current_ < 0)
    current_ = result.nest.load(output_access_);
  return current_;
}

int Lift::scalar(Value *value) {
  for (size_t i = 0; i < accesses_.size(); i++)
    if (accesses_[i].scalar == value)
      return result.nest.load(int(i));
  PendingAccess access;
  access.scalar = value;
  access.strides.resize(result.dim_loop.size());
  accesses_.push_back(access);
  return result.nest.load(int(accesses_.size()) - 1);
}

int Lift::node(Value *value, Phase phase, int user_loop) {
  value = tree_.strip(value);
  if (value->getType() != type_)
    return refuse(Why::MixedTypes);
  if (auto *constant = dyn_cast<ConstantFP>(value)) {
    if (constant->isNaN())
      return refuse(Why::Operation, "a NaN constant");
    return result.nest.constant(type_->isFloatTy() ? double(constant->getValueAPF().convertToFloat())
                                                   : constant->getValueAPF().convertToDouble());
  }
  if (isa<Constant>(value))
    return refuse(Why::Operation, "an undefined value");
  if (tree_.affine.invariant(value))
    return scalar(value);
  auto *instruction = cast<Instruction>(value);
  int loop = tree_.loop_of(instruction);
  if (loop < 0)
    return refuse(Why::Branch);
  // The end of an accumulation, seen from outside its loops.
  if (!chain_.empty() && value == chain_result_ && !tree_.contains(chain_[0].loop, user_loop))
    return phase == Phase::Final ? acc_ : refuse(Why::ReductionShape);
  if (!tree_.contains(loop, user_loop))
    return refuse(Why::ReductionShape, "a value that a loop leaves behind");
  if (phase != Phase::Update && !all_parallel(loop))
    return refuse(Why::ReductionShape);
  auto [it, fresh] = memo_.try_emplace({value, phase}, -1);
  if (!fresh)
    return it->second >= 0 ? it->second : refuse(Why::Recurrence);
  int number = compute(instruction, phase, loop);
  return memo_[{value, phase}] = number;
}

int Lift::compute(Instruction *instruction, Phase phase, int loop) {
  if (isa<FPMathOperator>(instruction))
    result.fast |= instruction->hasAllowReassoc() || instruction->hasAllowReciprocal() || instruction->hasApproxFunc();
  if (auto *phi = dyn_cast<PHINode>(instruction)) {
    if (phi->getParent() == tree_.loops[loop].header) {
      bool innermost = !chain_.empty() && chain_.back().phi == phi;
      return innermost && phase == Phase::Update ? acc_ : refuse(Why::ReductionShape);
    }
    auto select = tree_.selects.find(phi->getParent());
    if (select == tree_.selects.end())
      return refuse(Why::Branch);
    const SelectJoin &join = select->second;
    return choose(join.condition, phi->getIncomingValueForBlock(join.if_true),
                  phi->getIncomingValueForBlock(join.if_false), phase, loop);
  }
  if (auto *read = dyn_cast<LoadInst>(instruction))
    return load(read, phase, loop);
  if (auto *select = dyn_cast<SelectInst>(instruction))
    return choose(select->getCondition(), select->getTrueValue(), select->getFalseValue(), phase, loop);
  if (auto *call = dyn_cast<IntrinsicInst>(instruction))
    return intrinsic(call, phase, loop);
  return arithmetic(instruction, phase, loop);
}

int Lift::load(LoadInst *read, Phase phase, int loop) {
  if (auto it = output_loads_.find(read); it != output_loads_.end()) {
    // While a sum is being formed, the element it will be stored to is better left alone.
    return phase == Phase::Update ? refuse(Why::OutputInReduction) : it->second;
  }
  if (accumulator_loads_.count(read))
    return phase == Phase::Update ? acc_ : refuse(Why::OutputInReduction);
  auto form = tree_.affine.form(read->getPointerOperand());
  if (!form)
    return refuse(Why::NonAffine);
  bool same_point;
  if (is_output(*form, loop, &same_point))
    return refuse(same_point ? Why::OutputInReduction : Why::LoopCarried);
  int access = pending(*form, read);
  return access < 0 ? -1 : result.nest.load(access);
}

int Lift::choose(Value *condition, Value *if_true, Value *if_false, Phase phase, int loop) {
  auto *compare = dyn_cast<FCmpInst>(condition);
  if (!compare)
    return refuse(Why::ConditionOnIndex);
  int x = node(compare->getOperand(0), phase, loop), y = x < 0 ? -1 : node(compare->getOperand(1), phase, loop);
  int a = y < 0 ? -1 : node(if_true, phase, loop), b = a < 0 ? -1 : node(if_false, phase, loop);
  if (b < 0)
    return -1;
  return result.nest.select(static_cast<Pred>(compare->getPredicate()), x, y, a, b);
}

int Lift::arithmetic(Instruction *instruction, Phase phase, int loop) {
  Nest &nest = result.nest;
  auto operand = [&](int i) { return node(instruction->getOperand(i), phase, loop); };
  auto two = [&](Op op) {
    int a = operand(0), b = a < 0 ? -1 : operand(1);
    return b < 0 ? -1 : nest.add(op, a, b);
  };
  // Under `contract` clang's backend fuses a product with its only use; so do we, but bits may differ.
  auto contractible = [&](Value *value) -> BinaryOperator * {
    auto *product = dyn_cast<BinaryOperator>(value);
    bool ok = fuses_ && product && product->getOpcode() == Instruction::FMul && product->hasOneUse() &&
              product->hasAllowContract() && instruction->hasAllowContract() &&
              tree_.loop_of(product) == loop && !tree_.affine.invariant(product);
    return ok ? product : nullptr;
  };
  auto fused = [&](BinaryOperator *product, Value *other, bool negate_product, bool negate_other) {
    result.fast = true;
    int a = node(product->getOperand(0), phase, loop), b = a < 0 ? -1 : node(product->getOperand(1), phase, loop);
    int c = b < 0 ? -1 : node(other, phase, loop);
    if (c < 0)
      return -1;
    if (negate_product)
      a = nest.add(Op::Neg, a);
    if (negate_other)
      c = nest.add(Op::Neg, c);
    return nest.add(Op::Fma, a, b, c);
  };
  switch (instruction->getOpcode()) {
  case Instruction::FAdd:
    if (auto *product = contractible(instruction->getOperand(1)))
      return fused(product, instruction->getOperand(0), false, false);
    if (auto *product = contractible(instruction->getOperand(0)))
      return fused(product, instruction->getOperand(1), false, false);
    return two(Op::Add);
  case Instruction::FSub:
    if (auto *product = contractible(instruction->getOperand(1)))
      return fused(product, instruction->getOperand(0), true, false);
    if (auto *product = contractible(instruction->getOperand(0)))
      return fused(product, instruction->getOperand(1), false, true);
    return two(Op::Sub);
  case Instruction::FMul:
    return two(Op::Mul);
  case Instruction::FDiv:
    return two(Op::Div);
  case Instruction::FNeg: {
    int a = operand(0);
    return a < 0 ? -1 : nest.add(Op::Neg, a);
  }
  default:
    return refuse(instruction->isCast() ? Why::MixedTypes : Why::Operation,
                  std::string("the nest computes with `") + instruction->getOpcodeName() + "`");
  }
}

int Lift::intrinsic(IntrinsicInst *call, Phase phase, int loop) {
  Nest &nest = result.nest;
  auto operand = [&](int i) { return node(call->getArgOperand(i), phase, loop); };
  switch (call->getIntrinsicID()) {
  case Intrinsic::fabs: {
    int a = operand(0);
    return a < 0 ? -1 : nest.add(Op::Abs, a);
  }
  case Intrinsic::sqrt: {
    int a = operand(0);
    return a < 0 ? -1 : nest.add(Op::Sqrt, a);
  }
  case Intrinsic::fmuladd:
  case Intrinsic::fma: {
    int a = operand(0), b = a < 0 ? -1 : operand(1), c = b < 0 ? -1 : operand(2);
    if (c < 0)
      return -1;
    if (fuses_)
      return nest.add(Op::Fma, a, b, c);
    if (call->getIntrinsicID() == Intrinsic::fma) // clang would call libm, one element at a time
      return refuse(Why::Operation, "an exact fma on a target without the instruction");
    return nest.add(Op::Add, nest.add(Op::Mul, a, b), c);
  }
  default:
    return refuse(Why::Operation, "the nest calls `" + call->getCalledFunction()->getName().str() + "`");
  }
}

/// The accumulation may be split and reordered: its last operation carries the flag.
bool Lift::reassociable(Value *update) {
  auto *operation = dyn_cast<FPMathOperator>(update);
  if (!operation || !operation->hasAllowReassoc())
    return false;
  auto *instruction = dyn_cast<Instruction>(update);
  bool sum = instruction && (instruction->getOpcode() == Instruction::FAdd || instruction->getOpcode() == Instruction::FSub);
  if (auto *call = dyn_cast<IntrinsicInst>(update))
    sum = call->getIntrinsicID() == Intrinsic::fmuladd || call->getIntrinsicID() == Intrinsic::fma;
  if (!sum)
    return false;
  for (Value *operand : instruction->operands()) {
    Value *value = tree_.strip(operand);
    auto *read = dyn_cast<LoadInst>(value);
    if ((!chain_.empty() && value == chain_.back().phi) || (read && accumulator_loads_.count(read)))
      return true;
  }
  return false;
}

} // namespace vecwrap::raise
