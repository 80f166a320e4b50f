// Vectors whose lanes are not neighbours in memory: element by element, by whole blocks of neighbours along another loop
// that are exchanged between registers, or by a gather of the target. On targets without masks for it, lanes past the
// end of a tail stand on the last element that there is: it is read again, or written again with what belongs to it.
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int kLine = 64;  ///< bytes that are read of a row, while it is there

} // namespace

RegisterFile Evaluator::file() { return {[this] { return take(); }, [this](int reg) { give(reg); }}; }

bool Evaluator::is_strided(int id) const {
  return g_.tree_.vector >= 0 && !g_.reaches_strides() && !(g_.dot_ && g_.dot_->layouts.count(id)) && !is_broadcast(id) && !g_.nest_.contiguous(id, g_.vector_dim());
}

std::optional<How> Evaluator::said(int id) const {
  for (const Strided &s : g_.tree_.strided)
    if (s.tensor == g_.nest_.accesses[id].tensor) return s.how;
  return std::nullopt;
}

/// The tile loop or the unrolled loop along which the access is contiguous.
std::optional<Evaluator::Along> Evaluator::along(int id, int point) const {
  int step = points_;
  for (size_t t = 0; t < tile_loops_.size(); ++t) {
    step /= extent_[t];
    if (tile_loops_[t] != g_.tree_.vector && g_.nest_.contiguous(id, g_.tree_.loops[tile_loops_[t]].dim))
      return Along{step, point / step % extent_[t], extent_[t]};
  }
  if (g_.tree_.tile == 0 || g_.copies_ < 2) return std::nullopt;
  const int dim = g_.tree_.loops[g_.tree_.tile - 1].dim;
  if (!g_.nest_.contiguous(id, dim)) return std::nullopt;
  return Along{0, int(g_.unrolled_[dim]), g_.copies_};
}

/// Is the point part of a whole unit of neighbours, and are they to be transposed?
bool Evaluator::in_block(int id, int point) const {
  if (g_.failed_ || !is_strided(id) || g_.nest_.converts(id) || said(id).value_or(How::Transpose) != How::Transpose) return false;
  const std::optional<Along> a = along(id, point);
  return a && a->at / g_.unit() * g_.unit() + g_.unit() <= a->count;
}

/// Does some tile or unrolled loop hold neighbours?
bool Evaluator::has_neighbours(int id) const {
  const auto holds = [&](int l) { return g_.nest_.contiguous(id, g_.tree_.loops[l].dim); };
  const int last = g_.tree_.tile - 1;
  return std::any_of(tile_loops_.begin(), tile_loops_.end(), [&](int l) { return l != g_.tree_.vector && holds(l); }) ||
         (last >= g_.tree_.scope && g_.tree_.loops[last].unroll > 1 && holds(last));
}

void Evaluator::check_strided(int id) {
  broadcast(id); // refuses what vector code does not convert
  const std::string tensor = "tensor '" + g_.nest_.tensors[g_.nest_.accesses[id].tensor].name + "'";
  const Access &access = g_.nest_.accesses[id];
  const Int stride = access.strides[g_.vector_dim()];
  if (g_.nest_.converts(id))
    g_.fail("vector-type", tensor + " stores " + name_of(g_.nest_.stored(id)) + " and is not contiguous along the vectorized loop; pack it");
  if (access.index >= 0 && !g_.nest_.still(access.index, g_.vector_dim()))
    g_.fail("vector-stride", "the index of " + tensor + " moves along the vectorized loop; vectorize another loop");
  if (said(id) == How::Transpose && !has_neighbours(id))
    g_.fail("strided-how", "no tile loop and no unrolled loop holds neighbours of " + tensor + " to transpose");
  if (said(id) != How::Gather) return;
  if (!stride.is_const() || stride.value * g_.lanes() != int32_t(stride.value * g_.lanes()))
    g_.fail("strided-how", tensor + " has no constant stride of 32 bits along the lanes to gather with");
  if (g_.target_.isa == Isa::Sse) g_.fail("strided-how", g_.target_.name + " has no gather");
  if (id == g_.nest_.out && g_.target_.isa == Isa::Avx2) g_.fail("strided-how", g_.target_.name + " gathers, but does not scatter");
}

int Evaluator::active_lanes(int point) const {
  return lanes(point) == Lanes::Tail && chunk_.tail < 0 ? int(chunk_.value % g_.lanes()) : g_.lanes();
}

/// min(lane, last active lane) * stride, in a register; once per tail.
int Evaluator::lane_offset(int id, int lane) {
  const Int stride = g_.nest_.accesses[id].strides[g_.vector_dim()];
  auto [it, fresh] = lane_offsets_.try_emplace({stride.sym, stride.value, lane}, -1);
  if (!fresh) return it->second;
  if (last_lane_ < 0) last_lane_ = g_.add_imm(chunk_.tail, -1);
  VInst least{VOp::SMinImm};
  least.d = g_.scalar(), least.a = last_lane_, least.imm = lane;
  VInst offset{stride.is_const() ? VOp::SMulImm : VOp::SMul};
  offset.d = it->second = g_.scalar(), offset.a = least.d, offset.imm = stride.value;
  if (!stride.is_const()) offset.b = g_.symbol(stride.sym);
  g_.out_.code.insert(g_.out_.code.end(), {least, offset});
  return offset.d;
}

/// Where one lane is.
Mem Evaluator::lane_address(int id, int point, int lane) {
  std::vector<int64_t> at = index(point);
  const bool clamped = lanes(point) == Lanes::Tail && chunk_.tail >= 0 && lane > 0;
  if (!clamped) at[g_.vector_dim()] += lane;
  Mem mem = g_.address(id, at);
  if (!clamped) return mem;
  const int offset = lane_offset(id, lane), base = g_.scalar();
  VInst &i = g_.emit(VOp::SAdd);
  i.d = base, i.a = mem.base, i.b = offset;
  mem.base = base;
  return mem;
}

/// Pointers that the lanes need, so that they are made outside of the loops of the scope.
void Evaluator::make_pointers(int id, int point) {
  std::vector<int64_t> at = index(point);
  g_.direct(id, at);
  if (!is_strided(id)) return;
  for (int lane = 1; lane < g_.lanes(); ++lane) ++at[g_.vector_dim()], g_.direct(id, at);
}

VInst &Evaluator::pieces(VOp op, int64_t imm, int d, int a, Mem mem) {
  VInst &i = g_.emit(op);
  i.d = d, i.a = a, i.imm = imm, i.mem = mem;
  return i;
}

void Evaluator::load_strided(int id, int point, int dest) {
  check_strided(id);
  if (g_.failed_) return;
  if (said(id) == How::Gather) return gather(id, point, dest);
  const int count = active_lanes(point), piece = take();
  for (int lane = 0; lane < count; ++lane) {
    const Mem mem = lane_address(id, point, lane);
    const int d = lane < g_.unit() ? dest : piece;
    if (lane % g_.unit()) pieces(VOp::VInsert, lane % g_.unit(), d, -1, mem);
    else pieces(VOp::VLoad, 0, d, -1, mem).lanes = Lanes::One;
    if (d == piece && (lane % g_.unit() == g_.unit() - 1 || lane == count - 1)) pieces(VOp::VPlace, lane / g_.unit(), dest, piece, {});
  }
  give(piece);
}

void Evaluator::gather(int id, int point, int reg, bool store) {
  Mem mem = g_.address(id, index(point));
  const int t = take(), e = take();
  VInst &i = pieces(store ? VOp::VScatter : VOp::VGather, g_.nest_.accesses[id].strides[g_.vector_dim()].value, reg, reg, mem);
  i.t = t, i.e = e, i.lanes = lanes(point);
  (store ? i.d : i.a) = -1;
  give(t), give(e);
}

/// Columns become rows in every piece: a perfect shuffle per stage. `done(i)` is called once row i is not needed any more.
std::vector<int> Generator::transpose(std::vector<int> rows, const RegisterFile &file, const std::function<void(int)> &done) {
  const size_t n = rows.size();
  for (size_t stage = 1; stage < n; stage *= 2) {
    std::vector<int> next(n);
    for (size_t i = 0; i < n / 2; ++i) {
      for (size_t upper : {0, 1}) {
        const int d = next[2 * i + upper] = file.take();
        VInst &zip = emit(upper ? VOp::VZipHi : VOp::VZipLo);
        zip.d = d, zip.a = rows[i], zip.b = rows[i + n / 2];
      }
      for (size_t row : {i, i + n / 2}) stage == 1 ? done(int(row)) : file.give(rows[row]);
    }
    rows = next;
  }
  return rows;
}

int Evaluator::strided_loads() const {
  return int(std::count_if(g_.nest_.nodes.begin(), g_.nest_.nodes.end(), [&](const Node &n) {
    return n.op == Op::Load && g_.group_of_[n.access] >= 0 && is_strided(n.access);
  }));
}

/// Elements of a row that registers last for: several blocks are in use at the same time.
int Evaluator::block_width(const Along &a) const {
  constexpr int kOthers = 4;
  const int blocks = strided_loads() * (a.step ? extent_.back() : int(active_.size()));
  return (spare() - kOthers) / std::max(blocks, 1) / g_.unit() * g_.unit();
}

Evaluator::Value &Evaluator::neighbour(int node, int point, const Along &a, int at) {
  if (a.step) return values_[key(node, point + (at - a.at) * a.step)];
  if (at == a.at) return values_[key(node, point)];
  return carried_[{at, key(node, point)}];
}

/// Units of neighbours: the one of the point, and those that lie in the same line, as registers last. The pieces of a row
/// are read together.
void Evaluator::load_block(int node, int point) {
  const int id = g_.nest_.nodes[node].access, u = g_.unit();
  check_strided(id);
  if (g_.failed_) return;
  Along a = *along(id, point);
  const int first = a.at / u * u, line = kLine / g_.esize();
  int count = std::min(a.count, first / line * line + line) - first;
  count = std::max(u, std::min(count, block_width(a)) / u * u);
  point += (first - a.at) * a.step, a.at = first;
  std::vector<std::vector<int>> rows(count / u, std::vector<int>(u));
  for (auto &unit_rows : rows)
    for (int &row : unit_rows) row = take();
  for (int lane = 0; lane < active_lanes(point); ++lane) {
    const Mem mem = lane_address(id, point, lane);
    for (int c = 0; c < count / u; ++c) {
      Mem piece = mem;
      piece.disp += c * kPiece;
      pieces(VOp::VPlace, lane / u, rows[c][lane % u], -1, piece);
    }
  }
  for (int c = 0; c < count / u; ++c) {
    const std::vector<int> columns = g_.transpose(rows[c], file(), [&](int row) { give(rows[c][row]); });
    for (int i = 0; i < u; ++i) neighbour(node, point, a, first + c * u + i).reg = columns[i];
  }
}

/// Values that an earlier copy of an unrolled body has loaded for this one.
void Evaluator::take_carried() {
  lane_offsets_.clear(), last_lane_ = -1;
  if (carried_.empty()) return;
  const int copy = int(g_.unrolled_[g_.tree_.loops[g_.tree_.tile - 1].dim]);
  for (auto it = carried_.begin(); it != carried_.end();)
    if (it->first.first == copy) values_[it->first.second].reg = it->second.reg, it = carried_.erase(it);
    else ++it;
}

void Evaluator::store_strided(int root, int id) {
  check_strided(id);
  std::vector<bool> done(points_);
  for (int p : active_) {
    if (g_.failed_) return;
    if (done[p]) continue;
    std::vector<int> block{p};
    if (in_block(id, p))
      for (int i = 1; i < g_.unit(); ++i) block.push_back(p + i * along(id, p)->step);
    for (int q : block) done[q] = true;
    block.size() > 1 ? store_block(root, id, block) : store_lanes(root, id, p);
  }
}

/// Lanes past the end come first, so that what belongs there is written over them.
void Evaluator::store_block(int root, int id, const std::vector<int> &block) {
  std::vector<int> values;
  for (int p : block) held_.push_back(value(root, p)), values.push_back(held_.back());
  const std::vector<int> rows = g_.transpose(values, file(), [&](int i) { release(root, block[i]); });
  for (int lane = active_lanes(block[0]) - 1; lane >= 0; --lane)
    pieces(VOp::VPick, lane / g_.unit(), -1, rows[lane % g_.unit()], lane_address(id, block[0], lane));
  for (int row : rows) give(row);
  held_.resize(held_.size() - block.size());
}

void Evaluator::store_lanes(int root, int id, int point) {
  const int reg = value(root, point);
  held_.push_back(reg);
  if (said(id) == How::Gather) gather(id, point, reg, true);
  else extract(id, point, reg);
  held_.pop_back();
  release(root, point);
}

void Evaluator::extract(int id, int point, int reg) {
  const int piece = take();
  for (int lane = active_lanes(point) - 1, picked = 0; lane >= 0; --lane) {
    const int in = lane / g_.unit();
    if (in && in != picked) pieces(VOp::VPick, picked = in, piece, reg, {});
    pieces(VOp::VExtract, lane % g_.unit(), -1, in ? piece : reg, lane_address(id, point, lane));
  }
  give(piece);
}

} // namespace vecwrap
