// Expressions over the points of the register tile, node by node.
#include "codegen/evaluate.h"
#include <tuple>

namespace vecwrap {

/// Does one element fill all lanes, or the one that counts?
bool Evaluator::is_broadcast(int id) const { return g_.tree_.vector >= 0 && (rows_ || g_.nest_.still(id, g_.vector_dim())); }

/// The same; refuses what vector code does not convert.
bool Evaluator::broadcast(int id) {
  if (g_.nest_.converts(id)) g_.check_conversion(g_.nest_, id, g_.tree_.vector < 0 || is_broadcast(id));
  if (g_.tree_.vector < 0) return false;
  if (is_broadcast(id)) return true;
  return false;
}

/// The type in memory, where that is not the nest's.
std::optional<Type> Evaluator::conversion(int id) const {
  return g_.nest_.converts(id) ? std::optional(g_.nest_.stored(id)) : std::nullopt;
}

void Evaluator::load(int node, int point, int dest) {
  const int id = g_.nest_.nodes[node].access;
  if (is_group(id)) return load_group(node, point, dest);
  if (is_along(id)) return load_row(node, point, dest);
  if (is_strided(id)) return broadcast(id), load_strided(id, point, dest);
  const bool gathered = is_gathered(id);
  const Mem mem = gathered ? g_.direct(id, index(point)) : g_.address(id, index(point));
  const bool narrow = g_.stays_narrow(node);
  const int temporary = g_.nest_.converts(id) && !is_uniform(dest) && g_.loads_apart(g_.nest_.stored(id), narrow) ? take() : -1;
  if (gathered) load_indices(id, point);
  VInst &i = g_.emit(broadcast(id) ? VOp::VBcast : VOp::VLoad);
  i.d = dest, i.t = temporary, i.mem = mem, i.lanes = lanes(point), i.type = g_.nest_.accesses[id].as, i.stored = conversion(id), i.narrow = narrow, i.indexed = gathered;
  if (i.op == VOp::VLoad && !gathered) i.stride = g_.lane_stride(id, g_.vector_dim());
  if (temporary >= 0) give(temporary);
}

/// Emits one node. dest < 0: into a fresh register, remembered for later points.
void Evaluator::compute(int node, int point, int dest) {
  if (g_.failed_) return;
  const Node n = g_.nest_.nodes[node];
  const Form form = forms_[node];
  const int operands = form.operands;
  int memory = -1;
  for (int i = operands - 1; i >= 0 && memory < 0; --i)
    if (foldable_operand(node, i, point)) memory = i;
  int in[4] = {-1, -1, -1, -1};
  const size_t held = held_.size();
  for (int i : order_[node])
    if (i != memory) held_.push_back(in[i] = value(form.in[i], point));
  const Node *operand = memory >= 0 ? &g_.nest_.nodes[form.in[memory]] : nullptr;
  Mem mem;
  if (operand && operand->op == Op::Load) mem = g_.address(operand->access, index(point));
  const bool uniform = stands_still(node);
  VInst v{form.op};
  v.a = in[0], v.b = in[1], v.c = in[2], v.e = in[3], v.value = n.value, v.pred = n.pred, v.imm = form.imm;
  if (g_.has_uniforms()) v.lanes = lanes(point);
  v.mem_operand = memory, v.type = n.type, v.words = g_.multiplies_words(node);
  if (v.op == VOp::VCast) v.other = g_.nest_.type_of(n.in[0]);
  if (v.op == VOp::VDot) v.stored = g_.dot_->types[0], v.other = g_.dot_->types[1];
  if (v.op == VOp::VWiden) std::tie(v.stored, v.other) = g_.factors(node);
  name_constant(v, form, g_.nest_);
  if (!uniform && (g_.needs_temporary(v) || (v.op == VOp::VWiden && dest < 0))) v.t = take();
  if (g_.needs_second(v)) v.e = take();
  held_.resize(held);
  for (int i = 0; i < operands; ++i) release(form.in[i], point);
  const int d = dest >= 0 ? dest : take(uniform);
  if (dest < 0) values_[key(node, point)].reg = d;
  if (v.t >= 0) give(v.t);
  if (g_.needs_second(v)) give(v.e);
  if (n.op == Op::Load) return load(node, point, d);
  v.d = d;
  if (operand) {
    v.mem = mem;
    v.mem_const = operand->op == Op::Const, v.value = operand->value;
    v.mem_bcast = !v.mem_const && broadcast(operand->access);
  }
  g_.out_.code.push_back(v);
}

/// In-order cores wait for a load where its value is used: as many as registers are spare come first.
void Evaluator::load_early() {
  int spare = early_;
  for (int p : active_)
    for (size_t n = 0; n < g_.nest_.nodes.size() && spare > 0; ++n) {
      if (g_.nest_.nodes[n].op != Op::Load || !stands_still(int(n))) continue;
      const Value *known = values_.find(key(int(n), p));
      if (known && known->reg < 0) value(int(n), p), --spare;
    }
}

/// Cores that execute in order load the next column while they compute one.
std::vector<int> Evaluator::by_column() const {
  std::vector<int> order = active_;
  const int columns = extent_.empty() ? 1 : extent_.back();
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return a % columns < b % columns; });
  return order;
}

/// Undisturbed vectors: does one instruction, the last one, write the accumulator?
bool Evaluator::joins_in_place(int root, int point) {
  const auto apart = [&](int operand) { return is_acc(operand) || !uses_acc(g_.nest_, operand); };
  const Form &form = forms_[root];
  bool all = g_.out_.undisturbed && values_[key(root, point)].uses == 1 && !is_hoisted(key(root, point)) && !stands_still(root);
  for (int k = 0; k < form.operands; ++k) all = all && apart(form.in[k]);
  return all && form.operands > 1 && form.op != VOp::VWiden;
}

void Evaluator::into_accumulators(int root) {
  begin(root);
  const bool offsets = zeros_ >= 0 && root == g_.nest_.update;
  if (offsets) for_each_other([&](int p, Key) { count_uses(g_.dot_->other, p); });
  const bool places = number_ >= 0 && root == g_.nest_.update;
  if (places) count_places();
  load_early();
  if (offsets) add_offsets();
  const Op op = g_.nest_.nodes[root].op;
  const bool splat = stands_still(root) && g_.tree_.vector >= 0; // one scalar for all lanes
  const std::vector<int> order = g_.has_uniforms() ? by_column() : active_;
  for (size_t a = 0; a < order.size(); ++a) {
    interleave(root, a);
    if (g_.failed_) return;
    const int p = order[a], dest = accumulators_[p];
    if (places) keep_place(p);
    if (g_.in_order_ >= 0 && !rows_) {
      add_in_order(p);
      continue;
    }
    if (g_.combine_ && lanes(p) == Lanes::Tail && joins_in_place(root, p)) {
      compute(root, p, dest);
      continue;
    }
    if (g_.combine_ && lanes(p) == Lanes::Tail && !g_.sums_in_lanes()) { // lanes past the end keep what they hold
      const int reg = value(root, p);
      VInst &i = g_.emit(VOp::VMerge);
      i.d = dest, i.a = reg;
      release(root, p);
      continue;
    }
    const bool block = op == Op::Load && in_block(g_.nest_.nodes[root].access, p);
    if (op == Op::Load && !block && !splat) { load(root, p, dest); continue; }
    const bool once = op != Op::Acc && !block && !is_hoisted(key(root, p)) && values_[key(root, p)].uses == 1;
    if (!splat && (op == Op::Const || once)) {
      compute(root, p, dest);
      continue;
    }
    const int reg = value(root, p);
    if (reg != dest) { VInst &i = g_.emit(VOp::VMov); i.d = dest, i.a = reg; }
    release(root, p);
  }
  if (places) next_place();
}

void Evaluator::store_register(int reg, int id, int point) {
  if (broadcast(id) && !rows_) g_.fail("vector-stride", "the output stands still along the vectorized loop; vectorize another loop");
  const Mem mem = g_.address(id, index(point));
  const bool vector = !g_.has_uniforms() || (g_.tree_.vector >= 0 && !rows_), splat = is_uniform(reg) && vector;
  const bool converts = g_.nest_.converts(id) && vector;
  const int temporary = splat || converts ? take() : -1, second = converts ? take() : -1;
  if (splat) { VInst &i = g_.emit(VOp::VMov); i.d = temporary, i.a = reg; }
  VInst &i = g_.emit(VOp::VStore);
  i.a = splat ? temporary : reg, i.t = temporary, i.e = second, i.mem = mem, i.lanes = lanes(point), i.type = g_.nest_.accesses[id].as, i.stored = conversion(id);
  i.stride = rows_ ? -1 : g_.lane_stride(id, g_.vector_dim());
  i.stream = g_.streams_ && id == g_.nest_.out && i.lanes == Lanes::All && !g_.partial_sums();
  for (int t : {temporary, second})
    if (t >= 0) give(t);
}

void Evaluator::store(int root, int access) {
  last_uses_.assign(points_, 0);
  begin(root);
  if (is_strided(access)) broadcast(access), store_strided(root, access);
  else if (in_segments(access)) store_segments(root, access);
  else for (size_t a = 0; a < active_.size(); ++a) {
    interleave(root, a);
    if (g_.failed_) return;
    store_register(value(root, active_[a]), access, active_[a]);
    release(root, active_[a]);
  }
  last_uses_.clear();
}

} // namespace vecwrap
