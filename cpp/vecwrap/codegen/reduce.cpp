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

void Evaluator::fold(int d, int a, int64_t half) {
  VInst &i = g_.emit(VOp::VFold);
  i.d = d, i.a = a, i.imm = half;
}

/// a's lanes become those of both, half as many of each.
void Evaluator::join_zipped(int a, int b) {
  const int lower = take();
  for (const VOp op : {VOp::VZipLo, VOp::VZipHi}) {
    VInst &i = g_.emit(op);
    i.d = op == VOp::VZipLo ? lower : a, i.a = a, i.b = b;
  }
  combine(a, lower);
  give(lower);
}

/// As many rows as a piece has lanes: each gets one lane of the first register's pieces, which are joined, then a register again.
/// (16 lanes, four rows: 16 operations; one after the other 32.)
void Evaluator::join_block(const std::vector<int> &rows) {
  const int unit = int(rows.size()), first = rows[0];
  for (int apart = unit / 2; apart >= 1; apart /= 2)
    for (int q = 0; q < apart; ++q) join_zipped(rows[q], rows[q + apart]);
  join_halves({first}, unit);
  for (int apart = unit / 2; apart >= 1; apart /= 2)
    for (int q = 0; q < unit; q += 2 * apart) fold(rows[q + apart], rows[q], apart);
}

/// Halves, row beside row, down to `least` lanes: the chains of different rows overlap.
void Evaluator::join_halves(const std::vector<int> &rows, int least) {
  for (int half = g_.lanes() / 2; half >= least; half /= 2)
    for (int row : rows) {
      const int upper = take();
      fold(upper, row, half);
      combine(row, upper);
      give(upper);
    }
}

void Evaluator::join_lanes() {
  if (reduce_lanes()) return;
  std::vector<int> rows;
  for (int p = 0; p < points_; p += extent_.back()) rows.push_back(accumulators_[p]);
  for (; !g_.has_uniforms() && int(rows.size()) >= g_.unit(); rows.erase(rows.begin(), rows.begin() + g_.unit()))
    join_block({rows.begin(), rows.begin() + g_.unit()});
  join_halves(rows, 1);
}

} // namespace vecwrap
