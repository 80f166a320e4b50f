// Register tiles of rows x vectors whose lanes each hold a sum of narrow products (step dot), and what they cost.
#pragma once
#include "decide/shape.h"
#include "ir/combine.h"
#include "ir/product.h"
#include "target/dots.h"
#include <algorithm>

namespace vecwrap {

/// A tile, and the cycles of one group's step over rows and columns.
struct DotTile { int64_t rows, vectors; double cost; };

/// The tiles of one nest, for one choice of its lanes.
class DotTiles {
public:
  DotTiles(const Nest &nest, const Target &target, const Shape &shape, const Product &product, const DotForm &form)
      : nest_(nest), target_(target), shape_(shape), form_(form), a_(access(product.a)), b_(access(product.b)), lanes_(target.lanes(nest.type)) {
    if (!nest.still(a_, shape.vector)) std::swap(a_, b_); // a fills all lanes
    flips_ = nest.stored(a_) == nest.stored(b_) && size_of(form.element(nest.stored(a_))) == 1;
  }

  /// Groups along the last reduction lie in memory for what fills all lanes, and the other operand moves along the lanes.
  bool possible() const {
    const Int along = nest_.accesses[a_].strides[shape_.reductions.back()];
    return nest_.still(a_, shape_.vector) && !nest_.still(b_, shape_.vector) && along == Int::constant(size_of(nest_.stored(a_)));
  }

  std::vector<DotTile> tiles() const {
    const int64_t rows = extent(shape_.row), vectors = (extent(shape_.vector) + lanes_ - 1) / lanes_;
    std::vector<DotTile> list;
    for (int64_t v = 1; v <= std::min(vectors, kMostVectors); ++v)
      for (int64_t r = 1; r <= std::min(rows, kMostRows); ++r)
        if (const bool again = is_read_again({r, v, 0}); registers(r, v, again) <= target_.vector_regs)
          list.push_back({r, v, cost(rows, vectors, r, v, again) + grouping(vectors, v) + (again ? kKeep * double(vectors) : 0)});
    std::stable_sort(list.begin(), list.end(), [](auto &x, auto &y) { return x.cost < y.cost; });
    if (list.size() > kCandidates) list.resize(kCandidates);
    return list;
  }

  /// Of the whole nest.
  double cycles(const DotTile &tile) const {
    double steps = 1.0 / double(form_.group);
    for (int r : shape_.reductions) steps *= double(extent(r));
    for (int d : shape_.outer) steps *= double(extent(d));
    return steps * tile.cost;
  }

  /// May the output hold sums between chunks of the reduction?
  bool keeps_sums() const { return !nest_.converts(nest_.out) && !loads_access(nest_, nest_.final, nest_.out); }

  /// Does a tile's panel of the whole reduction stay near the first-level cache?
  bool fits(const DotTile &tile) const {
    int64_t bytes = tile.vectors * lanes_ * size_of(form_.element(nest_.stored(b_)));
    for (int r : shape_.reductions) bytes *= r == shape_.reductions.back() ? (extent(r) + form_.group - 1) / form_.group * form_.group : extent(r);
    return bytes <= target_.l1_bytes * 3 / 2;
  }

  bool fits_registers(const DotTile &tile) const { return registers(tile.rows, tile.vectors, false) <= target_.vector_regs; }

  /// Do products leave no unit for anything else?
  bool units_are_busy() const { return target_.vector_units <= target_.fma_per_cycle; }

  /// Worth putting together once.
  bool is_read_again(const DotTile &tile) const { return !are_words() && passes(tile) > 1; }

protected:
  /// Tiles of rows that read the same columns.
  double passes(const DotTile &tile) const {
    double times = double(extent(shape_.row)) / double(tile.rows);
    for (int d : shape_.outer)
      if (nest_.still(b_, d)) times *= double(extent(d));
    return times;
  }

  /// Does the second operand lie in memory as groups that fill lanes?
  bool are_words() const { return nest_.accesses[b_].strides[shape_.vector] == Int::constant(size_of(nest_.type)); }

  const std::string &name_of_tensor(int access) const { return nest_.tensors[nest_.accesses[access].tensor].name; }
  int access(int load) const { return nest_.nodes[load].access; }
  int64_t extent(int d) const { return d < 0 ? 1 : typical_extent(nest_, d); }

  /// Accumulators, a row of the second operand, an element of the first, and what flipped operands have too much: a panel that is packed
  /// knows that.
  int64_t registers(int64_t r, int64_t v, bool packed) const {
    return r * v + v + 1 + (flips_ && !packed ? v + 1 : 0) + (target_.isa == Isa::Avx2) + form_.apart;
  }

  double cost(int64_t r, int64_t v, bool packed) const {
    if (!r || !v) return 0;
    const bool widens = form_.element(nest_.stored(a_)) != nest_.stored(a_);
    const double dots = double((r + (flips_ && !packed)) * v) * (form_.apart ? kApart : 1) / target_.fma_per_cycle;
    const double loads = (double(r) * (widens ? 1 + kWidening : 1) + double(v)) / kLoadsPerCycle;
    return std::max({dots, loads, double(target_.fma_latency)}) + 0.1 * loads;
  }

  /// Do groups lie in memory as lanes hold them? Then blocks of them are transposed in registers (codegen/dot.cpp).
  bool transposes() const {
    return form_.element(nest_.stored(b_)) == nest_.stored(b_) && nest_.contiguous(b_, shape_.reductions.back());
  }

  /// Cycles that lanes of groups take for a step of all columns (codegen/join.cpp). Words in memory are groups already.
  double grouping(int64_t vectors, int64_t v) const {
    if (!nest_.contiguous(b_, shape_.vector)) return are_words() ? 0 : (transposes() ? kTransposed : kStrided) * double(vectors);
    const auto tile = [&](int64_t w) {
      const int64_t together = target_.isa == Isa::Sse ? 0 : w / form_.group * form_.group;
      const bool across = kLine % (v * lanes_ * size_of(nest_.stored(b_))) && v < vectors;
      const double alone = units_are_busy() ? kAloneWide : kAlone;
      return kTogether * double(together) + (alone + kAcrossLines * across) * double(w - together);
    };
    return double(vectors / v) * tile(v) + tile(vectors % v);
  }

  double cost(int64_t rows, int64_t vectors, int64_t r, int64_t v, bool packed) const {
    return double(rows / r) * (double(vectors / v) * cost(r, v, packed) + cost(r, vectors % v, packed)) +
           double(vectors / v) * cost(rows % r, v, packed) + cost(rows % r, vectors % v, packed);
  }

  static constexpr double kKeep = 1.5; ///< cycles to keep a vector of groups for later

  const Nest &nest_;
  const Target &target_;
  const Shape &shape_;
  const DotForm form_;
  int a_, b_;
  const int64_t lanes_;
  bool flips_ = false;

private:
  static constexpr double kLoadsPerCycle = 2;
  static constexpr double kApart = 1.5;  ///< of an instruction that adds, one that multiplies and one that adds
  static constexpr double kWidening = 2; ///< loads that an element costs that is widened for all lanes
  // Cycles for a vector of groups of the other operand (Zen 5): of rows that are joined for several vectors, of one vector's rows, of
  // elements that are strided along the lanes.
  static constexpr double kTogether = 1.6, kAlone = 2.8, kStrided = 20;
  static constexpr double kAloneWide = 3.2; ///< where products leave no unit (Granite Rapids, 8 rows by 1024 x 1024: two vectors 46 us, four, packed, 37)
  static constexpr double kTransposed = 5; ///< the same for groups in blocks of rows (Granite Rapids, bytes, AVX-512)
  static constexpr double kAcrossLines = 1.5; ///< more for rows of a panel that cross lines (8 rows: 44 us by 48 columns, 34 by 32)
  static constexpr int64_t kLine = 64;
  static constexpr int64_t kMostRows = 14, kMostVectors = 4;
  static constexpr size_t kCandidates = 12;
};

} // namespace vecwrap
