// Values become nodes of the nest.
#include "llvm/lift.h"
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {

/// What of a loaded integer is known.
Bits bits_of(vecwrap::Type stored) {
  using enum vecwrap::Type;
  const bool is_signed = stored == I8 || stored == I16;
  if (!is_signed && stored != U8 && stored != U16) return {};
  return {is_signed ? Bits::Signed : Bits::Unsigned, unsigned(8 * size_of(stored))};
}

} // namespace

/// What the output element holds now.
int Lift::output_value() {
  if (current_.node < 0)
    current_ = {result.nest.load(output_access_), bits_of(accesses_[output_access_].stored)};
  return current_.node;
}

/// A value from before the nest, which the guard puts into memory. Of 64 bits the lower half is read.
int Lift::scalar(Value *value, bool is_signed) {
  const bool wide = value->getType()->isIntegerTy(64);
  auto stored = wide ? vecwrap::Type::I32 : stored_as(value->getType(), is_signed);
  const bool exact = stored && (!computed_ || size_of(*stored) < 4 || !value->getType()->isIntegerTy());
  if (!exact || !is_storable(result.nest.type, *stored))
    return refuse(Why::MixedTypes);
  for (size_t i = 0; i < accesses_.size(); i++)
    if (accesses_[i].scalar == value && accesses_[i].stored == *stored)
      return result.nest.load(int(i));
  PendingAccess access;
  access.scalar = value;
  access.stored = *stored;
  access.strides.resize(result.dim_loop.size());
  accesses_.push_back(access);
  return result.nest.load(int(accesses_.size()) - 1);
}

int Lift::constant(Constant *value, Bits wanted) {
  if (auto *number = dyn_cast<ConstantInt>(value)) {
    const APInt &bits = number->getValue();
    const int64_t low = bits.trunc(std::min(bits.getBitWidth(), 32u)).getSExtValue();
    return result.nest.constant(double(wanted.kind == Bits::Unsigned ? int64_t(bits.getZExtValue()) : low));
  }
  auto *number = dyn_cast<ConstantFP>(value);
  if (!number || number->isNaN())
    return refuse(Why::Operation, number ? "a NaN constant" : "an undefined value");
  const APFloat &exact = number->getValueAPF();
  return result.nest.constant(number->getType()->isFloatTy() ? double(exact.convertToFloat()) : exact.convertToDouble());
}

/// `wanted`: integers may be needed in part, which makes more of them possible.
int Lift::node(Value *value, Phase phase, int user_loop, Bits wanted) {
  value = tree_.strip(value);
  const unsigned bits = value->getType()->isIntegerTy() ? value->getType()->getIntegerBitWidth() : 32;
  if (bits > 32 && wanted.kind != Bits::Low)
    return refuse(Why::MixedTypes, "integers of more than 32 bits");
  if (bits >= 32)
    wanted = {Bits::Low, wanted.kind == Bits::Low ? wanted.bits : 32};
  if (auto *known = dyn_cast<Constant>(value); known && !isa<GlobalValue, ConstantExpr>(known))
    return constant(known, wanted);
  if (tree_.affine.invariant(value))
    return scalar(value, wanted.kind == Bits::Signed);
  if (computed_ ? value->getType() != computed_ : !value->getType()->isIntegerTy())
    return refuse(Why::MixedTypes);
  auto *instruction = cast<Instruction>(value);
  int loop = tree_.loop_of(instruction);
  if (loop < 0)
    return refuse(Why::Branch);
  // The end of an accumulation, seen from outside its loops.
  if (!chain_.empty() && value == chain_result_ && !tree_.contains(chain_[0].loop, user_loop))
    return phase == Phase::Final ? as(acc_, wanted) : refuse(Why::ReductionShape);
  if (!tree_.contains(loop, user_loop))
    return refuse(Why::ReductionShape, "a value that a loop leaves behind");
  if (phase != Phase::Update && !all_parallel(loop))
    return refuse(Why::ReductionShape);
  auto [it, fresh] = memo_.try_emplace({value, phase, wanted}, -1);
  if (!fresh)
    return it->second >= 0 ? it->second : refuse(Why::Recurrence);
  int number = compute(instruction, phase, loop, wanted);
  return memo_[{value, phase, wanted}] = number;
}

int Lift::compute(Instruction *instruction, Phase phase, int loop, Bits wanted) {
  if (isa<FPMathOperator>(instruction))
    result.fast |= instruction->hasAllowReassoc() || instruction->hasAllowReciprocal() || instruction->hasApproxFunc();
  if (auto *phi = dyn_cast<PHINode>(instruction)) {
    if (phi->getParent() == tree_.loops[loop].header) {
      bool innermost = !chain_.empty() && chain_.back().phi == phi && serves(acc_.has, wanted);
      return innermost && phase == Phase::Update ? acc_.node : refuse(Why::ReductionShape);
    }
    auto select = tree_.selects.find(phi->getParent());
    if (select == tree_.selects.end())
      return refuse(Why::Branch);
    const SelectJoin &join = select->second;
    return choose(join.condition, phi->getIncomingValueForBlock(join.if_true),
                  phi->getIncomingValueForBlock(join.if_false), phase, loop, wanted);
  }
  if (auto *select = dyn_cast<SelectInst>(instruction))
    return choose(select->getCondition(), select->getTrueValue(), select->getFalseValue(), phase, loop, wanted);
  if (auto *read = dyn_cast<LoadInst>(instruction)) {
    const bool either = wanted.kind == Bits::Low && extends_signed(read);
    auto stored = stored_as(read->getType(), either || wanted.kind == Bits::Signed);
    return stored ? load(read, *stored, phase, loop, wanted) : refuse(Why::MixedTypes, "integers of more than 32 bits");
  }
  if (!computed_)
    return integer(instruction, phase, loop, wanted);
  if (auto *conversion = dyn_cast<CastInst>(instruction))
    return converted(conversion, phase, loop);
  if (auto *call = dyn_cast<IntrinsicInst>(instruction))
    return intrinsic(call, phase, loop);
  return arithmetic(instruction, phase, loop);
}

/// Tensors convert as they are read, to floats and to integers: this takes nothing but a load, perhaps extended first.
int Lift::converted(CastInst *conversion, Phase phase, int loop) {
  const auto mixed = [&] { return refuse(Why::MixedTypes, "a conversion of something else than what is read"); };
  Value *from = tree_.strip(conversion->getOperand(0));
  bool is_signed = isa<SIToFPInst>(conversion);
  if (!isa<SIToFPInst, UIToFPInst, FPExtInst, FPToSIInst>(conversion))
    return mixed();
  if (auto *extension = dyn_cast<CastInst>(from); extension && isa<SExtInst, ZExtInst>(extension)) {
    if (isa<SExtInst>(extension) && !is_signed)
      return mixed();
    is_signed = isa<SExtInst>(extension);
    from = tree_.strip(extension->getOperand(0));
  }
  auto *read = dyn_cast<LoadInst>(from);
  auto stored = read ? stored_as(read->getType(), is_signed) : std::nullopt;
  if (!stored || !is_storable(result.nest.type, *stored) || (*stored == vecwrap::Type::I32 && !is_signed))
    return mixed();
  const int around = tree_.loop_of(read);
  return around >= 0 && tree_.contains(around, loop) ? load(read, *stored, phase, around, bits_of(*stored)) : mixed();
}

int Lift::load(LoadInst *read, vecwrap::Type stored, Phase phase, int loop, Bits wanted) {
  if (auto it = output_loads_.find(read); it != output_loads_.end()) {
    // While a sum is being formed, the element it will be stored to is better left alone.
    return phase != Phase::Update ? as(it->second, wanted) : refuse(Why::OutputInReduction);
  }
  if (accumulator_loads_.count(read))
    return phase == Phase::Update && serves(acc_.has, wanted) ? acc_.node : refuse(Why::OutputInReduction);
  auto form = tree_.affine.form(read->getPointerOperand());
  if (!form)
    return refuse(Why::NonAffine);
  bool same_point;
  if (is_output(*form, loop, &same_point))
    return refuse(same_point ? Why::OutputInReduction : Why::LoopCarried);
  int access = pending(*form, read, stored);
  return access < 0 ? -1 : result.nest.load(access);
}

int Lift::choose(Value *condition, Value *if_true, Value *if_false, Phase phase, int loop, Bits wanted) {
  auto *compare = dyn_cast<CmpInst>(condition);
  if (!compare || isa<FCmpInst>(compare) != (computed_ != nullptr))
    return refuse(Why::ConditionOnIndex);
  int operands[2];
  if (!compared(compare->getPredicate(), compare->getOperand(0), compare->getOperand(1), phase, loop, operands))
    return -1;
  int a = node(if_true, phase, loop, wanted), b = a < 0 ? -1 : node(if_false, phase, loop, wanted);
  if (b < 0)
    return -1;
  return result.nest.select(predicate_of(compare->getPredicate()), operands[0], operands[1], a, b);
}

} // namespace vecwrap::raise
