// Sums of narrow products in the blocks of a matrix unit (step matrix): panels of the second operand packed, rows and columns of blocks inside.
#include "decide/candidates.h"
#include "decide/dot_tiles.h"
#include "decide/draft.h"
#include "target/matrix.h"
#include <cmath>
#include <limits>

namespace vecwrap {
namespace {

class Matrices : public DotTiles {
public:
  Matrices(const Nest &nest, const Target &target, const Shape &shape, const Product &product, const DotForm &dot, const MatrixForm &form)
      : DotTiles(nest, target, shape, product, dot), unit_(form) {}

  /// Both operands as the unit takes them, and rows enough to pack for: the less a vector's dot product does, the sooner. (Granite Rapids, by
  /// 1024 x 1024, 10^9 operations a second, and by step dot: bytes 8 rows 390 and 460, 16 rows 730 and 580; bf16 8 rows 160 and 65.)
  bool possible() const {
    return shape_.row >= 0 && extent(shape_.row) > 2 * form_.group && DotTiles::possible() && !are_words() && nest_.still(b_, shape_.row) && !nest_.still(a_, shape_.row);
  }

  /// Two by two blocks, or, of few rows, one by four.
  int64_t down() const { return extent(shape_.row) > unit_.rows ? 2 : 1; }
  int64_t across() const { return down() > 1 ? 2 : 4; }

  /// Panels of the whole sum, of as many columns as rows are put together best for. Sums that stay near the core are worth keeping in the output
  /// between wider panels of a part, where those of the whole do not fit; or where few rows, or a slow cache, make packing what counts: longer
  /// runs are read then. (Granite Rapids, bytes, 10^9 operations a second: 128 x 768 x 3072 1330 by 384 steps of 128 columns, 790 by all of 16;
  /// 128 x 3072 x 768 1600 and, all of 64, 1480; 16 x 1024 x 1024 780 and 690; but 1024^3 1290 and, all of 32, 1610.)
  std::vector<Sentence> sentences() const {
    std::vector<Sentence> list;
    const auto whole = [&](int64_t vectors) {
      if (most_steps(vectors) >= extent(shape_.reductions[0])) list.push_back(packed(vectors, shape_.reductions.size() > 1 ? extent(shape_.reductions[0]) : filled(extent(shape_.reductions[0]))));
    };
    const auto part = [&](bool now) {
      if (now && keeps_sums() && most_steps(2 * kTogetherBest)) list.push_back(packed(2 * kTogetherBest, evenly(most_steps(2 * kTogetherBest))));
    };
    double sums = size_of(nest_.type) * double(extent(shape_.row)) * double(extent(shape_.vector));
    for (int d : shape_.outer) sums *= nest_.still(b_, d) ? double(extent(d)) : 1;
    const double cache = double(target_.l2_bytes);
    const bool rows = nest_.contiguous(b_, shape_.vector), first = rows && sums <= cache && (down() == 1 || second_bytes() > cache), near = rows && sums <= cache / 2;
    part(first), whole(kTogetherBest), part(near && !first), whole(kTogetherBest / 2), part(!near && !first), whole(1);
    return list;
  }

  /// Of the whole nest, as DotTiles counts them.
  double cycles() const {
    const double rows = double(extent(shape_.row)), vectors = double((extent(shape_.vector) + lanes_ - 1) / lanes_);
    const double blocks = std::ceil(rows / double(unit_.rows)) * vectors, steps = std::ceil(double(extent(shape_.reductions.back())) / double(unit_.depth));
    double times = 1, points = 1;
    for (int r : shape_.reductions) points *= r == shape_.reductions.back() ? steps : double(extent(r));
    for (int d : shape_.outer) times *= double(extent(d));
    const double loads = kLoad * (1.0 / double(down()) + 1.0 / double(across())) * blocks;
    const double each = std::max(rows * vectors, loads);
    const double groups = points * double(unit_.depth / unit_.group);
    const double pack = nest_.contiguous(b_, shape_.vector) ? grouping(int64_t(vectors), form_.group) : kTransposed * vectors;
    return times * (points * each + kBlock * blocks) + groups * (pack + kKeep * vectors);
  }

private:
  int64_t sums_bytes() const { return down() * unit_.rows * across() * lanes_ * 4; }

  /// Of the first reduction, in a panel of so many vectors.
  int64_t most_steps(int64_t vectors) const {
    int64_t row = vectors * lanes_ * size_of(nest_.stored(b_));
    for (size_t r = 1; r < shape_.reductions.size(); ++r) row *= r + 1 == shape_.reductions.size() ? filled(extent(shape_.reductions[r])) : extent(shape_.reductions[r]);
    const int64_t rest = down() * unit_.rows * unit_.row_bytes(), most = (target_.stack_bytes - sums_bytes() - rest) / row;
    return shape_.reductions.size() > 1 ? most : most / unit_.depth * unit_.depth;
  }
  int64_t filled(int64_t elements) const { return (elements + unit_.depth - 1) / unit_.depth * unit_.depth; }

  /// Rows of the first operand that stay in the second-level cache while panels come and go, if that does not hold all of them; fewer where the
  /// second operand may stay there, too. (Granite Rapids, 10^9 operations a second: bytes 2048^3 1190, by 512 rows 1500; 4096 x 768 x 768 1540, by
  /// 1376 rows 1870, by 704 2350; bf16 1024^3 780, by 512 rows 950; 768^3 no faster.)
  int64_t rows_of_block() const {
    const int64_t unit = down() * unit_.rows;
    const double all = double(extent(shape_.row)), row = bytes_of_sum(a_), cache = double(target_.l2_bytes);
    const double most = second_bytes() <= cache / 2 ? cache / 4 : cache / 2;
    if (all * row <= cache * 3 / 4 || row * double(unit) > most) return 0;
    const double blocks = std::ceil(all * row / most);
    return (int64_t(std::ceil(all / blocks)) + unit - 1) / unit * unit;
  }

  /// Of an operand's row or column.
  double bytes_of_sum(int access) const {
    double bytes = size_of(nest_.stored(access));
    for (int r : shape_.reductions) bytes *= nest_.still(access, r) ? 1 : double(extent(r));
    return bytes;
  }
  double second_bytes() const { return bytes_of_sum(b_) * double(extent(shape_.vector)); }

  /// In as many chunks, of which none is much shorter than the others.
  int64_t evenly(int64_t most) const {
    const int64_t all = extent(shape_.reductions[0]), chunks = (all + most - 1) / most, each = (all + chunks - 1) / chunks;
    return shape_.reductions.size() > 1 ? each : filled(each);
  }

  Sentence packed(int64_t vectors, int64_t steps) const {
    Draft draft;
    std::vector<std::string> panels, columns, chunks, rows, order;
    const int64_t width = std::min(vectors, across()) * lanes_;
    const std::string j = draft.split_twice(nest_, shape_.vector, vectors * lanes_, width, panels, columns);
    const std::string k = draft.split(nest_, shape_.reductions[0], steps, chunks);
    const int64_t block = chunks.empty() && !panels.empty() ? rows_of_block() : 0;
    const std::string i = block ? draft.split_twice(nest_, shape_.row, block, down() * unit_.rows, order, rows) : draft.split(nest_, shape_.row, down() * unit_.rows, rows);
    const size_t row_loops = rows.size();
    for (int d : shape_.outer) (nest_.still(b_, d) ? rows : order).push_back(nest_.dims[d].name);
    std::rotate(rows.begin(), rows.begin() + int64_t(row_loops), rows.end()); // rows innermost
    for (const auto *more : {&panels, &chunks}) order.insert(order.end(), more->begin(), more->end());
    const std::string at = order.empty() ? "-" : order.back();
    for (const auto *more : {&rows, &columns}) order.insert(order.end(), more->begin(), more->end());
    order.push_back(k);
    for (size_t r = 1; r < shape_.reductions.size(); ++r) order.push_back(nest_.dims[shape_.reductions[r]].name);
    const std::string depth = order.back();
    order.insert(order.end(), {i, j});
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Pack, {name_of_tensor(b_), at});
    draft.add(StepKind::Tile, {i, j});
    draft.add(StepKind::Vectorize, {j});
    draft.add(StepKind::Matrix, {i, j, depth});
    return {draft.steps};
  }

  static constexpr int64_t kTogetherBest = 4; ///< vectors, of bytes that are put together: codegen/join.cpp
  static constexpr double kTransposed = 6; ///< cycles for a vector of groups that lie across the lanes (Granite Rapids, 1024 x 1024 bytes)
  static constexpr double kLoad = 8;   ///< cycles for a block's rows
  static constexpr double kBlock = 40; ///< more for each block of sums: its stores, and what waits for them
  const MatrixForm unit_;
};

} // namespace

double matrix_products(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const std::optional<Product> product = product_of(nest);
  if (!product || s.reductions.empty() || !may_reorder(nest)) return kNone;
  const auto stored = [&](int load) { return nest.stored(nest.nodes[load].access); };
  const std::optional<MatrixForm> form = matrix_form(t, nest.type, stored(product->a), stored(product->b));
  const std::vector<DotForm> dots = dot_forms(t, nest.type, stored(product->a), stored(product->b));
  if (!form || dots.empty()) return kNone;
  const Matrices plan(nest, t, s, *product, dots.front(), *form);
  if (!plan.possible()) return kNone;
  list = plan.sentences();
  return list.empty() ? kNone : plan.cycles();
}

} // namespace vecwrap
