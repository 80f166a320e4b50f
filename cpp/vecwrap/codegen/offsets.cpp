// Step dot with a flipped operand: what the 128 that its elements have too much add to the sums. That is 128 times the sums of the other
// operand. If that one is packed for all reduction loops of the scope, they are added up once per buffer and kept behind it; else in
// registers, by one more instruction for each of its vectors.
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr double kZeroFlipped = -0x7f7f7f80; ///< a lane of zeros, flipped
constexpr int kChains = 8; ///< sums of one column side by side: as long as an instruction takes, twice as many begin

} // namespace

/// Is the other operand in a buffer whose sums are those of each scope inside? Then there is room for them behind it.
void Generator::plan_offsets() {
  Dot &dot = *dot_;
  if (dot.flip < 0) return;
  const auto b = std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer &b) { return b.access == nest_.nodes[dot.other].access; });
  if (b == buffers_.end() || vector_dim() < 0 || !nest_.contiguous(b->access, vector_dim())) return;
  std::vector<int64_t> capacity(nest_.dims.size(), 1);
  for (int l = int(tree_.loops.size()) - 1; l >= b->position; --l) {
    const int d = tree_.loops[l].dim;
    const bool in_scope = l >= tree_.scope && l < tree_.tile, moves = std::find(b->dims.begin(), b->dims.end(), d) != b->dims.end();
    if (is_reduction(d) != in_scope || (in_scope && !moves)) return;
    capacity[d] = tree_.loops[l].chunk.value;
  }
  std::vector<Int> strides(nest_.dims.size());
  int64_t bytes = esize();
  for (auto d = b->dims.rbegin(); d != b->dims.rend(); ++d) {
    if (is_reduction(*d)) continue;
    strides[*d] = Int::constant(bytes);
    bytes *= *d == vector_dim() ? (capacity[*d] + lanes() - 1) / lanes() * lanes() : capacity[*d];
  }
  if (out_.frame_bytes + bytes > target_.stack_bytes) return;
  dot.sums_at = out_.frame_bytes;
  out_.frame_bytes += (bytes + 63) / 64 * 64;
  dot.sums = nest_.add_access(nest_.add_tensor("sums of the packed operand"), strides);
}

bool Generator::has_sums(const Buffer &b) const { return dot_ && dot_->sums >= 0 && nest_.nodes[dot_->other].access == b.access; }

void Generator::sum_buffer(const Buffer &b) {
  if (!has_sums(b)) return;
  const int base = scalar();
  VInst &i = emit(VOp::SFrame);
  i.d = base, i.imm = dot_->sums_at;
  group(dot_->sums).pointers = {{{}, base}};
  std::vector<int> order = b.dims;
  std::stable_partition(order.begin(), order.end(), [&](int d) { return d != dot_->dim; });
  std::stable_partition(order.begin(), order.end(), [&](int d) { return !is_reduction(d); });
  const auto saved = pointers();
  sum_columns(order, 0);
  restore(saved);
}

/// Of one dim after the other: first those of the columns, then those of the sum.
void Generator::sum_columns(const std::vector<int> &order, size_t depth) {
  const int d = order[depth];
  const auto begun = [&] { return depth > 0 && is_reduction(order[depth - 1]); };
  if (is_reduction(d) && !begun()) {
    constant_vector(kChains, kZeroFlipped);
    for (int chain = 0; chain < kChains; ++chain) constant_vector(chain, 0);
  }
  if (d == dot_->dim) sum_groups();
  else over(d, rounded(whole(d), d == vector_dim() ? lanes() : 1), d == vector_dim() ? lanes() : 1, [&] { sum_columns(order, depth + 1); });
  if (is_reduction(d) && !begun()) store_sums();
}

/// Of one column and one point of the other reduction dims.
void Generator::sum_groups() {
  const int d = dot_->dim;
  const int64_t group = dot_->group;
  const Count total = rounded(chunk_[d], group);
  const auto add = [&](int chains, int64_t from) {
    std::vector<int64_t> index(nest_.dims.size());
    for (int chain = 0; chain < chains; ++chain) {
      index[d] = from + chain * group;
      add_offset(chain, address(nest_.nodes[dot_->other].access, index));
    }
  };
  const int64_t step = total.is_const() ? kChains * group : group;
  over(d, total, step, [&] { add(int(step / group), 0); });
  const int64_t rest = total.is_const() ? total.value % step : 0;
  add(int(rest / group), total.value - rest);
}

void Generator::add_offset(int chain, Mem mem) {
  VInst load{VOp::VLoad};
  load.d = kChains + 1, load.mem = mem;
  out_.code.push_back(load);
  multiply_flipped(chain, kChains, load.d);
}

/// sum += 128 times the vector's elements (or -128 times): what `zeros`, flipped ones, are multiplied to.
void Generator::multiply_flipped(int sum, int zeros, int vector) {
  const bool flip_first = dot_->operands[0] == dot_->flip;
  VInst &i = emit(VOp::VDot);
  i.d = i.c = sum, i.a = flip_first ? zeros : vector, i.b = flip_first ? vector : zeros;
  i.stored = dot_->types[0], i.other = dot_->types[1];
}

void Generator::store_sums() {
  for (int half = kChains / 2; half >= 1; half /= 2)
    for (int chain = 0; chain < half; ++chain) {
      VInst &i = emit(VOp::VAdd);
      i.d = i.a = chain, i.b = chain + half;
    }
  const Mem to = address(dot_->sums, std::vector<int64_t>(nest_.dims.size()));
  VInst &store = emit(VOp::VStore);
  store.a = 0, store.mem = to;
}

void Generator::constant_vector(int reg, double value) {
  VInst &i = emit(VOp::VConst);
  i.d = reg, i.value = value;
}

/// Whole units, the last one filled up.
Count Generator::rounded(Count total, int64_t unit) {
  if (unit == 1) return total;
  if (total.is_const()) return {(total.value + unit - 1) / unit * unit};
  return {0, add_imm(total.reg, unit - 1)};
}

/// Calls body(point, key) for each value of the operand that is multiplied with flipped ones.
void Evaluator::for_each_other(const std::function<void(int, Key)> &body) {
  std::map<Key, int> seen;
  for (int p : active_)
    if (seen.try_emplace(key(g_.dot_->other, p), p).second) body(p, key(g_.dot_->other, p));
}

/// Sums of 128 times each such value: what a row of flipped zeros would add up to.
void Evaluator::start_offsets() {
  if (!g_.dot_ || g_.dot_->flip < 0 || g_.dot_->sums >= 0) return;
  const auto constant = [&](double value) {
    accumulators_.push_back(take());
    g_.constant_vector(accumulators_.back(), value);
    return accumulators_.back();
  };
  zeros_ = constant(kZeroFlipped);
  for_each_other([&](int, Key k) { offsets_[k] = constant(0); });
}

void Evaluator::add_offsets() {
  for_each_other([&](int p, Key k) {
    if (g_.failed_) return;
    g_.multiply_flipped(offsets_.at(k), zeros_, value(g_.dot_->other, p));
    release(g_.dot_->other, p);
  });
}

void Evaluator::subtract_offsets() {
  if (g_.dot_ && g_.dot_->sums >= 0) load_offsets();
  if (offsets_.empty()) return;
  for (int p : active_) {
    VInst &i = g_.emit(VOp::VSub);
    i.d = i.a = accumulators_[p], i.b = offsets_.at(key(g_.dot_->other, p));
  }
  for (size_t i = points_; i < accumulators_.size(); ++i) give(accumulators_[i]);
  accumulators_.resize(points_), offsets_.clear(), zeros_ = -1;
}

void Evaluator::load_offsets() {
  for_each_other([&](int p, Key k) {
    if (g_.failed_) return;
    const Mem mem = g_.address(g_.dot_->sums, index(p));
    accumulators_.push_back(take());
    VInst &i = g_.emit(VOp::VLoad);
    i.d = offsets_[k] = accumulators_.back(), i.mem = mem;
  });
}

} // namespace vecwrap
