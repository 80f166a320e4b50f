// Which value is in which register, from its first use to its last.
#include "codegen/evaluate.h"
#include <algorithm>
#include <utility>

namespace vecwrap {
namespace {

constexpr int kConstantRegisters = 2; ///< more constants than this are read where they are used, as operands,
constexpr int kSpread = 18;           ///< scalar registers that values are spread over: those that nobody has to save
constexpr int kWords = 8;             ///< the same of integers, which share their registers with addresses
constexpr int kScarce = 6;            ///< and so is any where fewer registers are left

} // namespace

int Evaluator::take(bool uniform) {
  Pool &p = pool(uniform);
  p.peak = std::max(p.peak, ++p.live);
  const bool fresh = g_.has_uniforms() && p.next < (uniform ? std::min(p.limit, wraps(g_.nest_.type) ? kWords : kSpread) : p.limit); // loads may go ahead
  if (!p.free.empty() && !fresh) {
    const auto at = g_.has_uniforms() ? p.free.begin() : p.free.end() - 1;
    const int reg = *at;
    p.free.erase(at);
    return reg;
  }
  if (p.next >= p.limit)
    if (const int reg = take_from_known(uniform); reg >= 0) return --p.live, reg;
  if (p.next >= p.limit) g_.fail("registers", "the register tile needs more than " + std::to_string(p.limit) + " " +
                                                  (uniform ? "scalar" : "vector") + " registers; use a smaller tile");
  return p.first + p.next++;
}

std::vector<int> Evaluator::unused() const {
  if (!carried_.empty()) return {};
  std::vector<int> list = vectors_.free;
  for (int reg = vectors_.next; reg < vectors_.limit; ++reg) list.push_back(vectors_.first + reg);
  return list;
}

void Evaluator::give(int reg) {
  Pool &p = pool(is_uniform(reg));
  p.free.push_back(reg), --p.live;
}

/// A constant, or else a load, gives its register up and is made again at its next use, unless an operation in work holds it;
/// -1 if none.
int Evaluator::take_from_known(bool uniform) {
  for (const Op op : {Op::Const, Op::Load}) {
    int found = -1;
    values_.each([&](Key k, Value &value) {
      if (found < 0 && value.reg >= 0 && is_uniform(value.reg) == uniform && g_.nest_.nodes[k / points_].op == op &&
          (op == Op::Const || is_loaded_again(k / points_)) && std::find(held_.begin(), held_.end(), value.reg) == held_.end())
        found = std::exchange(value.reg, -1);
    });
    if (found >= 0) return found;
  }
  return -1;
}

/// One vector of one point: what several points share is what a smaller tile has less of.
bool Evaluator::is_loaded_again(int load) const {
  const int access = g_.nest_.nodes[load].access;
  return g_.nest_.update < 0 && (points_ == 1 || is_own(load)) && !g_.nest_.converts(access) && !is_strided(access);
}

void Evaluator::count_uses(int node, int point) {
  if (is_acc(node) && !last_uses_.empty()) ++last_uses_[point];
  if (is_acc(node) || is_place(node) || is_hoisted(key(node, point))) return;
  if (values_[key(node, point)].uses++) return;
  for (int i = 0; i < forms_[node].operands; ++i) count_uses(forms_[node].in[i], point);
}

void Evaluator::begin(int root) {
  values_.clear();
  g_.indices_.clear();
  for (int p : active_) count_uses(root, p);
  take_carried();
  int constants = 0;
  values_.each([&](Key k, Value &) { constants += is_operand(g_.nest_.nodes[k / points_]); });
  const Pool &p = pool(g_.has_uniforms());
  folds_ = g_.has_uniforms() ? p.limit - p.live < kScarce + constants : constants > kConstantRegisters || p.limit - p.live < kScarce;
  plan_interleaving(root);
}

int Evaluator::value(int node, int point) {
  if (is_acc(node)) return accumulators_[point];
  if (is_place(node)) return places_[point];
  const Key k = key(node, point);
  if (const Value *hoisted = hoisted_.find(k)) return hoisted->reg;
  if (values_[k].reg < 0) {
    const Node &n = g_.nest_.nodes[node];
    if (n.op == Op::Load && in_segments(n.access) && load_segment(node, point) && values_[k].reg >= 0) return values_[k].reg;
    if (n.op == Op::Load && load_joined(node, point)) return values_[k].reg;
    n.op == Op::Load && in_block(n.access, point) ? load_block(node, point) : compute(node, point, -1);
  }
  return values_[k].reg;
}

void Evaluator::release(int node, int point) {
  if (is_acc(node) && !last_uses_.empty() && --last_uses_[point] == 0) give(accumulators_[point]), dead_.push_back(accumulators_[point]);
  if (is_acc(node) || is_place(node) || is_hoisted(key(node, point))) return;
  Value &v = values_[key(node, point)];
  if (--v.uses == 0 && v.reg >= 0) give(v.reg), v.reg = -1;
}

void Evaluator::revive() {
  for (int reg : dead_) {
    Pool &p = pool(is_uniform(reg));
    p.free.erase(std::find(p.free.begin(), p.free.end(), reg)), ++p.live;
  }
  dead_.clear();
}

/// Sums in order have one for each row.
void Evaluator::allocate_accumulators() {
  const bool scalars = g_.has_uniforms() && g_.tree_.vector < 0;
  const int each = g_.in_order_ < 0 ? 1 : extent_.back();
  for (int p = 0; p < points_ && !g_.failed_; ++p) accumulators_.push_back(p % each ? accumulators_.back() : take(scalars));
}

/// A load can be a memory operand if nothing else uses it and the whole register is read; a constant, if registers are
/// short.
bool Evaluator::foldable(int node, int point) {
  const Node &n = g_.nest_.nodes[node];
  if (is_operand(n)) return folds_ && !is_hoisted(key(node, point)) && values_[key(node, point)].reg < 0;
  if (g_.has_uniforms() || n.op != Op::Load || is_hoisted(key(node, point)) || values_[key(node, point)].uses != 1) return false;
  if (values_[key(node, point)].reg >= 0) return false;
  if (g_.nest_.converts(n.access) || is_strided(n.access) || is_group(n.access) || (is_along(n.access) && g_.widens(n.access))) return false;
  if (g_.tree_.vector < 0) return g_.out_.lanes == 1 && !wraps(g_.nest_.type_of(node)); // scalar code has whole registers of integers
  if (is_broadcast(n.access)) return g_.target_.isa == Isa::Avx512;
  return lanes(point) == Lanes::All && g_.target_.isa != Isa::Sse; // whose operands in memory are aligned
}

bool Evaluator::foldable_operand(int node, int operand, int point) {
  const VOp op = forms_[node].op;
  const int in = forms_[node].in[operand];
  const bool commutes = op == VOp::VAdd || op == VOp::VMul || op == VOp::VFma || op == VOp::VAnd || op == VOp::VOr || op == VOp::VXor;
  const bool second = op == VOp::VSub || op == VOp::VDiv || op == VOp::VMax || op == VOp::VMin ||
                      (op == VOp::VDot && !g_.dot_->form.apart);
  const bool addend = operand == 2 && op == VOp::VFma && g_.nest_.nodes[in].op == Op::Const;
  return ((commutes && operand <= 1) || (second && operand == 1) || addend) && foldable(in, point);
}

} // namespace vecwrap
