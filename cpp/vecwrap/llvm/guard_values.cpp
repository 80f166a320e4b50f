// Values of the nest, computed in the guard: atoms, loads that are repeated, polynomials, addresses.
#include "llvm/guard.h"
#include <llvm/Analysis/ValueTracking.h>

namespace vecwrap::raise {

using namespace llvm;

Value *Guard::clone(Value *value, std::map<Value *, Value *> &copies) {
  if (!tree_.affine.in_nest(value))
    return value;
  if (auto it = copies.find(value); it != copies.end())
    return it->second;
  Instruction *copy = cast<Instruction>(value)->clone();
  for (Use &operand : copy->operands())
    operand.set(clone(operand.get(), copies));
  copy->dropPoisonGeneratingFlags();
  copy->setDebugLoc(builder.getCurrentDebugLocation());
  builder.Insert(copy);
  return copies[value] = copy;
}

Value *Guard::scalar(Value *value) { return clone(value, clones_); }

Value *Guard::raw_atom(int number) {
  if (auto it = raw_.find(number); it != raw_.end())
    return it->second;
  const Atom &atom = tree_.affine.atoms()[number];
  Value *value = atom.load ? load_atom(atom) : clone(atom.value, clones_);
  if (!isGuaranteedNotToBeUndefOrPoison(value))
    value = builder.CreateFreeze(value);
  return raw_[number] = value;
}

Value *Guard::atom(int number) {
  if (auto it = atoms_.find(number); it != atoms_.end())
    return it->second;
  const Atom &atom = tree_.affine.atoms()[number];
  Value *value = raw_atom(number);
  if (value->getType()->isPointerTy())
    value = builder.CreatePtrToInt(value, builder.getInt64Ty());
  else if (atom.ext == Ext::Zero)
    value = builder.CreateZExt(value, builder.getInt64Ty());
  else
    value = builder.CreateSExt(value, builder.getInt64Ty());
  return atoms_[number] = value;
}

Value *Guard::load_atom(const Atom &atom) {
  // The load that needs the fewest conditions.
  LoadInst *best = atom.loads[0];
  for (LoadInst *load : atom.loads)
    if (tree_.blocks[load->getParent()].predicates.size() < tree_.blocks[best->getParent()].predicates.size())
      best = load;
  int key = int(&atom - tree_.affine.atoms().data());
  if (!loads_in_progress_.insert(key).second) {
    never_ = true; // needs itself: cannot be ordered
    return PoisonValue::get(best->getType());
  }
  require_execution(best->getParent());
  Value *from = address(atom.address);
  flush();
  loads_in_progress_.erase(key);
  return builder.CreateAlignedLoad(best->getType(), from, best->getAlign());
}

/// Tests under which the block runs at least once.
void Guard::require_execution(BasicBlock *block) {
  const BlockInfo &info = tree_.blocks[block];
  for (int predicate : info.predicates)
    require_predicate(predicate);
  const TreeLoop &loop = tree_.loops[info.loop];
  int needed = block == loop.header ? loop.parent : info.loop; // a header runs whenever its loop is reached
  if (needed >= 0)
    require_loop(needed);
}

Value *Guard::value_of(const Poly &poly) {
  if (auto it = polys_.find(poly); it != polys_.end())
    return it->second;
  Value *sum = nullptr;
  for (auto &[monomial, coefficient] : poly.terms) {
    Value *term = nullptr;
    for (int number : monomial) {
      Value *factor = atom(number);
      term = term ? builder.CreateMul(term, factor) : factor;
    }
    Value *scale = constant(int64_t(coefficient));
    term = !term ? scale : coefficient == 1 ? term : builder.CreateMul(term, scale);
    sum = sum ? builder.CreateAdd(sum, term) : term;
  }
  return polys_[poly] = sum ? sum : constant(0);
}

Value *Guard::address(const Poly &poly) {
  int base = -1, pointers = 0;
  for (auto &[monomial, coefficient] : poly.terms)
    for (int number : monomial)
      if (tree_.affine.atoms()[number].value->getType()->isPointerTy()) {
        pointers++;
        if (monomial.size() == 1 && coefficient == 1)
          base = number;
      }
  if (pointers != 1 || base < 0)
    return builder.CreateIntToPtr(value_of(poly), builder.getPtrTy());
  Poly offset = poly - Poly::atom(base);
  Value *pointer = raw_atom(base);
  return offset.is_zero() ? pointer : builder.CreatePtrAdd(pointer, value_of(offset));
}

Value *Guard::trip_value(const Trip &trip) {
  for (auto &[known, value] : trips_)
    if (known == trip)
      return value;
  Value *value = value_of(trip.num);
  if (trip.div != 1)
    value = builder.CreateAdd(builder.CreateUDiv(value, constant(trip.div)), constant(trip.add));
  trips_.push_back({trip, value});
  return value;
}

} // namespace vecwrap::raise
