// Contractions: a register tile of rows x vectors with reduction loops around it, operands packed where that pays.
#include "decide/candidates.h"
#include "decide/draft.h"
#include "decide/operands.h"
#include "decide/tiles.h"
#include "decide/windows.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr double kTransposeCycles = 0.75; ///< for one element of a panel that is packed across its rows (measured)

/// The loop just outside the last ones, `inside`. "-" if there is none.
std::string innermost(const std::vector<std::string> &order, const std::vector<std::string> &inside) {
  const size_t outside = order.size() - inside.size();
  return outside ? order[outside - 1] : "-";
}

/// A short last reduction is unrolled wholly, others for some steps.
void unroll_last(Draft &draft, const Nest &nest, const Target &t, const Shape &s, const Tile &tile, const std::string &loop) {
  const Dim &last = nest.dims[s.reductions.back()];
  if (loop == last.name && last.extent.is_const() && last.extent.value <= kUnrolled && last.extent.value > 1)
    draft.add(StepKind::Unroll, {loop}, last.extent.value);
  else if (const int64_t steps = std::min(steps_at_once(t, tile), typical_extent(nest, s.reductions.back())); steps > 1)
    draft.add(StepKind::Unroll, {loop}, steps);
}

/// Where few rows use a panel of the moving operand, much of it comes from the third-level cache: asked for some steps ahead. (Zen 5: 512
/// filters of 3x3 on 7x7, 7 passes over a panel, 5 to 9 % faster; 256 on 14x14, 42 passes, 2 % slower.)
void prefetch_panel(Draft &draft, const Nest &nest, const Target &t, const Shape &s, const Tile &tile, const std::string &loop) {
  constexpr int64_t kFewPasses = 8, kAhead = 8;
  const int64_t rows = nest.dims[s.row].extent.value;
  int64_t passes = (rows + tile.rows - 1) / tile.rows;
  for (int d : s.outer) passes *= access_to(nest, s.moving[0]).strides[d].is_zero() ? nest.dims[d].extent.value : 1;
  if (passes <= kFewPasses && t.isa != Isa::Rvv) draft.add(StepKind::Prefetch, {nest.tensors[s.moving[0]].name, loop}, kAhead);
}

/// What a tile begins or ends with, where that comes from the third-level cache, a tile ahead: its loads come first, and all products
/// wait. Two reduction loops to spread it over. (Zen 5, 64 filters of 3x3 on 56x56, NHWC, 5 rows by 4 vectors 95.7 % of the peak, 97.9 so.)
void prefetch_ends(Draft &draft, const Nest &nest, const Target &t, const Shape &s, const std::vector<std::string> &rows) {
  if (t.isa == Isa::Rvv || rows.empty() || s.reductions.size() < 2 || !s.rows_share) return;
  for (int tensor = 0; tensor < int(nest.tensors.size()); ++tensor)
    if (begins_or_ends(nest, tensor) && comes_late(nest, t, s, tensor)) draft.add(StepKind::Prefetch, {nest.tensors[tensor].name, rows.back()}, 1);
}

/// The tile's rows; the loops over tiles, and over blocks of those, are added to `outer`.
std::string split_rows(Draft &draft, const Nest &nest, const Shape &s, const Tile &tile, std::vector<std::string> &outer) {
  return tile.block ? draft.split_twice(nest, s.row, tile.block, tile.rows, outer, outer) : draft.split(nest, s.row, tile.rows, outer);
}

/// The moving operand's columns and the first `around` reductions outermost: what they leave of it stays near while the rows go by.
Sentence stationary(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int around, bool pack = false) {
  Draft draft;
  std::vector<std::string> rows, columns, still;
  const std::string j = draft.split(nest, s.vector, tile.vectors * t.lanes(nest.type), columns);
  const std::string i = split_rows(draft, nest, s, tile, rows);
  std::vector<std::string> order;
  for (int d : s.outer) (access_to(nest, s.moving[0]).strides[d].is_zero() ? still : order).push_back(nest.dims[d].name);
  const auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  append(columns);
  const std::string panel = order.empty() ? "-" : order.back();
  for (size_t r = 0; r < s.reductions.size(); ++r) {
    if (int(r) == around) append(still), append(rows);
    order.push_back(nest.dims[s.reductions[r]].name);
  }
  const std::string last = order.back();
  append({i, j});
  draft.add(StepKind::Reorder, order);
  if (pack) draft.add(StepKind::Pack, {nest.tensors[s.moving[0]].name, panel});
  draft.add(StepKind::Tile, {i, j});
  draft.add(StepKind::Vectorize, {j});
  unroll_last(draft, nest, t, s, tile, last);
  if (!pack) prefetch_panel(draft, nest, t, s, tile, last);
  if (!around) prefetch_ends(draft, nest, t, s, rows);
  return {draft.steps};
}

/// Tiles of several panels, whose vectors are side by side as a wider panel's would be.
Sentence several_panels(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  Draft draft;
  std::vector<std::string> order, rows, panels;
  const std::string i = draft.split(nest, s.row, tile.rows, rows), g = draft.split(nest, s.panel, tile.panels, panels);
  const std::string j = nest.dims[s.vector].name;
  const auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  append(panels);
  for (int d : s.outer)
    if (d != s.panel) order.push_back(nest.dims[d].name);
  append(rows);
  names(nest, s.reductions, order);
  const std::string last = order.back();
  append({i, g, j});
  draft.add(StepKind::Reorder, order);
  draft.add(StepKind::Tile, {i, g, j});
  draft.add(StepKind::Vectorize, {j});
  unroll_last(draft, nest, t, s, tile, last);
  prefetch_ends(draft, nest, t, s, rows);
  return {draft.steps};
}

/// Where tiles read what moves along the vectors; what is packed because it is strided counts as near.
Columns columns_of(const Nest &nest, const Target &t, const Shape &s, int packed) {
  if (packed < 0) return far(nest, t, s) && !comes_in_chunks(nest, t, s) ? Columns::Far : Columns::Near;
  return s.strided.empty() && !t.scalar_regs ? Columns::Packed : Columns::Near;
}

} // namespace

Sentence tiled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int pack) {
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
  else if (s.row >= 0) i = split_rows(draft, nest, s, tile, rows);
  auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  std::vector<std::string> inside; // loops that do not move the panel
  // Columns have nothing in common: the rows that windows share stay near. Where they do not, as those of a line are too far apart, whole
  // pixels come at once. (Zen 5, 3x3, 64 channels of 56 x 56: 50 % of the peak column by column, 63 % so; 512 of 28 x 28 17 and 40 %.)
  const bool apart = pack < 0 && s.step && by_column(nest, t, s, tile.vectors);
  if (apart) append(columns);
  std::vector<std::string> points;
  for (int d : s.outer)
    if (d == s.line && tile.lines > 1) points.push_back(draft.split(nest, d, tile.lines, order));
    else (pack >= 0 && !stage && access_to(nest, pack).strides[d].is_zero() ? inside : order).push_back(nest.dims[d].name);
  inside.insert(inside.end(), rows.begin(), rows.end());
  if (pack >= 0) append(columns), append(blocks), append(chunks), append(inside);
  else append(column_blocks), append(rows);
  if (pack < 0 && !apart) append(columns);
  if (stage) {
    std::vector<std::string> staged(chunks);
    staged.insert(staged.end(), rows.begin(), rows.end());
    stage_at = innermost(order, staged);
  }
  const std::string at = pack >= 0 ? innermost(order, inside) : "";
  append(reduction);
  if (s.row >= 0) points.push_back(i);
  points.push_back(j);
  append(points);
  draft.add(StepKind::Reorder, order);
  if (stage) draft.add(StepKind::Pack, {nest.tensors[nest.accesses[nest.out].tensor].name, stage_at});
  if (pack >= 0) draft.add(StepKind::Pack, {nest.tensors[pack].name, at});
  draft.add(StepKind::Tile, points);
  draft.add(StepKind::Vectorize, {j});
  unroll_last(draft, nest, t, s, tile, reduction.back());
  if (pack < 0) prefetch_ends(draft, nest, t, s, rows);
  if (tile.both && pack < 0) draft.add(StepKind::Unroll, {reduction[0]}, s.line_window);
  return {draft.steps};
}

void contraction(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  const int packed = tensor_to_pack(nest, t, s), scaled = scaled_operand(nest, s);
  // Rows that are packed with their factor lie side by side, and evict nothing: not the few that a packed panel leaves room for.
  for (const Tile &tile : tiles(nest, t, s, columns_of(nest, t, s, scaled < 0 ? packed : -1))) {
    if (t.scalar_regs && s.strided.empty()) {
      if (tile.panels == 1) arranged(nest, t, s, tile, list);
      continue;
    }
    if (tile.panels > 1) {
      if (packed < 0 && scaled < 0 && s.strided.empty()) list.push_back(several_panels(nest, t, s, tile));
      continue;
    }
    if (scaled >= 0) list.push_back(prescaled(nest, t, s, tile, scaled));
    if (packed >= 0 && walks_in_blocks(nest, t, s)) list.push_back(panels_in_blocks(nest, t, s, tile, packed));
    if (packed >= 0 && comes_from_afar(nest, t, s)) list.push_back(panels_ahead(nest, t, s, tile, packed));
    if (packed >= 0) list.push_back(tiled(nest, t, s, tile, packed));
    if (packed < 0 && tile.vectors * t.lanes(nest.type) >= typical_extent(nest, s.vector) && comes_in_chunks(nest, t, s)) list.push_back(chunks_around(nest, t, s, tile));
    if (const int around = packed < 0 && s.strided.empty() ? reductions_around_rows(nest, t, s, tile) : 0) {
      if (rows_apart(nest, t, s, tile)) list.push_back(panels_around(nest, t, s, tile));
      list.push_back(stationary(nest, t, s, tile, around));
    }
    if (packed < 0 && s.strided.empty() && fits_as_copy(nest, t, s, tile)) list.push_back(stationary(nest, t, s, tile, 0, true));
    if (s.strided.empty()) list.push_back(tiled(nest, t, s, tile, -1));
  }
}

double contraction_cycles(const Nest &nest, const Shape &s, const Tile &tile) {
  double points = 1, panels = s.strided.empty() ? 0 : double(typical_extent(nest, s.vector));
  for (int d : s.reductions) points *= double(typical_extent(nest, d)), panels *= double(typical_extent(nest, d));
  for (int d : s.outer) {
    points *= double(typical_extent(nest, d));
    const bool moves = panels && !access_to(nest, s.strided[0]).strides[d].is_zero();
    panels *= moves ? double(typical_extent(nest, d)) : 1;
  }
  return points * tile.cost + panels * kTransposeCycles;
}

double contraction_cycles(const Nest &nest, const Target &target, const Shape &s) {
  const std::vector<Tile> list = tiles(nest, target, s);
  return contraction_cycles(nest, s, list.empty() ? Tile{} : list[0]);
}

} // namespace vecwrap
