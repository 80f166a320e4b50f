// Affine forms of what addresses are computed by: arithmetic, variables that loops step, getelementptr.
#include "llvm/affine.h"
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/PatternMatch.h>

namespace vecwrap::raise {

using namespace llvm;

std::optional<Form> Affine::binary(BinaryOperator *operation, Ext ext) {
  bool nsw = false, nuw = false;
  unsigned bits = operation->getType()->getIntegerBitWidth();
  Value *left = operation->getOperand(0), *right = operation->getOperand(1);
  Instruction::BinaryOps opcode = operation->getOpcode();
  ConstantInt *shift = nullptr;
  switch (opcode) {
  case Instruction::Shl:
    shift = dyn_cast<ConstantInt>(right);
    if (!shift || shift->getValue().uge(bits - 1))
      return std::nullopt;
    [[fallthrough]];
  case Instruction::Add:
  case Instruction::Sub:
  case Instruction::Mul:
    nsw = operation->hasNoSignedWrap();
    nuw = operation->hasNoUnsignedWrap();
    break;
  case Instruction::Or:
    if (!cast<PossiblyDisjointInst>(operation)->isDisjoint())
      return std::nullopt;
    nsw = nuw = true;
    opcode = Instruction::Add;
    break;
  default:
    return std::nullopt;
  }
  // Which extension of the operands makes the operation exact, and what must be tested if none does.
  Ext inner = ext;
  bool test = false, non_negative = false;
  if (ext == Ext::Sign && !nsw) {
    test = true;
    inner = nuw ? Ext::Zero : Ext::Sign;
  } else if (ext == Ext::Zero && !nuw) {
    test = true;
    if (nsw) {
      inner = Ext::Sign;
      non_negative = true;
    }
  }
  auto operand = [&](Value *value) { // any representative modulo 2^bits will do when the result is tested
    return form(value, test && isa<ConstantInt>(value) ? Ext::Sign : inner);
  };
  auto a = operand(left);
  auto b = shift ? form_of(Poly::constant(int64_t(1) << shift->getZExtValue())) : operand(right);
  if (!a || !b)
    return std::nullopt;
  std::optional<Form> result;
  if (opcode == Instruction::Add)
    result = *a + *b;
  else if (opcode == Instruction::Sub)
    result = *a - *b;
  else
    result = *a * *b;
  if (!result || !test)
    return result;
  return checked(*result, bits, ext == Ext::Sign || non_negative, non_negative);
}

std::optional<Form> Affine::phi(PHINode *node, Ext ext) {
  Loop *loop = loops_.getLoopFor(node->getParent());
  if (loop->getHeader() != node->getParent()) { // a join that the walk through the tree has resolved
    Value *only = resolve_(node);
    return only ? form(only, ext) : std::nullopt;
  }
  BasicBlock *latch = loop->getLoopLatch();
  auto number = numbers_.find(loop);
  if (!latch || number == numbers_.end() || node->getNumIncomingValues() != 2)
    return std::nullopt;
  int from_latch = node->getIncomingBlock(0) == latch ? 0 : 1;
  Value *next = node->getIncomingValue(from_latch), *start = node->getIncomingValue(1 - from_latch);

  // next = node + step, with the flags that make the extension of the sum the sum of the extensions.
  std::optional<Form> step;
  bool exact = ext == Ext::Exact, non_negative = false;
  Ext inner = ext;
  if (auto *operation = dyn_cast<BinaryOperator>(next)) {
    bool nsw = false, nuw = false;
    Value *other = nullptr;
    bool subtract = operation->getOpcode() == Instruction::Sub;
    if (operation->getOpcode() != Instruction::Add && !subtract)
      return std::nullopt;
    if (operation->getOperand(0) == node)
      other = operation->getOperand(1);
    else if (operation->getOperand(1) == node && !subtract)
      other = operation->getOperand(0);
    else
      return std::nullopt;
    nsw = operation->hasNoSignedWrap();
    nuw = operation->hasNoUnsignedWrap();
    if (ext == Ext::Sign)
      exact = nsw;
    else if (ext == Ext::Zero && !(exact = nuw) && nsw) {
      inner = Ext::Sign;
      non_negative = true;
    }
    step = form(other, exact ? inner : Ext::Sign);
    if (step && subtract)
      step = form_of({}) - *step;
  } else if (auto *operation = dyn_cast<GEPOperator>(next)) {
    if (operation->getPointerOperand() != node)
      return std::nullopt;
    step = gep(operation, true); // its base is this very phi
  } else {
    return std::nullopt;
  }
  auto first = form(start, inner);
  if (!step || !first || !step->loop_free())
    return std::nullopt;
  Form result = *first;
  result.conditions.insert(step->conditions.begin(), step->conditions.end());
  if (result.step.count(number->second))
    return std::nullopt;
  if (!step->base.is_zero())
    result.step[number->second] = step->base;
  if (exact)
    return result;
  return checked(result, node->getType()->getIntegerBitWidth(), ext == Ext::Sign || non_negative, non_negative);
}

std::optional<Form> Affine::gep(GEPOperator *operation, bool offset_only) {
  if (!is_address(operation))
    return std::nullopt;
  std::optional<Form> result = offset_only ? std::optional<Form>(form_of({})) : form(operation->getPointerOperand());
  for (auto it = gep_type_begin(operation), end = gep_type_end(operation); it != end && result; ++it) {
    Value *index = it.getOperand();
    if (StructType *type = it.getStructTypeOrNull()) {
      uint64_t field = cast<ConstantInt>(index)->getZExtValue();
      result = *result + form_of(Poly::constant(int64_t(layout_.getStructLayout(type)->getElementOffset(field))));
      continue;
    }
    TypeSize size = it.getSequentialElementStride(layout_);
    auto position = form(index, Ext::Sign);
    if (size.isScalable() || !position)
      return std::nullopt;
    auto bytes = *position * form_of(Poly::constant(int64_t(size.getFixedValue())));
    result = bytes ? std::optional<Form>(*result + *bytes) : std::nullopt;
  }
  return result;
}

} // namespace vecwrap::raise
