// What the guard tests: that the nest runs, and where it reads and writes.
#include "llvm/guard.h"
#include <algorithm>
#include <llvm/Analysis/ValueTracking.h>
#include <set>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

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

} // namespace vecwrap::raise
