// Trip counts from the exit comparison: exact under the tests that the guard makes.
#include "llvm/tree.h"

namespace vecwrap::raise {

using namespace llvm;

bool Tree::trip_count(TreeLoop &loop) {
  int number = index_.at(loop.loop);
  auto *branch = cast<BranchInst>(loop.exiting->getTerminator());
  auto *compare = dyn_cast<ICmpInst>(branch->getCondition());
  if (!compare || !compare->getOperand(0)->getType()->isIntOrPtrTy())
    return no(Why::TripCount, "a loop condition that is not an integer comparison");
  // Normalise to "go on while left PREDICATE right".
  CmpInst::Predicate go_on = loop.loop->contains(branch->getSuccessor(0)) ? compare->getPredicate()
                                                                           : compare->getInversePredicate();
  Value *left = compare->getOperand(0), *right = compare->getOperand(1);
  unsigned bits = left->getType()->isPointerTy() ? 64 : left->getType()->getIntegerBitWidth();
  if (bits == 1 || bits > 64)
    return no(Why::TripCount);
  bool is_signed = CmpInst::isSigned(go_on);
  Ext ext = is_signed ? Ext::Sign : Ext::Zero;
  std::optional<Form> a, b;
  if (go_on == CmpInst::ICMP_NE) { // either reading is right as long as it is the same on both sides
    auto try_with = [&](Ext e) {
      auto x = affine.form(left, e), y = affine.form(right, e);
      if (!x || !y)
        return;
      if (!a || x->conditions.size() + y->conditions.size() < a->conditions.size() + b->conditions.size())
        a = x, b = y, is_signed = e == Ext::Sign;
    };
    try_with(Ext::Sign);
    try_with(Ext::Zero);
  } else {
    a = affine.form(left, ext);
    b = affine.form(right, ext);
  }
  if (!a || !b)
    return no(Why::TripCount, "a loop bound that is not affine in values known before the nest");
  if (!a->step.count(number)) {
    std::swap(a, b);
    go_on = CmpInst::getSwappedPredicate(go_on);
  }
  if (!a->step.count(number) || b->step.count(number) || !a->step[number].is_const())
    return no(Why::TripCount, "a loop counter that does not advance by a constant");
  int64_t step = a->step[number].const_part();
  if (step > (1 << 20) || step < -(1 << 20))
    return no(Why::TripCount, "a loop counter with a huge step");
  a->step.erase(number);

  // Going up: first PREDICATE bound. Going down: mirrored.
  bool up = step > 0, or_equal = false;
  switch (go_on) {
  case CmpInst::ICMP_SLT: case CmpInst::ICMP_ULT:
    if (!up)
      return no(Why::TripCount, "a loop that counts away from its bound");
    break;
  case CmpInst::ICMP_SLE: case CmpInst::ICMP_ULE:
    if (!up)
      return no(Why::TripCount, "a loop that counts away from its bound");
    or_equal = true;
    break;
  case CmpInst::ICMP_SGT: case CmpInst::ICMP_UGT:
    if (up)
      return no(Why::TripCount, "a loop that counts away from its bound");
    break;
  case CmpInst::ICMP_SGE: case CmpInst::ICMP_UGE:
    if (up)
      return no(Why::TripCount, "a loop that counts away from its bound");
    or_equal = true;
    break;
  case CmpInst::ICMP_NE:
    break;
  default:
    return no(Why::TripCount, "a loop that ends on inequality");
  }
  Form distance = up ? *b - *a : *a - *b;
  if (!distance.loop_free())
    return no(Why::NonRectangular);
  if (bits == 64 && (!a->loop_free() || !b->loop_free()))
    return no(Why::NonRectangular, "64-bit bounds that move with an outer loop");
  int64_t size = up ? step : -step;
  loop.conditions = distance.conditions;
  TripTests &tests = loop.tests;
  tests.bits = bits;
  tests.is_signed = is_signed;
  if (go_on == CmpInst::ICMP_NE) {
    tests.divisible = size != 1;
    loop.trip = {distance.base, size, loop.rotated ? 1 : 0};
  } else {
    // The last comparison sees first + trip * step: it must not have wrapped around.
    tests.away_from_limit = or_equal || size != 1;
    if (tests.away_from_limit && !b->loop_free())
      return no(Why::NonRectangular, "a moving bound that may wrap");
    tests.bound = b->base;
    tests.step = step;
    tests.ordered = bits == 64;
    tests.or_equal = loop.rotated || or_equal;
    tests.low = up ? a->base : b->base;
    tests.high = up ? b->base : a->base;
    loop.trip = {distance.base + Poly::constant(size - 1 + (or_equal ? 1 : 0)), size, loop.rotated ? 1 : 0};
  }
  if (loop.trip.div == 1) {
    loop.trip.num = loop.trip.num + Poly::constant(loop.trip.add);
    loop.trip.add = 0;
  } else if (loop.trip.num.is_const()) {
    int64_t num = loop.trip.num.const_part();
    if (num < 0 || (tests.divisible && num % loop.trip.div))
      return no(Why::NeverTrue, "a loop whose body never runs, or never ends");
    loop.trip = {Poly::constant(num / loop.trip.div + loop.trip.add), 1, 0};
  }
  if (loop.trip.is_const() && loop.trip.value() < 1)
    return no(Why::NeverTrue, "a loop whose body never runs");
  return true;
}

} // namespace vecwrap::raise
