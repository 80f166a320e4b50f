#include "llvm/affine.h"
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/PatternMatch.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {
constexpr int kMaxDepth = 24;       // of an address expression
constexpr size_t kMaxTerms = 24;    // of one polynomial
constexpr int64_t kMaxFactor = int64_t(1) << 24, kMaxConstant = int64_t(1) << 40;

bool is_integer(Value *value) {
  return value->getType()->isIntegerTy() && value->getType()->getIntegerBitWidth() <= 64;
}
bool too_big(const Form &form) {
  if (form.base.terms.size() > kMaxTerms)
    return true;
  for (auto &[loop, step] : form.step)
    if (step.terms.size() > kMaxTerms)
      return true;
  return false;
}
} // namespace

bool is_address(const Value *value) {
  return value->getType()->isPointerTy() && value->getType()->getPointerAddressSpace() == 0;
}

bool Affine::in_nest(Value *value) const {
  auto *instruction = dyn_cast<Instruction>(value);
  return instruction && root_.contains(instruction);
}

bool Affine::invariant(Value *value) {
  if (!in_nest(value))
    return true;
  auto [it, fresh] = invariant_.try_emplace(value, false);
  if (!fresh)
    return it->second; // false while being computed: cycles are phis anyway
  auto *instruction = cast<Instruction>(value);
  // Freeze is excluded: each execution may choose another value.
  if (isa<PHINode, FreezeInst, AllocaInst>(instruction) || instruction->isTerminator() ||
      instruction->mayReadOrWriteMemory() || !isSafeToSpeculativelyExecute(instruction))
    return false;
  for (Value *operand : instruction->operands())
    if (!invariant(operand))
      return false;
  return invariant_[value] = true;
}

Form Affine::atom(Value *value, Ext ext) {
  for (size_t i = 0; i < atoms_.size(); i++)
    if (!atoms_[i].load && atoms_[i].value == value && atoms_[i].ext == ext)
      return form_of(Poly::atom(int(i)));
  Atom atom;
  atom.value = value;
  atom.ext = ext;
  atoms_.push_back(atom);
  return form_of(Poly::atom(int(atoms_.size()) - 1));
}

std::optional<Form> Affine::load(LoadInst *load, Ext ext) {
  if (!load->isSimple() || load->getPointerAddressSpace() != 0)
    return std::nullopt;
  auto address = form(load->getPointerOperand());
  if (!address || !address->loop_free() || !address->conditions.empty())
    return std::nullopt;
  for (size_t i = 0; i < atoms_.size(); i++) {
    Atom &atom = atoms_[i];
    if (atom.load && atom.ext == ext && atom.address == address->base &&
        atom.value->getType() == load->getType()) {
      atom.loads.push_back(load);
      return form_of(Poly::atom(int(i)));
    }
  }
  Atom atom;
  atom.value = load;
  atom.ext = ext;
  atom.load = true;
  atom.address = address->base;
  atom.loads = {load};
  atoms_.push_back(atom);
  return form_of(Poly::atom(int(atoms_.size()) - 1));
}

std::optional<Form> Affine::form(Value *value, Ext ext) {
  if (is_address(value) || (is_integer(value) && value->getType()->getIntegerBitWidth() == 64))
    ext = Ext::Exact;
  else if (!is_integer(value) || ext == Ext::Exact)
    return std::nullopt;
  auto key = std::make_pair(value, ext);
  if (auto it = memo_.find(key); it != memo_.end())
    return it->second;
  if (depth_ > kMaxDepth)
    return in_nest(value) ? std::nullopt : std::optional<Form>(atom(value, ext));
  memo_[key] = std::nullopt; // a cycle that is not an induction is not affine
  depth_++;
  auto result = compute(value, ext);
  depth_--;
  if (result && too_big(*result))
    result.reset();
  // Before the nest every value is known: conditions on its parts are pointless.
  if ((!result || !result->conditions.empty()) && !isa<Constant>(value) && invariant(value))
    result = atom(value, ext);
  if (!result && isa<GlobalValue>(value))
    result = atom(value, ext);
  return memo_[key] = result;
}

std::optional<Form> Affine::any_form(Value *value, Ext *chosen) {
  auto sign = form(value, Ext::Sign);
  if (chosen)
    *chosen = Ext::Sign;
  if (sign && sign->conditions.empty())
    return sign;
  auto zero = form(value, Ext::Zero);
  if (zero && (!sign || zero->conditions.size() < sign->conditions.size())) {
    if (chosen)
      *chosen = Ext::Zero;
    return zero;
  }
  return sign;
}

std::optional<Form> Affine::compute(Value *value, Ext ext) {
  if (auto *constant = dyn_cast<ConstantInt>(value))
    return form_of(Poly::constant(ext == Ext::Zero ? int64_t(constant->getZExtValue()) : constant->getSExtValue()));
  if (auto *operation = dyn_cast<GEPOperator>(value))
    return gep(operation);
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction)
    return std::nullopt;
  if (auto *node = dyn_cast<PHINode>(value))
    return in_nest(node) ? phi(node, ext) : std::nullopt;
  if (auto *operation = dyn_cast<BinaryOperator>(value))
    return binary(operation, ext);
  if (auto *cast = dyn_cast<SExtInst>(value))
    return extend(cast->getOperand(0), false, false, ext);
  if (auto *cast = dyn_cast<ZExtInst>(value))
    return extend(cast->getOperand(0), true, cast->hasNonNeg(), ext);
  if (auto *cast = dyn_cast<TruncInst>(value))
    return truncated(cast, ext);
  if (auto *read = dyn_cast<LoadInst>(value))
    return in_nest(read) ? load(read, ext) : std::nullopt;
  return std::nullopt;
}

std::optional<Form> Affine::checked(Form form, unsigned bits, bool is_signed, bool non_negative) {
  if (form.loop_free() && form.base.is_const()) { // decide now
    int64_t value = form.base.const_part();
    int64_t low = is_signed && !non_negative ? -(int64_t(1) << (bits - 1)) : 0;
    int64_t high = (int64_t(1) << (is_signed ? bits - 1 : bits)) - 1;
    return value >= low && value <= high ? std::optional<Form>(form) : std::nullopt;
  }
  if (!checkable(form))
    return std::nullopt;
  Form result = form;
  for (size_t i = 0; i < conditions_.size(); i++) {
    const RangeCondition &known = conditions_[i];
    if (known.bits == bits && known.is_signed == is_signed && known.non_negative == non_negative &&
        known.form.same_value(form)) {
      result.conditions.insert(int(i));
      return result;
    }
  }
  conditions_.push_back({form, bits, is_signed, non_negative});
  result.conditions.insert(int(conditions_.size()) - 1);
  return result;
}

bool Affine::checkable(const Form &form) const {
  auto fits = [&](const Poly &poly) {
    for (auto &[monomial, coefficient] : poly.terms)
      if (int64_t limit = monomial.empty() ? kMaxConstant : kMaxFactor;
          monomial.size() > 2 || int64_t(coefficient) > limit || int64_t(coefficient) < -limit)
        return false;
    return true;
  };
  if (!fits(form.base))
    return false;
  for (auto &[loop, step] : form.step)
    if (!fits(step))
      return false;
  return true;
}

std::optional<Form> Affine::extend(Value *operand, bool zero, bool nneg, Ext ext) {
  if (!is_integer(operand) || operand->getType()->getIntegerBitWidth() == 1)
    return std::nullopt;
  if (nneg)
    return any_form(operand);
  if (zero) // zero-extended values are non-negative: both extensions of the wider value agree
    return form(operand, Ext::Zero);
  auto value = form(operand, Ext::Sign);
  if (value && ext == Ext::Zero) // only if never negative
    return checked(*value, operand->getType()->getIntegerBitWidth(), true, true);
  return value;
}

std::optional<Form> Affine::truncated(TruncInst *cast, Ext ext) {
  Value *operand = cast->getOperand(0);
  unsigned bits = cast->getType()->getIntegerBitWidth();
  if (!is_integer(operand) || bits == 1)
    return std::nullopt;
  bool exact = ext == Ext::Sign ? cast->hasNoSignedWrap() : cast->hasNoUnsignedWrap();
  auto value = form(operand, ext);
  if (!value || exact)
    return value;
  return checked(*value, bits, ext == Ext::Sign);
}

} // namespace vecwrap::raise
