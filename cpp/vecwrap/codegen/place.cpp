// Places of extrema: a vector per accumulator, of the numbers of the reduction points that its lanes come from, and one of the
// number of the current point. Reduction loops keep the nest's order (may_reorder), so that counting them is enough.
#include "codegen/evaluate.h"

namespace vecwrap {

void Evaluator::start_places() {
  if (!keeps_place(g_.nest_)) return;
  const bool scalars = g_.has_uniforms() && g_.tree_.vector < 0;
  const auto constant = [&](double value) {
    const int reg = take(scalars);
    VInst &i = g_.emit(VOp::VConst);
    i.d = reg, i.value = value;
    return reg;
  };
  for (int p = 0; p < points_; ++p) places_.push_back(constant(-1));
  number_ = constant(0);
}

/// Of what is compared, one more use.
void Evaluator::count_places() {
  const Node &update = g_.nest_.nodes[g_.nest_.update];
  for (int p : active_)
    for (int operand : {0, 1}) count_uses(update.in[operand], p);
}

/// What the update is about to choose for the accumulator, chosen for its place.
void Evaluator::keep_place(int point) {
  if (g_.failed_) return;
  const Node update = g_.nest_.nodes[g_.nest_.update];
  const bool acc_first = is_acc(update.in[2]);
  VInst v{VOp::VSelect};
  const size_t held = held_.size();
  held_.push_back(v.a = value(update.in[0], point));
  held_.push_back(v.b = value(update.in[1], point));
  v.pred = update.pred, v.d = places_[point], v.c = acc_first ? v.d : number_, v.e = acc_first ? number_ : v.d;
  if (g_.has_uniforms()) v.lanes = lanes(point);
  if (!is_uniform(v.d) && g_.needs_temporary(v)) v.t = take();
  held_.resize(held);
  g_.out_.code.push_back(v);
  if (v.t >= 0) give(v.t);
  for (int operand : {0, 1}) release(update.in[operand], point);
}

void Evaluator::next_place() {
  const bool apart = g_.has_uniforms();
  const int one = apart ? take(true) : -1;
  if (apart) { VInst &i = g_.emit(VOp::VConst); i.d = one, i.value = 1; }
  VInst &i = g_.emit(VOp::VAdd);
  i.d = i.a = number_, i.b = one, i.value = 1;
  if (!apart) i.mem_operand = 1, i.mem_const = true;
  if (apart) give(one);
}

} // namespace vecwrap
