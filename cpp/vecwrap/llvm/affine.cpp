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
bool is_address(Value *value) {
  return value->getType()->isPointerTy() && value->getType()->getPointerAddressSpace() == 0;
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
