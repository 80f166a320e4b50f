// Lanes along a reduction: each vector of the tile holds partial results of its row, which are joined at the end of
// the register scope. From there on one lane of the first vector of each row counts. Where the order of a sum is fixed, that
// lane holds it from the start.
#include "codegen/evaluate.h"

namespace vecwrap {

void Generator::plan_lanes() {
  combine_ = combine_of(nest_);
  if (!may_reorder(nest_)) {
    in_order_ = added_in_order(nest_), start_ = nest_.init;
    return;
  }
  const bool repeat = may_repeat_init(nest_, *combine_);
  start_ = repeat ? nest_.init : nest_.constant(combine_->neutral);
  join_init_ = repeat ? -1 : nest_.add(combine_->op, plain_acc_, nest_.init);
}

void Generator::start_lanes(Evaluator &evaluator) {
  evaluator.take_rows();
  evaluator.into_accumulators(start_);
  if (in_order_ < 0) evaluator.spread_rows();
  evaluator.take_chunk();
}

void Generator::join_lanes(Evaluator &evaluator) {
  if (in_order_ < 0) evaluator.join_vectors(), evaluator.join_lanes();
  evaluator.take_rows();
  if (join_init_ < 0) return;
  const auto saved = pointers();
  evaluator.into_accumulators(join_init_);
  restore(saved);
}

void Evaluator::take_rows() {
  rows_ = true, active_.clear();
  for (int p = 0; p < points_; p += extent_.back()) active_.push_back(p);
}

void Evaluator::spread_rows() {
  for (int p = 0; p < points_; ++p) {
    const int first = p - p % extent_.back();
    if (p == first) continue;
    VInst &i = g_.emit(VOp::VMov);
    i.d = accumulators_[p], i.a = accumulators_[first];
  }
}

/// The row's sum, plus the elements of this point.
void Evaluator::add_in_order(int point) {
  int reg = value(g_.in_order_, point);
  const bool splat = is_uniform(reg);
  if (splat) {
    VInst &i = g_.emit(VOp::VMov);
    i.a = reg, i.d = reg = take();
  }
  VInst &i = g_.emit(VOp::VSum);
  i.d = accumulators_[point], i.a = reg, i.lanes = lanes(point);
  if (splat) give(reg);
  release(g_.in_order_, point);
}

/// acc = acc joined with another register.
void Evaluator::combine(int acc, int with) {
  const Combine &c = *g_.combine_;
  Node node;
  node.op = c.op;
  const Form form = form_of(g_.nest_, c.select < 0 ? node : g_.nest_.nodes[c.select]);
  const auto is_left = [&](int operand) { // of a sum or a product: the first
    return c.select < 0 ? !operand : operand < form.operands && is_acc(form.in[operand]);
  };
  const auto reg = [&](int operand) { return is_left(operand) ? acc : with; };
  VInst i{form.op};
  i.d = acc, i.a = reg(0), i.b = reg(1), i.c = reg(2), i.e = reg(3);
  if (c.select >= 0) i.pred = g_.nest_.nodes[c.select].pred;
  if (g_.needs_temporary(i)) i.t = take();
  if (g_.needs_second(i)) i.e = take(), give(i.e);
  if (i.t >= 0) give(i.t);
  g_.out_.code.push_back(i);
}

/// Pairwise, so that the depth is logarithmic.
void Evaluator::join_vectors() {
  const int vectors = extent_.back();
  for (int step = 1; step < vectors; step *= 2)
    for (int p = 0; p < points_; ++p)
      if (p % vectors % (2 * step) == 0 && p % vectors + step < vectors) combine(accumulators_[p], accumulators_[p + step]);
  for (int p = 0; p < points_; ++p)
    if (p % vectors) give(accumulators_[p]);
}

/// Of sums and extrema, by an instruction.
bool Evaluator::reduce_lanes() {
  const Combine &c = *g_.combine_;
  Node node;
  node.op = c.op;
  const VOp op = form_of(g_.nest_, c.select < 0 ? node : g_.nest_.nodes[c.select]).op;
  if (!g_.target_.ordered_sums || (op != VOp::VAdd && op != VOp::VMax && op != VOp::VMin)) return false;
  const int none = op == VOp::VAdd ? take() : -1;
  if (none >= 0) {
    VInst &i = g_.emit(VOp::VConst);
    i.d = none, i.value = c.neutral;
  }
  for (int p = 0; p < points_; p += extent_.back()) {
    VInst &i = g_.emit(VOp::VReduce);
    i.d = i.a = accumulators_[p], i.b = none < 0 ? i.a : none, i.imm = int64_t(op);
  }
  if (none >= 0) give(none);
  return true;
}

/// Halves, row beside row: the chains of different rows overlap.
void Evaluator::join_lanes() {
  if (reduce_lanes()) return;
  for (int half = g_.lanes() / 2; half >= 1; half /= 2)
    for (int p = 0; p < points_; p += extent_.back()) {
      const int upper = take();
      VInst &i = g_.emit(VOp::VFold);
      i.d = upper, i.a = accumulators_[p], i.imm = half;
      combine(accumulators_[p], upper);
      give(upper);
    }
}

} // namespace vecwrap
