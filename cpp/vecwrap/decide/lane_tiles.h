// Register tiles of rows x columns x vectors whose lanes are along a reduction, and what they cost.
#pragma once
#include "decide/draft.h"
#include "decide/operands.h"
#include "decide/shape.h"
#include "ir/combine.h"
#include "target/dots.h"
#include <algorithm>
#include <bit>

namespace vecwrap {

struct LaneTile { int64_t rows, columns, vectors; double cycles; };

/// What the schedules of one nest have in common.
class Lanes {
public:
  /// dot: lanes hold that many products at once
  Lanes(const Nest &nest, const Target &target, std::optional<DotForm> dot = {})
      : nest_(nest), target_(target), dot_(dot), lanes_(target.lanes(nest.type) * (dot ? dot->group : 1)) {
    for (size_t a = 0; a < nest.accesses.size(); ++a)
      if (loads_access(nest, nest.update, int(a))) loaded_.push_back(int(a));
    for (size_t d = 0; d < nest.dims.size(); ++d)
      if (nest.dims[d].reduction && is_contiguous(int(d))) dim_ = int(d);
    if (dim_ >= 0) find_shared(), count_operations();
    if (dot_) flips_ = stored(0) == stored(1) && size_of(dot_->element(stored(0))) == 1, widens_ = dot_->element(stored(0)) != stored(0);
  }

  bool possible() const { return dim_ >= 0; }
  /// Is that where the order of a sum allows vectors?
  bool along_last_reduction() const {
    for (size_t d = nest_.dims.size(); d-- > 0;)
      if (nest_.dims[d].reduction) return dim_ == int(d);
    return false;
  }
  int64_t rows(int64_t most) const { return std::min(most, extent(row_)); }

  std::vector<LaneTile> tiles() const {
    const int64_t most = vectors_of(extent(dim_));
    std::vector<LaneTile> list;
    for (int64_t v : {8, 4, 2, 1})
      for (int64_t r = 1; v <= std::max<int64_t>(most, 1) && r <= std::min<int64_t>(extent(row_), 8); ++r)
        for (int64_t c = 1; c <= std::min<int64_t>(extent(column_), 8); ++c)
          if (registers(r, c, v) <= target_.vector_regs) list.push_back({r, c, v, cycles(r, c, v)});
    std::stable_sort(list.begin(), list.end(), [](auto &a, auto &b) { return a.cycles < b.cycles; });
    if (list.size() > kCandidates) list.resize(kCandidates);
    if (std::none_of(list.begin(), list.end(), [](auto &t) { return t.rows * t.columns * t.vectors == 1; }))
      list.push_back({1, 1, 1, cycles(1, 1, 1)}); // long expressions need registers
    return list;
  }

  /// Cycles without vectors, independent outputs side by side.
  double scalar_cycles() const {
    return outputs() * others() * double(extent(dim_)) *
           std::max(double(operations_) / target_.fma_per_cycle, double(loaded_.size()) / kLoadsPerCycle);
  }

  Sentence sentence(const LaneTile &tile) const {
    Draft draft;
    std::vector<std::string> order, blocks, rows, columns, chunks, inner;
    for (size_t d = 0; d < nest_.dims.size(); ++d)
      if (!nest_.dims[d].reduction && int(d) != row_ && int(d) != column_) order.push_back(nest_.dims[d].name);
    const std::string k = draft.split(nest_, dim_, tile.vectors * lanes_, chunks);
    if (row_ >= 0) inner.push_back(split_rows(draft, tile.rows, blocks, rows));
    if (column_ >= 0) inner.push_back(draft.split(nest_, column_, tile.columns, columns));
    for (const auto *more : {&blocks, &columns, &rows}) order.insert(order.end(), more->begin(), more->end());
    for (size_t d = 0; d < nest_.dims.size(); ++d)
      if (nest_.dims[d].reduction && int(d) != dim_) order.push_back(nest_.dims[d].name);
    inner.push_back(k);
    for (const auto *more : {&chunks, &inner}) order.insert(order.end(), more->begin(), more->end());
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Tile, inner);
    draft.add(StepKind::Vectorize, {k});
    if (dot_) draft.add(StepKind::Dot, {k}, dot_->group);
    return {draft.steps};
  }

private:
  static constexpr int kLoadsPerCycle = 2;
  static constexpr double kApart = 1.5; ///< of an instruction that adds, one that multiplies and one that adds
  static constexpr double kTileCycles = 2, kLoopCycles = 0.5; ///< counters and pointers, for a tile and for each of its steps
  static constexpr int64_t kShort = 4;             ///< vectors: a row that needs no loop
  static constexpr size_t kCandidates = 12;

  int64_t extent(int d) const { return d < 0 ? 1 : typical_extent(nest_, d); }
  int64_t vectors_of(int64_t elements) const { return (elements + lanes_ - 1) / lanes_; }
  Type stored(size_t factor) const { return nest_.stored(loaded_[std::min(factor, loaded_.size() - 1)]); }
  bool can_load(int a) const { return !nest_.converts(a) || converts_vectors(target_, nest_.as(a), nest_.stored(a)); }
  bool moves(int access, int d) const { return d >= 0 && !nest_.still(access, d); }

  /// Can the lanes be along d, and would they be loaded as vectors?
  bool is_contiguous(int d) const {
    if (dot_) return std::all_of(loaded_.begin(), loaded_.end(), [&](int a) { return nest_.contiguous(a, d); });
    const auto legal = [&](int a) { return nest_.still(a, d) || (nest_.contiguous(a, d) && can_load(a)); };
    return std::all_of(loaded_.begin(), loaded_.end(), legal) &&
           std::any_of(loaded_.begin(), loaded_.end(), [&](int a) { return moves(a, d); });
  }

  std::vector<int> last_parallel() const {
    for (int d = int(nest_.dims.size()) - 1; d >= 0; --d)
      if (!nest_.dims[d].reduction && extent(d) > 1) return {d};
    return {};
  }

  /// What one update computes, without what does not change along the lanes.
  void count_operations() {
    std::vector<bool> reached(nest_.nodes.size());
    reached[nest_.update] = true;
    for (int i = nest_.update; i >= 0; --i) {
      const int operands = reached[i] ? info_of(nest_.nodes[i].op).operands : 0;
      for (int k = 0; k < operands; ++k) reached[nest_.nodes[i].in[k]] = true;
      operations_ += operands && (uses_acc(nest_, i) || depends_on(nest_, i, dim_));
    }
  }

  /// Rows and columns: parallel dims along which some vector is used again. Rows are walked inside, so that their
  /// operand, the smaller one, stays in the cache. Short rows stand side by side even if they share nothing.
  void find_shared() {
    std::vector<int> shared;
    for (int d = int(nest_.dims.size()) - 1; d >= 0 && shared.size() < 2; --d)
      if (!nest_.dims[d].reduction && extent(d) > 1 &&
          std::any_of(loaded_.begin(), loaded_.end(), [&](int a) { return moves(a, dim_) && !moves(a, d); }))
        shared.push_back(d);
    if (shared.empty() && others() == 1 && vectors_of(extent(dim_)) <= kShort) shared = last_parallel();
    std::stable_sort(shared.begin(), shared.end(), [&](int a, int b) { return extent(a) < extent(b); });
    if (!shared.empty()) row_ = shared[0];
    if (shared.size() > 1) column_ = shared[1];
  }

  /// Blocks of rows of which the second-level cache holds half; then tiles of them.
  std::string split_rows(Draft &draft, int64_t rows, std::vector<std::string> &blocks, std::vector<std::string> &tiles) const {
    const int64_t row = extent(dim_) * int64_t(others()) * size_of(dot_ ? stored(0) : nest_.type);
    const int64_t block = std::max<int64_t>(1, target_.l2_bytes / 2 / row / rows) * rows;
    if (column_ < 0 || extent(row_) <= block) return draft.split(nest_, row_, rows, tiles);
    return draft.split_twice(nest_, row_, block, rows, blocks, tiles);
  }

  double outputs() const { return product(false); }
  double others() const { return product(true); }
  double product(bool reduction) const {
    double all = 1;
    for (size_t d = 0; d < nest_.dims.size(); ++d)
      if (nest_.dims[d].reduction == reduction && int(d) != dim_) all *= double(extent(int(d)));
    return all;
  }

  /// Vectors that one step of an r x c x v tile loads.
  int64_t loads(int64_t r, int64_t c, int64_t v) const {
    int64_t sum = 0;
    for (int a : loaded_)
      if (moves(a, dim_)) sum += (moves(a, row_) ? r : 1) * (moves(a, column_) ? c : 1) * v;
    return sum;
  }

  /// Accumulators, the columns that all rows use, a row that its columns use, and one for what is being computed.
  int64_t registers(int64_t r, int64_t c, int64_t v) const {
    const int64_t apart = dot_ && dot_->apart, flipped = flips_ ? 1 + std::max(r, c) * v : 0;
    return r * c * v + (r > 1 ? c * v : 0) + (c > 1 ? v : 0) + 1 + target_.own_regs + apart + flipped;
  }

  /// Instructions of a step. Of two operands with a sign one is flipped, and sums of the other are taken away.
  double work(int64_t r, int64_t c, int64_t v) const {
    if (!dot_) return double(operations_ * r * c * v);
    return double(r * c * v) * (dot_->apart ? kApart : 1) + double(loads(r, c, v) * (flips_ + widens_));
  }

  /// Steps over whole tiles at operation, load or latency cost, then joining the vectors and lanes of every output.
  double cycles(int64_t r, int64_t c, int64_t v) const {
    const double vectors = double(loads(r, c, v)) / kLoadsPerCycle;
    const double steps = double((vectors_of(extent(dim_)) + v - 1) / v) * others();
    const double latency = target_.fma_latency * (steps - 1) / steps; // different tiles overlap
    const double step = std::max({work(r, c, v) / target_.fma_per_cycle, vectors, latency});
    const double join = (joining(r * c) + double(r * c * (v - 1))) / target_.fma_per_cycle;
    const double tiles = outputs() / double(extent(row_) * extent(column_)) * double((extent(row_) + r - 1) / r) *
                         double((extent(column_) + c - 1) / c);
    const double size = 1 + 0.0005 * work(r, c, v); // of two that are equal, less code
    return tiles * (steps * (step + 0.1 * vectors + kLoopCycles) + join + kTileCycles) * size;
  }

  /// Instructions that join the lanes of so many vectors, by as many at once as a piece has lanes (codegen/reduce.cpp).
  double joining(int64_t rows) const {
    const int64_t unit = 16 / size_of(nest_.type), lanes = target_.lanes(nest_.type);
    const auto halves = [](int64_t n) { return double(2 * std::bit_width(uint64_t(n - 1))); };
    return double(rows / unit) * (double(4 * (unit - 1)) + halves(lanes / unit)) + double(rows % unit) * halves(lanes);
  }

  const Nest &nest_;
  const Target &target_;
  const std::optional<DotForm> dot_;
  const int64_t lanes_; ///< elements of a vector
  bool flips_ = false, widens_ = false;
  std::vector<int> loaded_; ///< accesses of update
  int dim_ = -1;            ///< the reduction dim with the lanes
  int row_ = -1, column_ = -1;
  int64_t operations_ = 0;
};

} // namespace vecwrap
