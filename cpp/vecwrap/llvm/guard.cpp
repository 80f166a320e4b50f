#include "llvm/guard.h"
#include "llvm/place.h"
#include <algorithm>
#include <llvm/Analysis/ValueTracking.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

Guard::Guard(Function &function, Tree &tree, Lift &lift)
    : builder(function.getContext()), function_(function), tree_(tree), lift_(lift), nest_(lift.result),
      loop_state_(tree.loops.size()), predicate_state_(tree.predicates.size()) {
  fallback = BasicBlock::Create(function.getContext(), "vecwrap.original", &function, tree.loops[0].header);
  entry = BasicBlock::Create(function.getContext(), "vecwrap.guard", &function, fallback);
  blocks_ = {fallback, entry};
  builder.SetInsertPoint(entry);
  builder.SetCurrentDebugLocation(tree.root().getStartLoc());
}

void Guard::discard() {
  for (BasicBlock *block : blocks_)
    block->dropAllReferences();
  for (BasicBlock *block : blocks_)
    block->eraseFromParent();
}

void Guard::test(Value *condition) {
  if (auto *known = dyn_cast<ConstantInt>(condition)) {
    never_ |= known->isZero();
    return;
  }
  pending_ = pending_ ? builder.CreateAnd(pending_, condition) : condition;
}

/// Everything tested so far holds behind this point.
void Guard::flush() {
  if (!pending_)
    return;
  auto *next = BasicBlock::Create(function_.getContext(), "vecwrap.guard", &function_, fallback);
  blocks_.push_back(next);
  builder.CreateCondBr(pending_, next, fallback);
  builder.SetInsertPoint(next);
  pending_ = nullptr;
}

Value *Guard::small(Value *value, int64_t low, int64_t high) {
  return builder.CreateICmpULT(builder.CreateSub(value, constant(low)), constant(high - low));
}

// Values.

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

// Tests.

/// All loops around `number`, and `number` itself, run their bodies at least once.
void Guard::require_loop(int number) {
  if (loop_state_[number] == 2)
    return;
  if (loop_state_[number] == 1) {
    never_ = true;
    return;
  }
  loop_state_[number] = 1;
  const TreeLoop &loop = tree_.loops[number];
  if (loop.parent >= 0)
    require_loop(loop.parent);
  const TripTests &tests = loop.tests;
  if (tests.ordered) {
    Value *low = value_of(tests.low), *high = value_of(tests.high);
    auto predicate = tests.is_signed ? (tests.or_equal ? CmpInst::ICMP_SLE : CmpInst::ICMP_SLT)
                                     : (tests.or_equal ? CmpInst::ICMP_ULE : CmpInst::ICMP_ULT);
    test(builder.CreateICmp(predicate, low, high));
    test(small(builder.CreateSub(high, low), 0, int64_t(1) << 50));
  }
  if (tests.away_from_limit) {
    Value *bound = value_of(tests.bound);
    if (tests.bits == 64) {
      APInt limit = tests.step > 0 ? (tests.is_signed ? APInt::getSignedMaxValue(64) : APInt::getMaxValue(64))
                                   : (tests.is_signed ? APInt::getSignedMinValue(64) : APInt::getMinValue(64));
      Value *edge = builder.getInt(limit - APInt(64, uint64_t(tests.step), true));
      auto predicate = tests.step > 0 ? (tests.is_signed ? CmpInst::ICMP_SLE : CmpInst::ICMP_ULE)
                                      : (tests.is_signed ? CmpInst::ICMP_SGE : CmpInst::ICMP_UGE);
      test(builder.CreateICmp(predicate, bound, edge));
    } else {
      int64_t high = tests.is_signed ? (int64_t(1) << (tests.bits - 1)) - 1 : (int64_t(1) << tests.bits) - 1;
      int64_t low = tests.is_signed ? -(int64_t(1) << (tests.bits - 1)) : 0;
      test(tests.step > 0 ? builder.CreateICmpSLE(bound, constant(high - tests.step))
                          : builder.CreateICmpSGE(bound, constant(low - tests.step)));
    }
  }
  if (loop.trip.div != 1) {
    Value *num = value_of(loop.trip.num);
    test(small(num, 0, int64_t(1) << 51));
    if (tests.divisible)
      test(builder.CreateICmpEQ(builder.CreateURem(num, constant(loop.trip.div)), constant(0)));
  }
  test(small(trip_value(loop.trip), 1, kMaxTrip));
  loop_state_[number] = 2;
}

void Guard::require_predicate(int number) {
  if (predicate_state_[number] == 2)
    return;
  if (predicate_state_[number] == 1) {
    never_ = true;
    return;
  }
  predicate_state_[number] = 1;
  const Predicate &predicate = tree_.predicates[number];
  if (predicate.varying) {
    prescan(predicate);
  } else {
    Value *condition;
    if (predicate.affine)
      condition = builder.CreateICmp(predicate.compare, value_of(predicate.left.base), value_of(predicate.right.base));
    else
      condition = clone(predicate.branch->getCondition(), clones_);
    if (!isGuaranteedNotToBeUndefOrPoison(condition))
      condition = builder.CreateFreeze(condition);
    test(predicate.sense ? condition : builder.CreateNot(condition));
  }
  predicate_state_[number] = 2;
}

void Guard::enough_work() {
  int64_t cap = int64_t(1) << (62 / std::max<size_t>(1, nest_.dim_loop.size()));
  Value *points = constant(1);
  for (int loop : nest_.dim_loop) {
    Value *trip = trip_value(tree_.loops[loop].trip);
    Value *capped = builder.CreateSelect(builder.CreateICmpULT(trip, constant(cap)), trip, constant(cap));
    points = builder.CreateMul(points, capped);
  }
  test(builder.CreateICmpUGE(points, constant(kMinPoints)));
}

void Guard::strides() {
  for (auto &[stride, expected] : nest_.equal)
    test(builder.CreateICmpEQ(value_of(stride), value_of(expected)));
  std::set<Poly> seen;
  auto check = [&](const Stream &stream) {
    for (const Poly &stride : stream.strides)
      if (!stride.is_const() && seen.insert(stride).second)
        test(small(value_of(stride), -kMaxStride + 1, kMaxStride));
  };
  check(nest_.output);
  for (const Stream &stream : nest_.inputs)
    check(stream);
}

/// Different points write different elements: sorted by stride, each stride steps over all smaller ones.
void Guard::injective() {
  std::vector<int> dims;
  for (size_t d = 0; d < nest_.dim_loop.size(); d++)
    if (!nest_.output.strides[d].is_zero())
      dims.push_back(int(d));
  auto key = [&](int d) { // guessed order: constants, then products of few sizes, inner loops first
    const Poly &stride = nest_.output.strides[d];
    int64_t magnitude = stride.is_const() ? std::abs(stride.const_part()) : 0;
    return std::make_tuple(stride.degree(), magnitude, stride.terms.size(), -d);
  };
  std::sort(dims.begin(), dims.end(), [&](int a, int b) { return key(a) < key(b); });
  Value *covered = constant(size_of(nest_.nest.stored(nest_.nest.out)));
  for (int d : dims) {
    Value *stride = value_of(nest_.output.strides[d]);
    Value *magnitude = builder.CreateSelect(builder.CreateICmpSLT(stride, constant(0)), builder.CreateNeg(stride), stride);
    Value *trip = trip_value(tree_.loops[nest_.dim_loop[d]].trip);
    test(builder.CreateOr(builder.CreateICmpUGE(magnitude, covered), builder.CreateICmpEQ(trip, constant(1))));
    covered = builder.CreateAdd(covered, builder.CreateMul(magnitude, builder.CreateSub(trip, constant(1))));
  }
}

Guard::Range Guard::range_of(const Stream &stream) {
  Value *low = builder.CreateAdd(value_of(stream.base), constant(stream.low));
  Value *high = builder.CreateAdd(value_of(stream.base), constant(stream.high));
  for (size_t d = 0; d < stream.strides.size(); d++) {
    if (stream.strides[d].is_zero())
      continue;
    Value *trip = trip_value(tree_.loops[nest_.dim_loop[d]].trip);
    Value *extent = builder.CreateMul(value_of(stream.strides[d]), builder.CreateSub(trip, constant(1)));
    Value *negative = builder.CreateICmpSLT(extent, constant(0));
    low = builder.CreateAdd(low, builder.CreateSelect(negative, extent, constant(0)));
    high = builder.CreateAdd(high, builder.CreateSelect(negative, constant(0), extent));
  }
  return {low, high};
}

Value *Guard::disjoint(Range a, Range b) {
  return builder.CreateOr(builder.CreateICmpULE(a.high, b.low), builder.CreateICmpULE(b.high, a.low));
}

void Guard::ranges() {
  Range output = range_of(nest_.output);
  output_low = output.low;
  output_high = output.high;
  for (const Stream &input : nest_.inputs) {
    bool proven = true;
    for (Instruction *access : input.accesses)
      for (StoreInst *store : nest_.stores)
        proven = proven && lift_.no_alias(access, store);
    if (!proven)
      test(disjoint(output, range_of(input)));
  }
}

/// What the nest loads as bounds and bases is not what it writes.
void Guard::loaded_atoms() {
  for (size_t i = 0; i < tree_.affine.atoms().size(); i++) {
    const Atom &atom = tree_.affine.atoms()[i];
    if (!atom.load || !raw_.count(int(i)) || !checked_loads_.insert(int(i)).second)
      continue;
    bool proven = true;
    for (LoadInst *load : atom.loads)
      for (StoreInst *store : nest_.stores)
        proven = proven && lift_.no_alias(load, store);
    if (proven)
      continue;
    Value *low = value_of(atom.address);
    int64_t size = int64_t(function_.getDataLayout().getTypeStoreSize(atom.value->getType()));
    test(disjoint({output_low, output_high}, {low, builder.CreateAdd(low, constant(size))}));
  }
}

/// The exact value of a poly whose terms Affine::checkable() has bounded; 64-bit atoms are tested to be small.
Value *Guard::wide(const Poly &poly) {
  Type *type = builder.getInt128Ty();
  Value *sum = ConstantInt::get(type, 0);
  for (auto &[monomial, coefficient] : poly.terms) {
    Value *term = ConstantInt::getSigned(type, int64_t(coefficient));
    for (int number : monomial) {
      Value *factor = atom(number);
      if (tree_.affine.atoms()[number].bits() == 64)
        test(small(factor, -(int64_t(1) << 32), int64_t(1) << 32));
      term = builder.CreateMul(term, builder.CreateSExt(factor, type));
    }
    sum = builder.CreateAdd(sum, term);
  }
  return sum;
}

void Guard::conditions() {
  Type *type = builder.getInt128Ty();
  for (int index : nest_.conditions) {
    const RangeCondition &condition = tree_.affine.condition(index);
    Value *low = wide(condition.form.base), *high = low, *zero = ConstantInt::get(type, 0);
    for (auto &[loop, step] : condition.form.step) {
      Value *last = builder.CreateSub(trip_value(tree_.loops[loop].trip), constant(1));
      Value *extent = builder.CreateMul(wide(step), builder.CreateSExt(last, type));
      Value *negative = builder.CreateICmpSLT(extent, zero);
      low = builder.CreateAdd(low, builder.CreateSelect(negative, extent, zero));
      high = builder.CreateAdd(high, builder.CreateSelect(negative, zero, extent));
    }
    unsigned bits = condition.bits;
    int64_t least = condition.is_signed && !condition.non_negative ? -(int64_t(1) << (bits - 1)) : 0;
    int64_t most = (int64_t(1) << (condition.is_signed ? bits - 1 : bits)) - 1;
    test(builder.CreateICmpSGE(low, ConstantInt::getSigned(type, least)));
    test(builder.CreateICmpSLE(high, ConstantInt::getSigned(type, most)));
  }
}

bool Guard::build(bool test_cpu) {
  for (size_t loop = 0; loop < tree_.loops.size(); loop++)
    require_loop(int(loop));
  for (auto &[a, b] : nest_.equal_trips)
    test(builder.CreateICmpEQ(trip_value(a), trip_value(b)));
  enough_work();
  flush();
  for (size_t i = 0; i < tree_.predicates.size(); i++)
    if (!tree_.predicates[i].varying)
      require_predicate(int(i));
  strides();
  injective();
  // Addresses first: evaluating them pulls in the loads whose own addresses loaded_atoms() then tests.
  for (const TensorSource &tensor : nest_.tensors)
    if (!tensor.scalar)
      value_of(tensor.address);
  for (const Stream &input : nest_.inputs)
    value_of(input.base);
  ranges();
  conditions();
  loaded_atoms();
  if (test_cpu) {
    flush();
    cpu_level = builder.CreateCall(cpu_level_function(*function_.getParent()));
    test(builder.CreateICmpUGE(cpu_level, builder.getInt32(kCpuAvx2)));
  }
  flush();
  for (size_t i = 0; i < tree_.predicates.size(); i++)
    require_predicate(int(i));
  loaded_atoms(); // what only the prescans needed
  flush();
  return !never_;
}

} // namespace vecwrap::raise
