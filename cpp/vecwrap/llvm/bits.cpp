// Shifts and operations bit by bit. From left to right bits stay where they are, or move up; only a shift down, which brings in what is
// above the lowest bits, may need whole values.
#include "llvm/lift.h"
#include <llvm/Analysis/ValueTracking.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {

constexpr unsigned kWidth = 32; ///< of the numbers that kernels compute with

unsigned width_of(const Value *value) { return value->getType()->getIntegerBitWidth(); }

/// Does a number of 64 bits extend one of 32, with zeros or with its sign?
bool extends(const Instruction *user, const Value *value, bool is_signed) {
  const DataLayout &layout = user->getDataLayout();
  const unsigned bits = width_of(value), above = bits - kWidth;
  if (bits <= kWidth)
    return true;
  return is_signed ? ComputeNumSignBits(value, layout) > above : computeKnownBits(value, layout).countMinLeadingZeros() >= above;
}

} // namespace

/// A node whose lowest bits are right, as the number that is wanted: what is above them is cut off.
int Lift::cut(int number, Bits wanted) {
  Nest &nest = result.nest;
  if (number < 0 || wanted.kind == Bits::Low || wanted.bits >= kWidth)
    return number;
  if (!cuts_)
    return refuse(Why::Operation, "a number that is cut off and used as a whole");
  if (wanted.kind == Bits::Unsigned)
    return nest.add(Op::And, number, nest.constant(double((1u << wanted.bits) - 1)));
  const int distance = nest.constant(kWidth - wanted.bits);
  return nest.add(Op::Ashr, nest.add(Op::Shl, number, distance), distance);
}

/// What is known of a value, as it is wanted.
int Lift::as(Known known, Bits wanted) {
  if (serves(known.has, wanted))
    return known.node;
  return known.has.bits >= wanted.bits ? cut(known.node, wanted) : refuse(Why::MixedTypes, "more bits of a sum than it has");
}

/// The lowest bits, and what is above them cut off.
int Lift::cut(Value *value, Phase phase, int loop, Bits wanted) {
  return cut(node(value, phase, loop, {Bits::Low, wanted.bits}), wanted);
}

int Lift::binary(Op op, Value *left, Value *right, Phase phase, int loop, Bits wanted) {
  const int a = node(left, phase, loop, wanted), b = a < 0 ? -1 : node(right, phase, loop, wanted);
  return b < 0 ? -1 : result.nest.add(op, a, b);
}

/// And, or, xor.
int Lift::bitwise(BinaryOperator *operation, Phase phase, int loop, Bits wanted) {
  Value *left = tree_.strip(operation->getOperand(0)), *right = tree_.strip(operation->getOperand(1));
  auto *mask = dyn_cast<ConstantInt>(right);
  const Op op = operation->getOpcode() == Instruction::And ? Op::And : operation->getOpcode() == Instruction::Or ? Op::Or : Op::Xor;
  const bool positive = mask && !mask->isZero() && (wanted.kind != Bits::Signed || !mask->isNegative());
  if (op == Op::And && positive) { // no other bits of the left side matter
    const unsigned bits = std::min(mask->getValue().getActiveBits(), wanted.bits);
    const int a = node(left, phase, loop, {Bits::Low, bits});
    if (a < 0 || (wanted.kind == Bits::Low && mask->getValue().countr_one() >= wanted.bits))
      return a;
    return result.nest.add(Op::And, a, constant(mask, {wanted.kind == Bits::Low ? Bits::Low : Bits::Unsigned, wanted.bits}));
  }
  if (auto *disjoint = dyn_cast<PossiblyDisjointInst>(operation); disjoint && disjoint->isDisjoint())
    return binary(Op::Add, left, right, phase, loop, wanted);
  return binary(op, left, right, phase, loop, wanted);
}

/// By a number that is less than the width: else the result is poison, and any will do.
int Lift::shift(BinaryOperator *operation, Phase phase, int loop, Bits wanted) {
  Value *left = tree_.strip(operation->getOperand(0)), *right = tree_.strip(operation->getOperand(1));
  const unsigned width = width_of(operation);
  auto *number = dyn_cast<ConstantInt>(right);
  if (number ? number->getValue().uge(std::min(width, kWidth)) : width > kWidth)
    return refuse(Why::Operation, "a shift of integers of more than 32 bits");
  const unsigned distance = number ? unsigned(number->getZExtValue()) : 0;
  const auto shifted = [&](Op op, Bits operand) {
    const int a = node(left, phase, loop, operand);
    const int b = a < 0 ? -1 : number ? result.nest.constant(distance) : node(right, phase, loop, {Bits::Unsigned, width});
    return b < 0 ? -1 : result.nest.add(op, a, b);
  };
  if (operation->getOpcode() == Instruction::Shl)
    return shifted(Op::Shl, wanted);
  const bool is_signed = operation->getOpcode() == Instruction::AShr;
  const Op op = is_signed ? Op::Ashr : Op::Lshr;
  if (number && wanted.kind == Bits::Low && wanted.bits + distance <= std::min(width, kWidth))
    return shifted(op, {Bits::Low, wanted.bits + distance});
  if (!extends(operation, left, is_signed))
    return refuse(Why::MixedTypes, "integers of more than 32 bits");
  const Bits whole = width > kWidth ? Bits{} : Bits{is_signed ? Bits::Signed : Bits::Unsigned, width};
  const bool fits = wanted.kind == Bits::Low || wanted.kind == whole.kind || (!is_signed && distance);
  const int result = shifted(op, whole);
  return fits ? result : cut(result, wanted);
}

} // namespace vecwrap::raise
