// The deterministic heuristic. It reads the nest and the target description, ranks register tiles by a small
// throughput model, and proposes the first sentences that code generation accepts.
#include "codegen/loopnest.h"
#include "decide/draft.h"
#include "decide/lanes.h"
#include "decide/strategy.h"
#include "decide/tiles.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kUnroll = 4; ///< where loops cost instructions that nothing hides
constexpr int64_t kWorthScaling = 4096; ///< columns x reduction steps that pay for packing scaled rows

class Heuristic : public Strategy {
public:
  explicit Heuristic(HeuristicOptions options) : options_(options) {}
  const char *name() const override { return "heuristic"; }

  Result<std::vector<Sentence>> propose(const Nest &nest, const Target &target, int n) override {
    std::vector<Sentence> legal;
    Refusal last{"no-schedule", "no schedule of the heuristic fits this nest"};
    for (const Sentence &s : all_candidates(nest, target)) {
      Result<LoopTree> tree = apply(nest, s, target);
      Result<VProgram> program = tree ? generate(*tree, target) : Result<VProgram>(tree.refusal());
      if (program) legal.push_back(s);
      else last = program.refusal();
      if (int(legal.size()) >= n) break;
    }
    if (legal.empty()) return refusal_.name.empty() ? last : refusal_;
    return legal;
  }

private:
  /// Where vectors may have several registers, most at first; scalar code last.
  std::vector<Sentence> all_candidates(const Nest &nest, const Target &target) {
    if (target.widest_group == 1) return candidates(nest, target);
    std::vector<Sentence> all;
    for (int group : groups(nest, target))
      for (Sentence &s : candidates(nest, grouped(target, group))) {
        for (Step &step : s.steps)
          if (step.kind == StepKind::Vectorize && group > 1) step.factor = group;
        all.push_back(std::move(s));
      }
    std::stable_partition(all.begin(), all.end(), [](const Sentence &s) {
      return std::any_of(s.steps.begin(), s.steps.end(), [](const Step &step) { return step.kind == StepKind::Vectorize; });
    });
    return all;
  }

  std::vector<Sentence> candidates(const Nest &nest, const Target &target) {
    refusal_ = {};
    std::vector<Sentence> list;
    for (int vector : vector_dims(nest, target)) {
      Shape shape = shape_of(nest, vector);
      if (shape.reductions.empty()) {
        if (neighbours(nest, shape, false) >= 0) transposed(nest, target, shape, list);
        else if (vector == int(nest.dims.size()) - 1 && !options_.always)
          refusal_ = {"streams-already", "clang vectorizes a nest whose innermost loop is contiguous; nothing to gain"};
        else pointwise(nest, target, shape, list);
        continue;
      }
      if (!shape.strided.empty() && !nest.reassoc) strided_rows(nest, target, shape, list);
      if (shape.row < 0 && shape.strided.empty()) streaming(nest, target, shape, list);
      else contraction(nest, target, shape, list);
    }
    if (options_.always) lanes_along(nest, target, list);
    if (nest.has_reduction() && (options_.always || !nest.reassoc)) scalar_rows(nest, list);
    else if (nest.reassoc && list.empty())
      refusal_ = {"reduces-already", "under fast-math clang vectorizes this reduction itself; nothing to gain"};
    if (options_.always) scalar(nest, list);
    return list;
  }

  /// Lanes along a reduction, before the others where that is cheaper than to pack what is strided.
  static void lanes_along(const Nest &nest, const Target &target, std::vector<Sentence> &list) {
    const Plan plan = lanes_along_reduction(nest, target);
    bool first = true;
    for (int vector : list.empty() ? std::vector<int>() : vector_dims(nest, target))
      first = first && plan.cycles < contraction_cycles(nest, target, shape_of(nest, vector));
    list.insert(first ? list.begin() : list.end(), plan.sentences.begin(), plan.sentences.end());
  }

  static void names(const Nest &nest, const std::vector<int> &dims, std::vector<std::string> &to) {
    for (int d : dims) to.push_back(nest.dims[d].name);
  }

  /// GEMM, convolution, ...: a register tile of rows x vectors, reduction loops around it.
  void contraction(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
    const int packed = tensor_to_pack(nest, t, s), scaled = scaled_operand(nest, s);
    for (const Tile &tile : tiles(nest, t, s, packed < 0 && far(nest, t, s))) {
      if (scaled >= 0) list.push_back(prescaled(nest, t, s, tile, scaled));
      if (packed >= 0) list.push_back(tiled(nest, t, s, tile, packed));
      if (s.strided.empty()) list.push_back(tiled(nest, t, s, tile, -1));
    }
  }

  /// A row operand that is computed with before it is multiplied (alpha * A[i,k]), in a nest long enough to do that
  /// once per block of columns instead of once per tile; -1 if none.
  static int scaled_operand(const Nest &nest, const Shape &s) {
    if (s.row < 0 || !s.strided.empty() || s.reductions.size() != 1 || loads_access(nest, nest.final, nest.out)) return -1;
    if (typical_extent(nest, s.vector) * typical_extent(nest, s.reductions[0]) < kWorthScaling) return -1;
    for (size_t tensor = 0; tensor < nest.tensors.size(); ++tensor) {
      const std::vector<int> roots = packable(nest, int(tensor));
      if (roots.size() == 1 && nest.nodes[roots[0]].op != Op::Load && !depends_on(nest, roots[0], s.vector) &&
          depends_on(nest, roots[0], s.row) && depends_on(nest, roots[0], s.reductions[0]))
        return int(tensor);
    }
    return -1;
  }

  /// Rows packed with their factor, for a block of columns that stays in the second-level cache. A tile of few cache
  /// lines gets a packed panel as well: rows a power of two apart would evict each other.
  static Sentence prescaled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor) {
    constexpr int64_t kDepth = 128, kTwoLines = 128;
    Draft draft;
    std::vector<std::string> order, blocks, columns, row_blocks, rows, chunks;
    const int64_t width = tile.vectors * t.lanes(nest.type);
    const bool narrow = tile.vectors * t.vector_bytes < kTwoLines && s.moving.size() == 1;
    std::string j, i;
    if (narrow) {
      j = draft.split(nest, s.vector, width, columns);
      i = draft.split_twice(nest, s.row, tile.rows * kStreams, tile.rows, row_blocks, rows);
    } else {
      const int64_t wide = std::max(width, t.l2_bytes / 4 / (kDepth * size_of(nest.type)) / width * width);
      j = draft.split_twice(nest, s.vector, wide, width, blocks, columns);
      i = draft.split(nest, s.row, tile.rows, row_blocks);
    }
    const std::string k = draft.split(nest, s.reductions[0], kDepth, chunks);
    names(nest, s.outer, order);
    auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
    append(blocks), append(chunks), append(row_blocks);
    const std::string rows_at = order.empty() ? "-" : order.back();
    append(columns);
    const std::string panel_at = order.empty() ? "-" : order.back();
    append(rows);
    order.insert(order.end(), {k, i, j});
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Pack, {nest.tensors[tensor].name, rows_at});
    if (narrow) draft.add(StepKind::Pack, {nest.tensors[s.moving[0]].name, panel_at});
    draft.add(StepKind::Tile, {i, j});
    draft.add(StepKind::Vectorize, {j});
    return {draft.steps};
  }

  /// The tensor whose panel is read again for many rows and is worth copying, or has to be (strided); -1 if none.
  static int tensor_to_pack(const Nest &nest, const Target &t, const Shape &s) {
    if (s.row < 0 || s.strided.size() > 1) return -1;
    for (size_t r = 1; r < s.reductions.size(); ++r)
      if (!nest.dims[s.reductions[r]].extent.is_const()) return -1;
    if (!s.strided.empty()) return s.strided[0];
    if (s.reductions.size() != 1 || s.moving.size() != 1 || panel_already(nest, t, s)) return -1;
    return worth_packing(nest, t, s) ? s.moving[0] : -1;
  }

  /// Copying a vector costs about as much as 3 bytes per row tile gain where the rows of both operands spread over the
  /// caches, and a quarter of that where rows a page apart evict each other (measured on Zen 5: 128 x 768 x 768 loses 6 %
  /// by packing on AVX-512 and gains 1 % on AVX2, 128 x 1024 x 1024 gains 4 % and 8 %).
  static bool worth_packing(const Nest &nest, const Target &t, const Shape &s) {
    constexpr int64_t kFewRows = 64;
    const int64_t rows = typical_extent(nest, s.row);
    const int64_t panel = typical_extent(nest, s.reductions[0]) * typical_extent(nest, s.vector) * size_of(nest.type);
    return rows >= kFewRows && panel > t.l2_bytes && rows * (rows_evict(nest, s) ? 4 : 1) > 3 * t.vector_bytes;
  }

  /// Does an operand of a product, as it lies, miss the first-level cache?
  static bool far(const Nest &nest, const Target &t, const Shape &s) {
    if (s.reductions.size() != 1 || s.moving.size() != 1 || panel_already(nest, t, s)) return false;
    return typical_extent(nest, s.reductions[0]) * typical_extent(nest, s.vector) * size_of(nest.type) > t.l1_bytes;
  }

  /// Columns of such an operand that stay in the second-level cache, beside what else passes through it, while all rows
  /// go by: a multiple of `width`. 0 if that is all of them. (Zen 5: 4 % at 512^3, 3 % and more at 128 x 768 x 768.)
  static int64_t column_block(const Nest &nest, const Target &t, const Shape &s, int64_t width) {
    if (s.row < 0 || !far(nest, t, s)) return 0;
    const Int columns = nest.dims[s.vector].extent, depth = nest.dims[s.reductions[0]].extent;
    if (!columns.is_const() || !depth.is_const()) return 0;
    const int64_t fit = t.l2_bytes * 5 / 8 / (depth.value * size_of(nest.type));
    return fit >= columns.value ? 0 : std::max<int64_t>(1, fit / width) * width;
  }

  /// Do rows of an operand that stays along the vectors lie a multiple of a page apart?
  static bool rows_evict(const Nest &nest, const Shape &s) {
    constexpr int64_t kPage = 4096;
    return std::any_of(nest.accesses.begin(), nest.accesses.end(), [&](const Access &a) {
      const Int row = a.strides[s.row];
      return a.strides[s.vector].is_zero() && row.is_const() && row.value && row.value % kPage == 0;
    });
  }

  /// Are the rows of the moving operand as wide as a register tile, and side by side in memory?
  static bool panel_already(const Nest &nest, const Target &t, const Shape &s) {
    const int64_t width = typical_extent(nest, s.vector);
    if (width > 4 * t.lanes(nest.type)) return false;
    for (const Access &a : nest.accesses)
      if (a.tensor == s.moving[0] && !(a.strides[s.reductions[0]] == Int::constant(width * size_of(nest.type)))) return false;
    return true;
  }

  static Sentence tiled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int pack) {
    Draft draft;
    std::vector<std::string> order, rows, columns, reduction;
    std::string stage_at;
    const int64_t lanes = t.lanes(nest.type);
    const int64_t width = tile.vectors * lanes, wide = pack < 0 ? column_block(nest, t, s, width) : 0;
    std::vector<std::string> column_blocks;
    const std::string j = wide ? draft.split_twice(nest, s.vector, wide, width, column_blocks, columns)
                               : draft.split(nest, s.vector, width, columns);
    std::vector<std::string> chunks, blocks; // outer parts of the split first reduction, and of the rows
    const int64_t depth = pack < 0 ? 0 : panel_depth(nest, t, s, tile);
    for (int r : s.reductions)
      reduction.push_back(pack >= 0 && r == s.reductions[0] ? draft.split(nest, r, depth, chunks) : nest.dims[r].name);
    // final reads the output, so partial sums between chunks need a buffer of their own, for a block of rows
    const bool stage = !chunks.empty() && loads_access(nest, nest.final, nest.out);
    std::string i = s.row < 0 ? "" : nest.dims[s.row].name;
    if (stage) i = draft.split_twice(nest, s.row, tile.rows * kStreams, tile.rows, blocks, rows);
    else if (s.row >= 0) i = draft.split(nest, s.row, tile.rows, rows);
    names(nest, s.outer, order);
    auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
    if (pack >= 0) append(columns), append(blocks), append(chunks), append(rows);
    else append(column_blocks), append(rows), append(columns);
    if (stage) {
      std::vector<std::string> inside(chunks);
      inside.insert(inside.end(), rows.begin(), rows.end());
      stage_at = innermost(order, inside);
    }
    const std::string at = pack >= 0 ? innermost(order, rows) : "";
    append(reduction);
    if (s.row >= 0) order.push_back(i);
    order.push_back(j);
    draft.add(StepKind::Reorder, order);
    if (stage) draft.add(StepKind::Pack, {nest.tensors[nest.accesses[nest.out].tensor].name, stage_at});
    if (pack >= 0) draft.add(StepKind::Pack, {nest.tensors[pack].name, at});
    draft.add(StepKind::Tile, s.row >= 0 ? std::vector{i, j} : std::vector{j});
    draft.add(StepKind::Vectorize, {j});
    const int last = s.reductions.back();
    const Int trip = nest.dims[last].extent;
    if (reduction.back() == nest.dims[last].name && trip.is_const() && trip.value <= 7 && trip.value > 1)
      draft.add(StepKind::Unroll, {nest.dims[last].name}, trip.value);
    else if (t.scalar_regs) // pointers and counters take instructions of their own
      draft.add(StepKind::Unroll, {reduction.back()}, std::min<int64_t>(kUnroll, typical_extent(nest, last)));
    return {draft.steps};
  }

  /// The loop just outside the last ones, `inside`. "-" if there is none.
  static std::string innermost(const std::vector<std::string> &order, const std::vector<std::string> &inside) {
    const size_t outside = order.size() - inside.size();
    return outside ? order[outside - 1] : "-";
  }

  /// Steps of the first reduction dim in a packed panel: it fills most of the first-level cache.
  static int64_t panel_depth(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
    int64_t row = tile.vectors * t.vector_bytes;
    for (size_t r = 1; r < s.reductions.size(); ++r) row *= typical_extent(nest, s.reductions[r]);
    const int64_t depth = t.l1_bytes * 9 / 8 / row;
    return std::max<int64_t>(1, depth >= 64 ? depth / 32 * 32 : depth);
  }

  /// y[j] += A[k, j] * x[k]: nothing is shared between rows; walk eight rows at a time in memory order.
  void streaming(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
    for (int64_t vectors : {8, 4, 2, 1}) {
      Draft draft;
      std::vector<std::string> order, columns, chunks;
      const std::string j = draft.split(nest, s.vector, vectors * t.lanes(nest.type), columns);
      const int last = s.reductions.back();
      const std::string k = draft.split(nest, last, kStreams, chunks);
      names(nest, s.outer, order);
      for (int r : s.reductions)
        if (r != last) order.push_back(nest.dims[r].name);
      order.insert(order.end(), chunks.begin(), chunks.end());
      order.insert(order.end(), columns.begin(), columns.end());
      order.push_back(k), order.push_back(j);
      draft.add(StepKind::Reorder, order);
      draft.add(StepKind::Tile, {j});
      draft.add(StepKind::Vectorize, {j});
      draft.add(StepKind::Unroll, {k}, std::min<int64_t>(kStreams, typical_extent(nest, last)));
      list.push_back({draft.steps});
      list.push_back(tiled(nest, t, s, {1, vectors, 0}, -1));
    }
  }

  /// No reduction, and the source's innermost loop is not the contiguous one: interchange and vectorize.
  void pointwise(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
    for (int64_t vectors : {4, 2, 1}) list.push_back(blocks(nest, s.vector, vectors * t.lanes(nest.type), -1, 0));
  }

  /// No reduction, and an operand is contiguous along another dim than the output: blocks of a vector by a cache line of
  /// that operand, which are transposed in registers. Less of it where registers are short.
  void transposed(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
    constexpr int64_t kLine = 64, kPiece = 16;
    const int rows = neighbours(nest, s, false);
    for (int64_t bytes = kLine; bytes >= kPiece; bytes /= 2)
      list.push_back(blocks(nest, s.vector, t.lanes(nest.type), rows, bytes / size_of(nest.type)));
  }

  /// The last dim (a reduction or not) other than the lanes' along which a strided operand is contiguous; -1 if none.
  static int neighbours(const Nest &nest, const Shape &s, bool reduction) {
    for (int d = int(nest.dims.size()) - 1; d >= 0; --d)
      for (size_t a = 0; a < nest.accesses.size() && d != s.vector && nest.dims[d].reduction == reduction; ++a)
        if (std::find(s.strided.begin(), s.strided.end(), nest.accesses[a].tensor) != s.strided.end() && nest.contiguous(int(a), d))
          return d;
    return -1;
  }

  /// Tiles of `height` rows (of dim `rows`, if there is one) by `width` columns; the other dims in the source's order.
  static Sentence blocks(const Nest &nest, int columns, int64_t width, int rows, int64_t height) {
    Draft draft;
    std::vector<std::string> order, outer_rows, outer_columns, tile;
    if (rows >= 0) tile.push_back(draft.split(nest, rows, height, outer_rows));
    tile.push_back(draft.split(nest, columns, width, outer_columns));
    for (size_t d = 0; d < nest.dims.size(); ++d)
      if (int(d) != columns && int(d) != rows) order.push_back(nest.dims[d].name);
    for (const auto *more : {&outer_rows, &outer_columns, &tile}) order.insert(order.end(), more->begin(), more->end());
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Tile, tile);
    draft.add(StepKind::Vectorize, {tile.back()});
    return {draft.steps};
  }

  /// Strict dot products of contiguous rows, with one vector or a few (measured: packing wins from eight on): the lanes are
  /// rows, whose blocks are transposed in registers. As many rows as the first-level cache holds side by side.
  void strided_rows(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
    constexpr int64_t kSteps = 4, kFew = 4; // more steps do not help
    const int last = s.reductions.back();
    const bool few = s.row < 0 || (nest.dims[s.row].extent.is_const() && nest.dims[s.row].extent.value <= kFew);
    if (!few || neighbours(nest, s, true) != last) return;
    const int64_t row = typical_extent(nest, last) * size_of(nest.type), lanes = t.lanes(nest.type);
    for (int64_t vectors : {4, 2, 1}) {
      if (vectors > 1 && (vectors * lanes * row > t.l1_bytes || s.row >= 0)) continue;
      Draft draft;
      std::vector<std::string> order;
      names(nest, s.outer, order);
      const std::string i = draft.split(nest, s.vector, vectors * lanes, order);
      names(nest, s.reductions, order);
      std::vector<std::string> tile{i};
      if (s.row >= 0) tile.insert(tile.begin(), nest.dims[s.row].name);
      order.insert(order.end(), tile.begin(), tile.end());
      draft.add(StepKind::Reorder, order);
      draft.add(StepKind::Tile, tile);
      draft.add(StepKind::Vectorize, {i});
      draft.add(StepKind::Unroll, {nest.dims[last].name}, std::min(kSteps, typical_extent(nest, last)));
      list.push_back({draft.steps});
    }
  }

  /// Strict reductions along contiguous memory (dot products): independent outputs side by side hide the latency.
  void scalar_rows(const Nest &nest, std::vector<Sentence> &list) {
    std::vector<int> parallel, reductions;
    for (size_t d = 0; d < nest.dims.size(); ++d) (nest.dims[d].reduction ? reductions : parallel).push_back(int(d));
    for (int64_t rows : {8, 4, 2}) {
      Draft draft;
      std::vector<std::string> order, inner;
      for (size_t p = 0; p < parallel.size(); ++p) {
        const bool two = parallel.size() >= 2;
        if (p + 1 == parallel.size()) inner.push_back(draft.split(nest, parallel[p], two ? rows / 2 : rows, order));
        else if (p + 2 == parallel.size()) inner.push_back(draft.split(nest, parallel[p], rows / 2, order));
        else order.push_back(nest.dims[parallel[p]].name);
      }
      names(nest, reductions, order);
      order.insert(order.end(), inner.begin(), inner.end());
      draft.add(StepKind::Reorder, order);
      draft.add(StepKind::Tile, inner);
      const Dim &last = nest.dims[reductions.back()];
      draft.add(StepKind::Unroll, {last.name}, last.extent.is_const() ? std::min<int64_t>(last.extent.value, 4) : 4);
      list.push_back({draft.steps});
    }
  }

  /// What always compiles: scalar code, a few points at a time where registers allow it; reductions innermost, so that
  /// nothing is left in the output between them.
  void scalar(const Nest &nest, std::vector<Sentence> &list) {
    for (int64_t points : {8, 1}) {
      Draft draft;
      std::vector<std::string> order, reductions, inner;
      for (size_t d = 0; d < nest.dims.size(); ++d)
        if (nest.dims[d].reduction) reductions.push_back(nest.dims[d].name);
        else if (points > 1 && last_parallel(nest) == int(d)) inner.push_back(draft.split(nest, int(d), points, order));
        else order.push_back(nest.dims[d].name);
      order.insert(order.end(), reductions.begin(), reductions.end());
      order.insert(order.end(), inner.begin(), inner.end());
      draft.add(StepKind::Reorder, order);
      if (!inner.empty()) draft.add(StepKind::Tile, inner);
      list.push_back({draft.steps});
    }
  }

  static int last_parallel(const Nest &nest) {
    int last = -1;
    for (size_t d = 0; d < nest.dims.size(); ++d)
      if (!nest.dims[d].reduction) last = int(d);
    return last;
  }

  HeuristicOptions options_;
  Refusal refusal_;
};

} // namespace

std::unique_ptr<Strategy> make_heuristic(HeuristicOptions options) { return std::make_unique<Heuristic>(options); }

} // namespace vecwrap
