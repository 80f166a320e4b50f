// What is written, and the type that it was computed in.
#include "llvm/lift.h"

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

std::optional<vecwrap::Type> stored_as(Type *type, bool is_signed) {
  using enum vecwrap::Type;
  if (type->isFloatTy()) return F32;
  if (type->isDoubleTy()) return F64;
  if (type->isHalfTy()) return F16;
  if (type->isBFloatTy()) return BF16;
  if (type->isIntegerTy(8)) return is_signed ? I8 : U8;
  if (type->isIntegerTy(16)) return is_signed ? I16 : U16;
  if (type->isIntegerTy(32)) return I32;
  return std::nullopt;
}

bool extends_signed(const LoadInst *load) {
  for (const User *user : load->users())
    if (isa<SExtInst, ZExtInst, SIToFPInst, UIToFPInst>(user))
      return isa<SExtInst, SIToFPInst>(user);
  return false;
}

bool Lift::collect() {
  for (BasicBlock *block : tree_.root().blocks())
    for (Instruction &instruction : *block) {
      if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
        scopes_change_ |= call->getIntrinsicID() == Intrinsic::experimental_noalias_scope_decl;
      for (User *user : instruction.users())
        if (!tree_.root().contains(cast<Instruction>(user)))
          return no(Why::LiveOut);
    }
  for (Instruction *instruction : tree_.sequence)
    if (auto *store = dyn_cast<StoreInst>(instruction); store && !add_store(store))
      return false;
  if (result.stores.empty())
    return no(Why::OutputShape, "no store runs at every point");
  return choose_type();
}

bool Lift::add_store(StoreInst *store) {
  Type *type = store->getValueOperand()->getType();
  if (!stored_as(type, true))
    return no(Why::MixedTypes, "a store of something else than floats, doubles, halves and integers of 8, 16 or 32 bits");
  if (type_ && type_ != type)
    return no(Why::MixedTypes);
  type_ = type;
  auto form = tree_.affine.form(store->getPointerOperand());
  if (!form)
    return no(Why::NonAffine, "the address of a store is not affine in the loop counters");
  for (auto &[loop, step] : form->step)
    if (!tree_.contains(loop, tree_.loop_of(store)))
      return no(Why::NonAffine, "a loop counter used after its loop");
  store_forms_[store] = *form;
  result.stores.push_back(store);
  return true;
}

/// What a stored value is converted from, and what of that is needed.
Bits Lift::root_bits(StoreInst *store, Value **computed) const {
  Value *value = *computed = tree_.strip(store->getValueOperand());
  auto *cast = dyn_cast<CastInst>(value);
  if (cast && !tree_.affine.invariant(cast)) {
    Value *from = tree_.strip(cast->getOperand(0));
    const unsigned bits = type_->isIntegerTy() ? type_->getIntegerBitWidth() : 0;
    if (isa<FPTruncInst, FPToSIInst>(cast) || (isa<FPToUIInst>(cast) && bits < 32))
      return *computed = from, Bits{};
    // A conversion of what is read belongs to the load.
    if (isa<SIToFPInst, UIToFPInst>(cast) && !isa<LoadInst, SExtInst, ZExtInst>(from)) {
      *computed = from;
      return {isa<SIToFPInst>(cast) ? Bits::Signed : Bits::Unsigned, from->getType()->getIntegerBitWidth()};
    }
  }
  return type_->isIntegerTy() ? Bits{Bits::Low, type_->getIntegerBitWidth()} : Bits{};
}

bool Lift::choose_type() {
  Type *type = type_->isHalfTy() || type_->isBFloatTy() ? Type::getFloatTy(type_->getContext()) : type_;
  for (StoreInst *store : result.stores) {
    Value *computed;
    root_bits(store, &computed);
    if (isa<Constant>(computed) || tree_.affine.invariant(computed))
      continue; // whatever the others compute with
    type = computed->getType();
    break;
  }
  if (!type->isFloatTy() && !type->isDoubleTy() && !type->isIntegerTy() && !(type->isHalfTy() && halves_))
    return no(Why::MixedTypes, "arithmetic in another type than float, double and int");
  computed_ = type->isIntegerTy() ? nullptr : type;
  result.nest.type = computed_ ? *stored_as(type, true) : vecwrap::Type::I32;
  return is_storable(result.nest.type, *stored_as(type_, true)) || no(Why::MixedTypes);
}

bool Lift::rounds() const { return computed_ ? type_ != computed_ : type_->isFloatingPointTy(); }

/// In memory the output's integers have no sign. One is needed where they are also read.
bool Lift::output_is_signed() const {
  for (Instruction *instruction : tree_.sequence)
    if (auto *load = dyn_cast<LoadInst>(instruction); load && load->getType() == type_)
      if (auto form = tree_.affine.form(load->getPointerOperand()); form && form->base == output_form_.base)
        return extends_signed(load);
  return false;
}

/// The value that is stored; `bits` is what of it shall be right.
int Lift::root(StoreInst *store, Phase phase, Bits bits) {
  Value *computed;
  const Bits needed = root_bits(store, &computed);
  const bool converted = computed != tree_.strip(store->getValueOperand());
  return node(computed, phase, tree_.loop_of(store), converted ? needed : bits);
}

} // namespace vecwrap::raise
