// Rows that are computed with before they are multiplied (alpha * A[i,k]).
#include "codegen/loopnest.h"
#include "decide/candidates.h"
#include "decide/draft.h"
#include "decide/operands.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kWorthScaling = 4096; ///< columns x reduction steps that pay for packing scaled rows
constexpr int64_t kDepth = 128;         ///< reduction steps of packed rows

/// Columns of which a quarter of the second-level cache holds so many steps, a multiple of `width`. All rows are packed again for each block, so
/// those are of one size, and a little larger rather than one more. (Granite Rapids, of the peak, a sliver of 8 or 16 columns at the end and
/// without: 1024^3 70 and 75 %, f64 68 and 71 %, 512^3 in f64 67 and 72 %.)
int64_t block_of_columns(const Nest &nest, const Target &t, const Shape &s, int64_t width) {
  const int64_t most = std::max(width, t.l2_bytes / 4 / (kDepth * size_of(nest.type)) / width * width);
  if (!nest.dims[s.vector].extent.is_const()) return most;
  const int64_t columns = nest.dims[s.vector].extent.value, larger = most * 9 / 8, blocks = (columns + larger - 1) / larger;
  return ((columns + blocks - 1) / blocks + width - 1) / width * width;
}

} // namespace

/// A row operand that is computed with before it is multiplied (alpha * A[i,k]), in a nest long enough to do that
/// once per block of columns instead of once per tile; -1 if none.
int scaled_operand(const Nest &nest, const Shape &s) {
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
Sentence prescaled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor) {
  constexpr int64_t kTwoLines = 128;
  Draft draft;
  std::vector<std::string> order, blocks, columns, row_blocks, rows, chunks;
  const int64_t width = tile.vectors * t.lanes(nest.type);
  const bool narrow = tile.vectors * t.vector_bytes < kTwoLines && s.moving.size() == 1;
  std::string j, i;
  if (narrow) {
    j = draft.split(nest, s.vector, width, columns);
    i = draft.split_twice(nest, s.row, tile.rows * kStreams, tile.rows, row_blocks, rows);
  } else {
    j = draft.split_twice(nest, s.vector, block_of_columns(nest, t, s, width), width, blocks, columns);
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
  if (const int64_t steps = steps_at_once(t, tile); steps > 1) draft.add(StepKind::Unroll, {k}, steps);
  return {draft.steps};
}

} // namespace vecwrap
