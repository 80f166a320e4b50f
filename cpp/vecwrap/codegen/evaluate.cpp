#include "codegen/evaluate.h"
#include <algorithm>
#include <numeric>
#include <utility>

namespace vecwrap {
namespace {

constexpr int kConstantRegisters = 2; ///< more constants than this are read where they are used, as operands,
constexpr int kStridedTemporaries = 2;
constexpr int kScarce = 6;            ///< and so is any where fewer registers are left

} // namespace

Evaluator::Evaluator(Generator &g, int registers) : g_(g), registers_(registers), vectors_{registers}, uniforms_{g.target_.scalar_regs, kUniform} {
  for (int l = g.tree_.tile; l < int(g.tree_.loops.size()); ++l) {
    const bool vector = l == g.tree_.vector;
    const int64_t chunk = within_tile(l).value;
    extent_.push_back(int(vector ? (chunk + g.lanes() - 1) / g.lanes() : chunk));
    tile_loops_.push_back(l);
    points_ *= extent_.back();
  }
  for (const Node &n : g.nest_.nodes) {
    uint64_t dims = 0;
    if (n.op == Op::Load)
      for (size_t d = 0; d < g.nest_.dims.size(); ++d)
        if (!g.nest_.still(n.access, int(d))) dims |= uint64_t(1) << d;
    if (n.op == Op::Acc) dims = ~uint64_t(0);
    for (int i = 0; i < info_of(n.op).operands; ++i) dims |= dims_of_[n.in[i]];
    dims_of_.push_back(dims);
    forms_.push_back(form_of(n));
    plan_order(forms_.back());
  }
  take_chunk();
}

/// The operand that needs most registers comes first, so that no other waits in one of its own: Sethi and Ullman, The
/// generation of optimal code for arithmetic expressions, 1970.
void Evaluator::plan_order(const Form &form) {
  const auto need = [&](int operand) { return needs_[form.in[operand]]; };
  std::vector<int> order(form.operands);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return need(a) > need(b); });
  int most = 1;
  for (int i = 0; i < form.operands; ++i) most = std::max(most, need(order[i]) + i);
  needs_.push_back(most), order_.push_back(std::move(order));
}

/// Is the current chunk of the tile loop's dim what one run of the loop covers? If not, a loop of the scope cuts that.
bool Evaluator::is_whole(int l) const {
  const Loop &loop = g_.tree_.loops[l];
  const Count &chunk = g_.chunk_[loop.dim];
  return chunk.is_const() && (chunk.tail >= 0 || chunk.value <= loop.chunk.value);
}

Count Evaluator::within_tile(int l) const {
  return is_whole(l) ? g_.chunk_[g_.tree_.loops[l].dim] : Count{g_.tree_.loops[l].chunk.value};
}

std::vector<int64_t> Evaluator::index(int point) const {
  std::vector<int64_t> index(g_.nest_.dims.size());
  for (int t = int(extent_.size()) - 1; t >= 0; --t) {
    const int64_t at = point % extent_[t];
    index[g_.tree_.loops[tile_loops_[t]].dim] = tile_loops_[t] == g_.tree_.vector ? at * g_.lanes() : at;
    point /= extent_[t];
  }
  return index;
}

void Evaluator::take_chunk() {
  rows_ = false, active_.clear();
  if (g_.tree_.vector >= 0) chunk_ = within_tile(g_.tree_.vector);
  for (int p = 0; p < points_; ++p)
    if (g_.tree_.vector < 0 || p % extent_.back() * g_.lanes() < chunk_.value) active_.push_back(p);
}

bool Evaluator::is_partial() const { return g_.tree_.vector >= 0 && (chunk_.tail >= 0 || chunk_.value % g_.lanes()); }

/// All lanes, unless this is the last, partial vector of the chunk.
Lanes Evaluator::lanes(int point) const {
  if (g_.tree_.vector < 0 || rows_) return Lanes::One;
  const bool last = (point % extent_.back() + 1) * g_.lanes() >= chunk_.value;
  return last && is_partial() ? Lanes::Tail : Lanes::All;
}

void Evaluator::set_tail() {
  if (!is_partial()) return;
  VInst &i = g_.emit(VOp::VTail);
  i.a = chunk_.tail, i.value2 = chunk_.value % g_.lanes();
}

/// Points that differ only along dims the node does not move along share its value.
Evaluator::Key Evaluator::key(int node, int point) const {
  int canonical = 0, radix = 1, rest = point;
  for (int t = int(extent_.size()) - 1; t >= 0; --t) {
    if (dims_of_[node] >> g_.tree_.loops[tile_loops_[t]].dim & 1) canonical += rest % extent_[t] * radix;
    rest /= extent_[t], radix *= extent_[t];
  }
  return node * points_ + canonical;
}

/// What does not move along the lanes needs no vector where scalars have registers of their own.
bool Evaluator::stands_still(int node) const {
  if (!g_.has_uniforms()) return false;
  if (g_.tree_.vector < 0) return true;
  return !is_acc(node) && (rows_ ? !uses_acc(g_.nest_, node) : !(dims_of_[node] >> g_.vector_dim() & 1));
}

int Evaluator::take(bool uniform) {
  Pool &p = pool(uniform);
  p.peak = std::max(p.peak, ++p.live);
  if (!p.free.empty()) {
    const int reg = p.free.back();
    p.free.pop_back();
    return reg;
  }
  if (p.next >= p.limit)
    if (const int reg = take_from_constant(uniform); reg >= 0) return --p.live, reg;
  if (p.next >= p.limit) g_.fail("registers", "the register tile needs more than " + std::to_string(p.limit) + " " +
                                                  (uniform ? "scalar" : "vector") + " registers; use a smaller tile");
  return p.first + p.next++;
}

void Evaluator::give(int reg) {
  Pool &p = pool(is_uniform(reg));
  p.free.push_back(reg), --p.live;
}

/// A constant gives its register up and is made again at its next use, unless an operation in work holds it; -1 if none.
int Evaluator::take_from_constant(bool uniform) {
  for (auto &[k, value] : values_)
    if (value.reg >= 0 && is_uniform(value.reg) == uniform && g_.nest_.nodes[k / points_].op == Op::Const &&
        std::find(held_.begin(), held_.end(), value.reg) == held_.end())
      return std::exchange(value.reg, -1);
  return -1;
}

void Evaluator::count_uses(int node, int point) {
  if (is_acc(node) && !last_uses_.empty()) ++last_uses_[point];
  if (is_acc(node) || is_hoisted(key(node, point))) return;
  if (values_[key(node, point)].uses++) return;
  for (int i = 0; i < forms_[node].operands; ++i) count_uses(forms_[node].in[i], point);
}

void Evaluator::begin(int root) {
  values_.clear();
  g_.indices_.clear();
  for (int p : active_) count_uses(root, p);
  take_carried();
  int constants = 0;
  for (const auto &[k, value] : values_) constants += is_operand(g_.nest_.nodes[k / points_]);
  const Pool &p = pool(g_.has_uniforms());
  folds_ = g_.has_uniforms() ? p.limit - p.live < kScarce + constants : constants > kConstantRegisters || p.limit - p.live < kScarce;
  plan_interleaving(root);
}

int Evaluator::value(int node, int point) {
  if (is_acc(node)) return accumulators_[point];
  const Key k = key(node, point);
  if (auto it = hoisted_.find(k); it != hoisted_.end()) return it->second;
  if (values_[k].reg < 0) {
    const Node &n = g_.nest_.nodes[node];
    n.op == Op::Load && in_block(n.access, point) ? load_block(node, point) : compute(node, point, -1);
  }
  return values_[k].reg;
}

void Evaluator::release(int node, int point) {
  if (is_acc(node) && !last_uses_.empty() && --last_uses_[point] == 0) give(accumulators_[point]), dead_.push_back(accumulators_[point]);
  if (is_acc(node) || is_hoisted(key(node, point))) return;
  Value &v = values_[key(node, point)];
  if (--v.uses == 0 && v.reg >= 0) give(v.reg), v.reg = -1;
}

/// A load can be a memory operand if nothing else uses it and the whole register is read; a constant, if registers are
/// short.
bool Evaluator::foldable(int node, int point) {
  const Node &n = g_.nest_.nodes[node];
  if (is_operand(n)) return folds_ && !is_hoisted(key(node, point)) && values_[key(node, point)].reg < 0;
  if (g_.has_uniforms() || n.op != Op::Load || is_hoisted(key(node, point)) || values_[key(node, point)].uses != 1) return false;
  if (values_[key(node, point)].reg >= 0) return false;
  if (g_.nest_.converts(n.access) || is_strided(n.access)) return false;
  if (g_.tree_.vector < 0) return g_.out_.lanes == 1;
  if (is_broadcast(n.access)) return g_.target_.isa == Isa::Avx512;
  return lanes(point) == Lanes::All;
}

bool Evaluator::foldable_operand(int node, int operand, int point) {
  const VOp op = forms_[node].op;
  const int in = forms_[node].in[operand];
  const bool commutes = op == VOp::VAdd || op == VOp::VMul || op == VOp::VFma;
  const bool second = op == VOp::VSub || op == VOp::VDiv || op == VOp::VMax || op == VOp::VMin;
  const bool addend = operand == 2 && op == VOp::VFma && g_.nest_.nodes[in].op == Op::Const;
  return ((commutes && operand <= 1) || (second && operand == 1) || addend) && foldable(in, point);
}

/// Does one element fill all lanes, or the one that counts?
bool Evaluator::is_broadcast(int id) const { return g_.tree_.vector >= 0 && (rows_ || g_.nest_.still(id, g_.vector_dim())); }

/// The same; refuses what vector code does not convert.
bool Evaluator::broadcast(int id) {
  if (g_.nest_.converts(id)) g_.check_conversion(g_.nest_, id, g_.tree_.vector < 0 || is_broadcast(id));
  if (g_.tree_.vector < 0) return false;
  if (is_broadcast(id)) return true;
  const int index = g_.nest_.accesses[id].index;
  if (g_.reaches_strides() && index >= 0 && !g_.nest_.still(index, g_.vector_dim()))
    g_.fail("vector-stride", "the index of tensor '" + g_.nest_.tensors[g_.nest_.accesses[id].tensor].name +
                                 "' moves along the vectorized loop; vectorize another loop");
  return false;
}

/// The type in memory, where that is not the nest's.
std::optional<Type> Evaluator::conversion(int id) const {
  return g_.nest_.converts(id) ? std::optional(g_.nest_.stored(id)) : std::nullopt;
}

void Evaluator::load(int node, int point, int dest) {
  const int id = g_.nest_.nodes[node].access;
  if (is_strided(id)) return broadcast(id), load_strided(id, point, dest);
  const Mem mem = g_.address(id, index(point));
  const int temporary = g_.nest_.converts(id) && !g_.has_uniforms() ? take() : -1;
  VInst &i = g_.emit(broadcast(id) ? VOp::VBcast : VOp::VLoad);
  i.d = dest, i.t = temporary, i.mem = mem, i.lanes = lanes(point), i.stored = conversion(id);
  if (i.op == VOp::VLoad) i.stride = g_.lane_stride(id, g_.vector_dim());
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
  v.a = in[0], v.b = in[1], v.c = in[2], v.e = in[3], v.value = n.value, v.pred = n.pred;
  if (g_.has_uniforms()) v.lanes = lanes(point);
  v.mem_operand = memory;
  name_constant(v, form, g_.nest_);
  if (!uniform && g_.needs_temporary(v)) v.t = take();
  held_.resize(held);
  for (int i = 0; i < operands; ++i) release(form.in[i], point);
  const int d = dest >= 0 ? dest : take(uniform);
  if (dest < 0) values_[key(node, point)].reg = d;
  if (v.t >= 0) give(v.t);
  if (n.op == Op::Load) return load(node, point, d);
  v.d = d;
  if (operand) {
    v.mem = mem;
    v.mem_const = operand->op == Op::Const, v.value = operand->value;
    v.mem_bcast = !v.mem_const && broadcast(operand->access);
  }
  g_.out_.code.push_back(v);
}

void Evaluator::allocate_accumulators() {
  const bool scalars = g_.has_uniforms() && g_.tree_.vector < 0;
  for (int p = 0; p < points_ && !g_.failed_; ++p) accumulators_.push_back(take(scalars));
}

/// In-order cores wait for a load where its value is used: as many as registers are spare come first.
void Evaluator::load_early() {
  int spare = early_;
  for (int p : active_)
    for (size_t n = 0; n < g_.nest_.nodes.size() && spare > 0; ++n) {
      if (g_.nest_.nodes[n].op != Op::Load || !stands_still(int(n))) continue;
      const auto it = values_.find(key(int(n), p));
      if (it != values_.end() && it->second.reg < 0) value(int(n), p), --spare;
    }
}

void Evaluator::into_accumulators(int root) {
  begin(root);
  load_early();
  const Op op = g_.nest_.nodes[root].op;
  const bool splat = stands_still(root) && g_.tree_.vector >= 0; // one scalar for all lanes
  for (size_t a = 0; a < active_.size(); ++a) {
    interleave(root, a);
    if (g_.failed_) return;
    const int p = active_[a], dest = accumulators_[p];
    if (g_.combine_ && lanes(p) == Lanes::Tail) { // lanes past the end keep what they hold
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
}

void Evaluator::store_register(int reg, int id, int point) {
  if (broadcast(id) && !rows_) g_.fail("vector-stride", "the output stands still along the vectorized loop; vectorize another loop");
  const Mem mem = g_.address(id, index(point));
  const bool splat = is_uniform(reg) && g_.tree_.vector >= 0 && !rows_, converts = g_.nest_.converts(id) && !g_.has_uniforms();
  const int temporary = splat || converts ? take() : -1, second = converts ? take() : -1;
  if (splat) { VInst &i = g_.emit(VOp::VMov); i.d = temporary, i.a = reg; }
  VInst &i = g_.emit(VOp::VStore);
  i.a = splat ? temporary : reg, i.t = temporary, i.e = second, i.mem = mem, i.lanes = lanes(point), i.stored = conversion(id);
  i.stride = rows_ ? -1 : g_.lane_stride(id, g_.vector_dim());
  i.stream = g_.streams_ && id == g_.nest_.out && i.lanes == Lanes::All && !g_.partial_sums();
  for (int t : {temporary, second})
    if (t >= 0) give(t);
}

void Evaluator::store(int root, int access) {
  last_uses_.assign(points_, 0);
  begin(root);
  if (is_strided(access)) broadcast(access), store_strided(root, access);
  else for (size_t a = 0; a < active_.size(); ++a) {
    interleave(root, a);
    if (g_.failed_) return;
    store_register(value(root, active_[a]), access, active_[a]);
    release(root, active_[a]);
  }
  last_uses_.clear();
}

void Evaluator::revive() {
  for (int reg : dead_) {
    Pool &p = pool(is_uniform(reg));
    p.free.erase(std::find(p.free.begin(), p.free.end(), reg)), ++p.live;
  }
  dead_.clear();
}

/// Registers that evaluating `root` takes at its peak (Pool::peak), measured by a dry run.
void Evaluator::measure(int root) {
  const std::vector<VInst> code = g_.out_.code;
  const auto pointers = g_.pointers();
  const size_t prologue = g_.shared_.prologue.size();
  const int scalars = g_.out_.scalars, limits[] = {vectors_.limit, uniforms_.limit};
  for (Pool *p : {&vectors_, &uniforms_}) p->limit = 1 << 20, p->peak = p->live;
  g_.as_unrolled([&] { into_accumulators(root); });
  carried_.clear();
  g_.out_.code = code;
  if (g_.shared_.prologue.size() == prologue) g_.out_.scalars = scalars; // else some are set there, once
  g_.restore(pointers);
  for (Pool *p : {&vectors_, &uniforms_}) {
    p->limit = limits[p == &uniforms_], p->next = 0, p->free.clear();
    std::vector<bool> used;
    auto mark = [&](int reg) {
      if (pool(is_uniform(reg)).first != p->first) return;
      reg -= p->first;
      if (reg >= int(used.size())) used.resize(reg + 1);
      used[reg] = true;
    };
    for (int reg : accumulators_) mark(reg);
    for (auto &[k, reg] : hoisted_) mark(reg);
    p->next = int(used.size());
    for (int reg = 0; reg < p->next; ++reg)
      if (!used[reg]) p->free.push_back(p->first + reg);
  }
}

void Evaluator::hoist(int root) {
  uint64_t moving = 0;
  for (int l = g_.tree_.scope; l < g_.tree_.tile; ++l) moving |= uint64_t(1) << g_.tree_.loops[l].dim;
  if (!moving) return;
  begin(root);
  std::map<int, std::vector<std::pair<Key, int>>> candidates; // node -> its distinct values
  for (size_t n = 0; n < g_.nest_.nodes.size(); ++n) {
    if ((dims_of_[n] & moving) || is_acc(int(n))) continue;
    std::map<Key, int> keys;
    for (int p : active_)
      if (auto it = values_.find(key(int(n), p)); it != values_.end() && it->second.uses) keys.try_emplace(it->first, p);
    if (!keys.empty()) candidates[int(n)].assign(keys.begin(), keys.end());
  }
  std::vector<bool> reached(g_.nest_.nodes.size());
  for (auto &[k, v] : values_) reached[k / points_] = true;
  auto inner = [&](int n) { // part of a larger expression that is hoisted
    for (size_t u = 0; u < g_.nest_.nodes.size(); ++u)
      for (int i = 0; i < forms_[u].operands; ++i)
        if (forms_[u].in[i] == n && !candidates.count(int(u)) && reached[u]) return false;
    return n != root;
  };
  measure(root);
  int spare[] = {vectors_.limit - vectors_.peak - (strided_loads() ? kStridedTemporaries : 0), uniforms_.limit - uniforms_.peak};
  for (auto &[n, keys] : candidates) {
    int &left = spare[stands_still(n)];
    if (g_.failed_ || inner(n) || int(keys.size()) > left) continue;
    begin(n);
    for (auto [k, p] : keys) {
      value(n, p);
      hoisted_[k] = values_[k].reg;
    }
    for (auto [k, p] : keys) values_.erase(k);
    left -= int(keys.size());
  }
  values_.clear();
  early_ = std::max(spare[true], 0);
}

void Evaluator::drop_hoisted() {
  for (auto &[k, reg] : hoisted_) give(reg);
  hoisted_.clear(), early_ = 0;
}

} // namespace vecwrap
