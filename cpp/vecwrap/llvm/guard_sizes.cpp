// What the guard asks about sizes: is there enough to do, and for which of two schedules?
#include "llvm/guard.h"
#include <algorithm>

namespace vecwrap::raise {

using namespace llvm;

/// Points of some dims, or at least so many that no test tells the difference.
Value *Guard::points(const std::vector<int> &dims) {
  const int64_t cap = int64_t(1) << (62 / std::max<size_t>(1, dims.size()));
  Value *points = constant(1);
  for (int d : dims)
    points = builder.CreateMul(points, at_most(trip_value(tree_.loops[nest_.dim_loop[d]].trip), cap));
  return points;
}

Value *Guard::at_most(Value *value, int64_t most) {
  return builder.CreateSelect(builder.CreateICmpULT(value, constant(most)), value, constant(most));
}

void Guard::enough_work() {
  std::vector<int> all;
  for (size_t d = 0; d < nest_.dim_loop.size(); d++)
    all.push_back(int(d));
  test(builder.CreateICmpUGE(points(all), constant(kMinPoints)));
}

/// Few enough rows, and a sum long enough, for the second schedule.
Value *Guard::has_few_rows(const FewRows &few) {
  Value *rows = points(few.rows), *is = builder.CreateICmpULE(rows, constant(few.most));
  if (few.elements) {
    Value *fits = builder.CreateICmpULE(points(few.moving), constant(few.elements));
    is = builder.CreateAnd(is, builder.CreateOr(fits, builder.CreateICmpULE(rows, constant(kRereads))));
  }
  if (!few.steps)
    return is;
  constexpr int64_t kMany = int64_t(1) << 40; // times as many lanes as there are: no overflow
  Value *columns = at_most(points({few.column}), few.lanes);
  Value *steps = builder.CreateMul(at_most(points(few.reductions), kMany), constant(few.lanes));
  Value *needed = builder.CreateMul(builder.CreateMul(at_most(rows, few.most), columns), constant(few.steps));
  return builder.CreateAnd(is, builder.CreateICmpUGE(steps, needed));
}

/// Is no time lost with a rest of the second schedule's lanes?
Value *Guard::fills_vectors(const FewRows &few) {
  if (few.ragged < 0)
    return builder.getTrue();
  Value *extent = points({few.ragged}), *fills = builder.CreateICmpEQ(builder.CreateURem(extent, constant(few.whole)), constant(0));
  return few.sums ? builder.CreateOr(fills, builder.CreateICmpUGE(extent, constant(kManyVectors * few.whole))) : fills;
}

Value *Guard::is_few(const FewRows &few) {
  return few.sentence ? builder.CreateAnd(has_few_rows(few), fills_vectors(few)) : builder.getFalse();
}

void Guard::enough_rows(const FewRows &few) {
  if (few.least > 1)
    test(builder.CreateOr(builder.CreateICmpUGE(points(few.rows), constant(few.least)), is_few(few)));
  if (few.sums && few.ragged >= 0) // the first schedule would be no better
    test(builder.CreateOr(builder.CreateNot(has_few_rows(few)), fills_vectors(few)));
  if (few.least && !few.sums && few.ragged >= 0) // nor would either be
    test(builder.CreateICmpUGE(points({few.ragged}), constant(few.whole)));
  flush();
}

void Guard::enough_sums(const SumsApart &sums) {
  Value *steps = points(sums.reductions);
  const auto at_least = [&](Value *value, int64_t least) { return builder.CreateICmpUGE(value, constant(std::max<int64_t>(least, 1))); };
  if (sums.row < 0) {
    test(at_least(steps, sums.steps));
    return flush();
  }
  Value *rows = points({sums.row});
  const auto rows_of = [&](int64_t share, int64_t least) {
    return builder.CreateAnd(at_least(rows, std::max<int64_t>(sums.lanes / share, 2)), at_least(steps, least));
  };
  test(builder.CreateOr(rows_of(1, 1), builder.CreateOr(rows_of(2, kSomeSteps), rows_of(4, kManySteps))));
  flush();
}

} // namespace vecwrap::raise
