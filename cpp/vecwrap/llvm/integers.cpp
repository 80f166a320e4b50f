// Operations on integers become nodes of i32, which wraps. A sum or a product of n bits is right in its lowest n bits whatever the
// operands hold above them, so everything up to a comparison, an extension or a shift down (bits.cpp) needs no narrower arithmetic than i32.
#include "llvm/lift.h"
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {

/// Is the value better read with its sign? Where both ways are right, one may need fewer conditions.
bool is_signed_by_nature(const Value *value) {
  if (auto *load = dyn_cast<LoadInst>(value))
    return extends_signed(load);
  if (auto *operation = dyn_cast<OverflowingBinaryOperator>(value))
    return operation->hasNoSignedWrap();
  return isa<SExtInst>(value);
}

/// The sum, product or shift of whole values is the whole value of the result.
bool is_exact(const BinaryOperator *operation, Bits wanted) {
  if (wanted.kind == Bits::Low || !isa<OverflowingBinaryOperator>(operation))
    return true;
  return wanted.kind == Bits::Signed ? operation->hasNoSignedWrap() : operation->hasNoUnsignedWrap();
}

/// A truncation that cuts off nothing but copies of the sign, or zeros.
bool keeps_all(const CastInst *cut, bool is_signed) {
  const Value *from = cut->getOperand(0);
  const DataLayout &layout = cut->getDataLayout();
  const unsigned lost = from->getType()->getIntegerBitWidth() - cut->getType()->getIntegerBitWidth();
  if (is_signed)
    return cut->hasNoSignedWrap() || ComputeNumSignBits(from, layout) > lost;
  return cut->hasNoUnsignedWrap() || computeKnownBits(from, layout).countMinLeadingZeros() >= lost;
}

struct Extremum { Intrinsic::ID id; CmpInst::Predicate predicate; };
constexpr Extremum kExtrema[] = {{Intrinsic::smax, CmpInst::ICMP_SGT}, {Intrinsic::smin, CmpInst::ICMP_SLT},
                                 {Intrinsic::umax, CmpInst::ICMP_UGT}, {Intrinsic::umin, CmpInst::ICMP_ULT}};

} // namespace

Pred predicate_of(CmpInst::Predicate predicate) {
  if (CmpInst::isFPPredicate(predicate))
    return static_cast<Pred>(predicate); // the same bits
  switch (CmpInst::isUnsigned(predicate) ? ICmpInst::getSignedPredicate(predicate) : predicate) {
  case CmpInst::ICMP_EQ: return Pred::OEQ;
  case CmpInst::ICMP_NE: return Pred::ONE;
  case CmpInst::ICMP_SGT: return Pred::OGT;
  case CmpInst::ICMP_SGE: return Pred::OGE;
  case CmpInst::ICMP_SLT: return Pred::OLT;
  default: return Pred::OLE;
  }
}

/// An unsigned number of 32 bits as a signed one, in the same order.
int Lift::flipped(int number) {
  Nest &nest = result.nest;
  if (nest.nodes[number].op == Op::Const)
    return nest.constant(double(int32_t(uint32_t(int64_t(nest.nodes[number].value)) ^ 0x80000000u)));
  return nest.add(Op::Add, number, nest.constant(INT32_MIN));
}

/// The operands of a comparison.
bool Lift::compared(CmpInst::Predicate predicate, Value *a, Value *b, Phase phase, int loop, int operands[2]) {
  Bits whole;
  const bool is_unsigned = CmpInst::isUnsigned(predicate);
  if (a->getType()->isIntegerTy()) {
    const bool is_signed = CmpInst::isSigned(predicate) || (!is_unsigned && (is_signed_by_nature(a) || is_signed_by_nature(b)));
    whole = {is_signed ? Bits::Signed : Bits::Unsigned, a->getType()->getIntegerBitWidth()};
  }
  operands[0] = node(a, phase, loop, whole);
  operands[1] = operands[0] < 0 ? -1 : node(b, phase, loop, whole);
  if (operands[1] < 0)
    return false;
  if (is_unsigned && whole.bits == 32)
    for (int i : {0, 1})
      operands[i] = flipped(operands[i]);
  return true;
}

int Lift::integer(Instruction *instruction, Phase phase, int loop, Bits wanted) {
  if (isa<SExtInst, ZExtInst, TruncInst>(instruction))
    return extension(cast<CastInst>(instruction), phase, loop, wanted);
  if (auto *conversion = dyn_cast<FPToSIInst>(instruction); conversion && conversion->getType()->isIntegerTy(32))
    return converted(conversion, phase, loop);
  if (auto *operation = dyn_cast<BinaryOperator>(instruction))
    return integer_binary(operation, phase, loop, wanted);
  if (auto *call = dyn_cast<IntrinsicInst>(instruction))
    return integer_intrinsic(call, phase, loop, wanted);
  return refuse(Why::Operation, std::string("the nest computes with `") + instruction->getOpcodeName() + "`");
}

int Lift::extension(CastInst *cast, Phase phase, int loop, Bits wanted) {
  Value *from = tree_.strip(cast->getOperand(0));
  const unsigned narrow = from->getType()->getIntegerBitWidth();
  const bool is_signed = isa<SExtInst>(cast);
  if (isa<TruncInst>(cast)) {
    if (wanted.kind != Bits::Low && (!keeps_all(cast, wanted.kind == Bits::Signed) || narrow > 32))
      return cut(from, phase, loop, wanted);
    return node(from, phase, loop, wanted.kind == Bits::Low ? wanted : Bits{wanted.kind, narrow});
  }
  if (narrow == 1) // what a comparison says
    return choose(from, ConstantInt::getSigned(cast->getType(), is_signed ? -1 : 1), ConstantInt::get(cast->getType(), 0), phase,
                  loop, wanted);
  if (wanted.kind == Bits::Low && narrow >= wanted.bits)
    return node(from, phase, loop, wanted);
  if (wanted.kind == Bits::Unsigned && is_signed && !isKnownNonNegative(from, SimplifyQuery(cast->getDataLayout())))
    return cut(node(from, phase, loop, {Bits::Signed, narrow}), wanted);
  const bool with_sign = is_signed || (cast->hasNonNeg() && is_signed_by_nature(from));
  return node(from, phase, loop, {with_sign ? Bits::Signed : Bits::Unsigned, narrow});
}

int Lift::integer_binary(BinaryOperator *operation, Phase phase, int loop, Bits wanted) {
  Nest &nest = result.nest;
  if (!is_exact(operation, wanted))
    return cut(operation, phase, loop, wanted);
  Value *left = tree_.strip(operation->getOperand(0)), *right = tree_.strip(operation->getOperand(1));
  switch (operation->getOpcode()) {
  case Instruction::Add:
    for (Value *term : {right, left}) // one instruction on RISC-V
      if (auto *product = dyn_cast<BinaryOperator>(term); product && product->getOpcode() == Instruction::Mul && product->hasOneUse() &&
                                                          is_exact(product, wanted) && tree_.loop_of(product) == loop && !tree_.affine.invariant(product)) {
        const int a = node(product->getOperand(0), phase, loop, wanted), b = a < 0 ? -1 : node(product->getOperand(1), phase, loop, wanted);
        const int c = b < 0 ? -1 : node(term == right ? left : right, phase, loop, wanted);
        return c < 0 ? -1 : nest.add(Op::Fma, a, b, c);
      }
    return binary(Op::Add, left, right, phase, loop, wanted);
  case Instruction::Sub: return binary(Op::Sub, left, right, phase, loop, wanted);
  case Instruction::Mul: return binary(Op::Mul, left, right, phase, loop, wanted);
  case Instruction::And: case Instruction::Or: case Instruction::Xor: return bitwise(operation, phase, loop, wanted);
  case Instruction::Shl: case Instruction::LShr: case Instruction::AShr: return shift(operation, phase, loop, wanted);
  case Instruction::SDiv: case Instruction::UDiv: case Instruction::SRem: case Instruction::URem: return divided(operation, phase, loop, wanted);
  default: return refuse(Why::Operation, std::string("the nest computes with `") + operation->getOpcodeName() + "`");
  }
}

/// A sum or a difference, in more bits, and what is out of range the nearest that is not.
int Lift::saturated(SaturatingInst *call, Phase phase, int loop, Bits wanted) {
  Nest &nest = result.nest;
  const unsigned width = call->getType()->getIntegerBitWidth();
  const bool is_signed = call->isSigned();
  if (width > 16)
    return refuse(Why::Operation, "a saturating sum of 32 bits");
  const Bits whole{is_signed ? Bits::Signed : Bits::Unsigned, width};
  int sum = binary(call->getBinaryOp() == Instruction::Add ? Op::Add : Op::Sub, call->getLHS(), call->getRHS(), phase, loop, whole);
  if (sum < 0)
    return sum;
  const int least = nest.constant(is_signed ? -double(1 << (width - 1)) : 0), most = nest.constant(double((1 << (width - is_signed)) - 1));
  sum = nest.select(Pred::OLT, sum, most, sum, most);
  sum = nest.select(Pred::OGT, sum, least, sum, least);
  return is_signed && wanted.kind == Bits::Unsigned ? cut(sum, wanted) : !is_signed && wanted.kind == Bits::Signed ? cut(sum, wanted) : sum;
}

int Lift::integer_intrinsic(IntrinsicInst *call, Phase phase, int loop, Bits wanted) {
  Nest &nest = result.nest;
  if (auto *sum = dyn_cast<SaturatingInst>(call))
    return saturated(sum, phase, loop, wanted);
  for (const Extremum &row : kExtrema) {
    if (row.id != call->getIntrinsicID())
      continue;
    int x[2];
    if (!compared(row.predicate, call->getArgOperand(0), call->getArgOperand(1), phase, loop, x))
      return -1;
    const int a = node(call->getArgOperand(0), phase, loop, wanted), b = a < 0 ? -1 : node(call->getArgOperand(1), phase, loop, wanted);
    return b < 0 ? -1 : nest.select(predicate_of(row.predicate), x[0], x[1], a, b);
  }
  if (call->getIntrinsicID() == Intrinsic::abs && (wanted.kind != Bits::Signed || cast<ConstantInt>(call->getArgOperand(1))->isOne())) {
    const int a = node(call->getArgOperand(0), phase, loop, {Bits::Signed, call->getType()->getIntegerBitWidth()});
    return a < 0 ? -1 : nest.add(Op::Abs, a);
  }
  return refuse(Why::Operation, "the nest calls `" + call->getCalledFunction()->getName().str() + "`");
}

} // namespace vecwrap::raise
