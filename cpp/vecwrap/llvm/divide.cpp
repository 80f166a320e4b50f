// Divisions by constants: a product with the inverse, of which the upper half counts. (Granlund and Montgomery, Division by invariant
// integers using multiplication, 1994; the numbers are LLVM's.)
#include "llvm/lift.h"
#include <llvm/Support/DivisionByConstantInfo.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {

constexpr unsigned kWidth = 32; ///< of the numbers that kernels compute with

double number(const APInt &value) { return double(int32_t(uint32_t(value.getZExtValue()))); }

} // namespace

/// Of a whole number of 32 bits, rounded towards zero.
int Lift::quotient(int x, const APInt &divisor, bool is_signed) {
  Nest &nest = result.nest;
  const auto shifted = [&](Op op, int value, unsigned by) { return by ? nest.add(op, value, nest.constant(by)) : value; };
  if (divisor.isPowerOf2() && (!is_signed || divisor.isStrictlyPositive())) {
    const unsigned by = divisor.logBase2();
    if (!is_signed || !by)
      return shifted(Op::Lshr, x, by);
    const int sign = nest.add(Op::Ashr, x, nest.constant(kWidth - 1)); // all but one is added to what is less than zero
    return shifted(Op::Ashr, nest.add(Op::Add, x, shifted(Op::Lshr, sign, kWidth - by)), by);
  }
  if (!is_signed) {
    const auto magic = UnsignedDivisionByConstantInfo::get(divisor);
    int q = nest.add(Op::Umulh, shifted(Op::Lshr, x, magic.PreShift), nest.constant(number(magic.Magic)));
    if (magic.IsAdd)
      q = nest.add(Op::Add, q, shifted(Op::Lshr, nest.add(Op::Sub, x, q), 1));
    return shifted(Op::Lshr, q, magic.PostShift);
  }
  const auto magic = SignedDivisionByConstantInfo::get(divisor);
  int q = nest.add(Op::Mulh, x, nest.constant(number(magic.Magic)));
  if (divisor.isStrictlyPositive() && magic.Magic.isNegative())
    q = nest.add(Op::Add, q, x);
  if (divisor.isNegative() && magic.Magic.isStrictlyPositive())
    q = nest.add(Op::Sub, q, x);
  q = shifted(Op::Ashr, q, magic.ShiftAmount);
  return nest.add(Op::Add, q, shifted(Op::Lshr, q, kWidth - 1));
}

/// Quotients and remainders.
int Lift::divided(BinaryOperator *operation, Phase phase, int loop, Bits wanted) {
  Nest &nest = result.nest;
  auto *by = dyn_cast<ConstantInt>(operation->getOperand(1));
  const unsigned width = operation->getType()->getIntegerBitWidth();
  const bool is_signed = operation->getOpcode() == Instruction::SDiv || operation->getOpcode() == Instruction::SRem;
  if (!by || width > kWidth || by->getValue().isZero() || (is_signed && (by->getValue().abs().isOne() || by->getValue().isMinSignedValue())))
    return refuse(Why::Operation, "a division by what is no constant, or of more than 32 bits");
  const Bits whole{is_signed ? Bits::Signed : Bits::Unsigned, width};
  const int x = node(operation->getOperand(0), phase, loop, whole);
  if (x < 0)
    return x;
  const APInt divisor = is_signed ? by->getValue().sext(kWidth) : by->getValue().zext(kWidth);
  int answer = quotient(x, divisor, is_signed);
  if (operation->getOpcode() == Instruction::SRem || operation->getOpcode() == Instruction::URem)
    answer = nest.add(Op::Sub, x, nest.add(Op::Mul, answer, nest.constant(number(divisor))));
  return wanted.kind == Bits::Low || wanted.kind == whole.kind ? answer : cut(answer, wanted);
}

} // namespace vecwrap::raise
