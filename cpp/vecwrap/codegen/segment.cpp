// Lanes that are not neighbours in memory, on targets that load with a stride anyway (RVV). Step strided(T,segment): elements that
// lie side by side between two lanes (the channels of an image, the parts of complex numbers) are loaded into as many vectors at
// once, where the tile takes all of them. An index that moves along the lanes makes a vector of addresses (vluxei).
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int kMostFields = 8;
constexpr int kIndexBytes = 8; ///< as wide as addresses, so that indices may be negative

} // namespace

bool Evaluator::in_segments(int id) const {
  return g_.tree_.vector >= 0 && !rows_ && g_.reaches_strides() && said(id) == How::Segment && !is_broadcast(id);
}

/// Elements from lane to lane; 0 where segments are not that long.
int Evaluator::fields(int id) const {
  const Int stride = g_.nest_.accesses[id].strides[g_.vector_dim()];
  const int size = size_of(g_.nest_.stored(id));
  const int64_t count = stride.is_const() && stride.value % size == 0 ? stride.value / size : 0;
  if (size > g_.esize()) return 0; // groups of more registers than vectors' would have to be aligned
  return count >= 2 && count * field_registers(id) <= kMostFields ? int(count) : 0;
}

int Evaluator::field_registers(int id) const { return std::max(1, g_.out_.group * size_of(g_.nest_.stored(id)) / g_.esize()); }

/// How many elements `to` lies behind `from`, whatever the symbols are; none if that is open, or they are of other lanes.
std::optional<int64_t> Evaluator::distance(Place from, Place to) const {
  const Access &a = g_.nest_.accesses[from.access], &b = g_.nest_.accesses[to.access];
  if (a.tensor != b.tensor || a.strides != b.strides || a.index >= 0 || b.index >= 0) return {};
  int64_t bytes = b.offset - a.offset;
  for (size_t d = 0; d < a.strides.size(); ++d) {
    const int64_t steps = index(to.point)[d] - index(from.point)[d];
    if (steps && (!a.strides[d].is_const() || int(d) == g_.vector_dim())) return {};
    bytes += steps * a.strides[d].value;
  }
  const int size = size_of(g_.nest_.stored(from.access));
  return bytes % size ? std::nullopt : std::optional(bytes / size);
}

/// The segment that a place is part of, in the order of memory; empty if not all of it is among the others.
std::vector<Evaluator::Place> Evaluator::segment_of(Place place, const std::vector<Place> &others) const {
  const int count = fields(place.access);
  std::vector<std::optional<Place>> around(size_t(2 * count + 1));
  for (const Place &other : others)
    if (const auto at = distance(place, other); at && std::abs(*at) < count && !around[size_t(count + *at)]) around[size_t(count + *at)] = other;
  for (int first = 1; first <= count; ++first) {
    std::vector<Place> found;
    for (int f = 0; f < count; ++f)
      if (const auto &field = around[size_t(first + f)]) found.push_back(*field);
    if (count && int(found.size()) == count) return g_.segmented_.insert(g_.nest_.accesses[place.access].tensor), found;
  }
  return {};
}

/// At the end: the step names tensors that have become segments somewhere.
void Generator::check_segments() {
  for (const Strided &s : tree_.strided)
    if (s.how == How::Segment && !segmented_.count(s.tensor))
      fail("strided-how", "tensor '" + tree_.nest.tensors[s.tensor].name + "' has no constant distance of 2 to 8 elements (and as many "
                          "registers at most) between lanes of which the tile takes all");
}

/// Consecutive registers: the first one.
int Evaluator::take_run(int count) {
  Pool &p = vectors_;
  const auto is_free = [&](int reg) { return reg >= p.first + p.next || std::count(p.free.begin(), p.free.end(), reg); };
  for (int first = p.first, length = 0; first + count <= p.first + p.limit; first += length + 1, length = 0) {
    while (length < count && is_free(first + length)) ++length;
    if (length < count) continue;
    for (int reg = p.first + p.next; reg < first; ++reg) p.free.push_back(reg);
    for (int reg = first; reg < first + count; ++reg) std::erase(p.free, reg);
    p.next = std::max(p.next, first + count - p.first), p.live += count, p.peak = std::max(p.peak, p.live);
    return first;
  }
  g_.fail("registers", "a segment needs " + std::to_string(count) + " vector registers side by side; use a smaller tile");
  return p.first;
}

/// All fields of the segment that the load is part of; false if some are not wanted here, or are there: it is loaded alone.
bool Evaluator::load_segment(int node, int point) {
  const int id = g_.nest_.nodes[node].access;
  std::vector<Place> wanted;
  for (size_t n = 0; n < g_.nest_.nodes.size(); ++n)
    for (int p : active_)
      if (const Value *v = values_.find(key(int(n), p)); v && v->uses > 0 && v->reg < 0 && g_.nest_.nodes[n].op == Op::Load)
        wanted.push_back({g_.nest_.nodes[n].access, p, key(int(n), p)});
  const std::vector<Place> found = segment_of({id, point, -1}, wanted);
  if (g_.failed_ || found.empty()) return false;
  broadcast(id); // refuses what vectors do not convert
  const int span = field_registers(id), count = int(found.size()), registers = (count * span + g_.out_.group - 1) / g_.out_.group;
  const int run = take_run(registers);
  move_segment(VOp::VLoadSegment, found, run);
  for (int f = 0; f < count; ++f) {
    Value &value = values_[found[f].key];
    if (!g_.nest_.converts(id)) {
      value.reg = run + f;
      continue;
    }
    VInst i{VOp::VConvert};
    i.d = value.reg = take(), i.a = run, i.imm = f * span, i.stored = conversion(id), i.lanes = lanes(point);
    i.narrow = g_.stays_narrow(found[f].key / points_);
    g_.out_.code.push_back(i);
  }
  for (int reg = run; g_.nest_.converts(id) && reg < run + registers; ++reg) give(reg);
  return !g_.failed_;
}

void Evaluator::move_segment(VOp op, const std::vector<Place> &fields, int reg) {
  VInst i{op};
  i.mem = g_.address(fields[0].access, index(fields[0].point));
  (op == VOp::VStoreSegment ? i.a : i.d) = reg;
  i.imm = int64_t(fields.size()), i.lanes = lanes(fields[0].point), i.stored = conversion(fields[0].access);
  g_.out_.code.push_back(i);
}

/// Values that are not side by side move there.
void Evaluator::store_segments(int root, int id) {
  std::vector<Place> all;
  for (int p : active_) all.push_back({id, p, -1});
  std::vector<bool> done(size_t(points_), false);
  for (int p : active_) {
    if (done[p]) continue;
    const std::vector<Place> found = g_.nest_.converts(id) ? std::vector<Place>{} : segment_of({id, p, -1}, all);
    if (g_.failed_) return;
    if (found.empty()) {
      store_register(value(root, p), id, p), release(root, p);
      continue;
    }
    std::vector<int> values;
    for (const Place &field : found) values.push_back(value(root, field.point)), held_.push_back(values.back()), done[field.point] = true;
    bool apart = is_uniform(values[0]);
    for (size_t f = 1; f < values.size(); ++f) apart = apart || values[f] != values[0] + int(f);
    const int count = int(values.size()), run = apart ? take_run(count) : values[0];
    for (int f = 0; apart && f < count; ++f) {
      VInst &i = g_.emit(VOp::VMov);
      i.d = run + f, i.a = values[f];
    }
    move_segment(VOp::VStoreSegment, found, run);
    for (int f = 0; apart && f < count; ++f) give(run + f);
    held_.resize(held_.size() - values.size());
    for (const Place &field : found) release(root, field.point);
  }
}

/// Does the access's index move along the lanes?
bool Evaluator::is_gathered(int id) const {
  const int from = g_.nest_.accesses[id].index;
  return g_.reaches_strides() && g_.tree_.vector >= 0 && !rows_ && from >= 0 && !g_.nest_.still(from, g_.vector_dim());
}

/// The bytes that the index of each lane adds, into the emitter's own registers, for the load behind.
void Evaluator::load_indices(int id, int point) {
  const Access &access = g_.nest_.accesses[id];
  const std::string tensor = "tensor '" + g_.nest_.tensors[access.tensor].name + "'";
  if (!access.strides[g_.vector_dim()].is_zero())
    g_.fail("vector-stride", tensor + " moves along the vectorized loop by its index and by itself; vectorize another loop");
  if (g_.out_.group * kIndexBytes > g_.target_.widest_group * g_.esize())
    g_.fail("vector-group", "indices of " + tensor + " have " + std::to_string(kIndexBytes / g_.esize()) +
                                " times the registers of a vector; use smaller groups");
  if (g_.failed_) return;
  VInst i{VOp::VIndex};
  i.mem = g_.direct(access.index, index(point));
  i.imm = access.scale, i.lanes = lanes(point), i.stored = g_.nest_.stored(access.index);
  i.stride = g_.lane_stride(access.index, g_.vector_dim());
  g_.out_.code.push_back(i);
}

} // namespace vecwrap
