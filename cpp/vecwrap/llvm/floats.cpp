// Floating-point operations become nodes.
#include "llvm/lift.h"
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

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
