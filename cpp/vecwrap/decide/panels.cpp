// Panels of an operand that comes from the third-level cache or from memory: copied once for all rows (step pack), and while one is
// computed with, the lines of the next are asked for (step prefetch), so that copying does not wait for them.
#include "decide/candidates.h"
#include "decide/draft.h"
#include "decide/operands.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kDepths = 32; ///< a panel's depth is a multiple of it

/// Columns of a panel: several tiles, where one has less than this many bytes of a row. (Each row is another page, and asked for once
/// more than the lines it has. Zen 5, AVX2, 128 x 3072 x 768: 100 GFLOP/s in panels of a line, 114 of four.)
int64_t panel_width(const Nest &nest, const Target &t, const Tile &tile) {
  constexpr int64_t kRow = 256;
  const int64_t width = tile.vectors * t.lanes(nest.type);
  return width * std::max<int64_t>(1, kRow / (width * size_of(nest.type)));
}

/// Steps between two requests, so that there are as many as a panel has rows. A loop of its own for them costs a little. (Zen 5,
/// 128 x 3072 x 768, tiles of 4 rows: 231 GFLOP/s with a request every 32 steps, 200 with all of a tile's at once; 1024^3: 240 with one
/// for each tile, 228 every 32 steps.)
int64_t steps_between(const Nest &nest, const Shape &s, const Tile &tile, int64_t tiles_beside, int64_t depth) {
  constexpr int64_t kFewest = 16;
  const int64_t passes = (nest.dims[s.row].extent.value + tile.rows - 1) / tile.rows * tiles_beside;
  const int64_t requests = (depth + passes - 1) / passes;
  return std::max(kFewest, (depth + requests - 1) / requests);
}

/// Rows of a packed panel, each of so many bytes, that fill the first-level cache.
int64_t panel_rows(const Target &t, int64_t row) { return std::max<int64_t>(kDepths, t.l1_bytes * 9 / 8 / row / kDepths * kDepths); }

/// Rows of a block: a sixteenth of the second-level cache holds what a chunk of the reduction reads of them. Blocks of one size, as far as
/// tiles let them.
int64_t rows_in_block(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int64_t depth) {
  const int64_t rows = nest.dims[s.row].extent.value, most = std::max(tile.rows, t.l2_bytes / 16 / (depth * size_of(nest.type)));
  const int64_t blocks = (rows + most - 1) / most;
  return ((rows + blocks - 1) / blocks + tile.rows - 1) / tile.rows * tile.rows;
}

/// Partial sums in a buffer of their own: where they and a panel, as they lie, meet in few sets even of the second-level cache.
bool keeps_sums(const Nest &nest, const Target &t, const Shape &s, int64_t width, int64_t depth) {
  const int64_t rows = nest.dims[s.row].extent.value, row = width * size_of(nest.type), bytes = rows * row;
  const Int stride = nest.accesses[nest.out].strides[s.row];
  return bytes + depth * row <= t.stack_bytes && stride.is_const() && bytes + depth * row > l2_bytes(t, stride.value, row) * 5 / 8;
}

} // namespace

namespace {

/// A product of two matrices of known sizes, whose panels may be anything's.
bool is_product(const Nest &nest, const Target &t, const Shape &s) {
  const bool known = std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); });
  return known && t.isa != Isa::Rvv && s.outer.empty() && s.reductions.size() == 1 && s.row >= 0 && !loads_access(nest, nest.final, nest.out);
}

} // namespace

bool comes_from_afar(const Nest &nest, const Target &t, const Shape &s) { return is_product(nest, t, s) && s.strided.empty(); }

/// Where the second-level cache holds all rows, one panel after the other is better, unless each step of the reduction goes to another line of
/// them. (Granite Rapids, 512^3 of two transposed matrices: 60 to 70 % of the peak panel by panel, 76 in blocks.)
bool walks_in_blocks(const Nest &nest, const Target &t, const Shape &s) {
  if (!is_product(nest, t, s) || !waits_for_l3(t) || !leaves_l2(nest, t, s)) return false;
  const auto goes_on = [&](const Access &a) { // to other lines
    return !a.strides[s.row].is_zero() && a.strides[s.vector].is_zero() && !(a.strides[s.reductions[0]] == Int::constant(size_of(nest.type)));
  };
  if (std::any_of(nest.accesses.begin(), nest.accesses.end(), goes_on)) return true;
  return nest.dims[s.row].extent.value * nest.dims[s.reductions[0]].extent.value * size_of(nest.type) > t.l2_bytes / 2;
}

Sentence panels_ahead(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor) {
  Draft draft;
  std::vector<std::string> panels, columns, chunks, steps, rows;
  const int64_t width = panel_width(nest, t, tile), row = width * size_of(nest.type);
  const int64_t depth = panel_rows(t, row), narrow = tile.vectors * t.lanes(nest.type);
  const int64_t between = steps_between(nest, s, tile, width / narrow, depth);
  const std::string j = draft.split_twice(nest, s.vector, width, narrow, panels, columns);
  const std::string k = draft.split_twice(nest, s.reductions[0], depth, between, chunks, steps);
  const std::string i = draft.split(nest, s.row, tile.rows, rows);
  std::vector<std::string> order;
  for (const auto *more : {&panels, &chunks}) order.insert(order.end(), more->begin(), more->end());
  const std::string at = order.empty() ? "-" : order.back();
  for (const auto *more : {&rows, &columns, &steps}) order.insert(order.end(), more->begin(), more->end());
  order.insert(order.end(), {k, i, j});
  draft.add(StepKind::Reorder, order);
  if (!panels.empty() && !chunks.empty() && keeps_sums(nest, t, s, width, depth))
    draft.add(StepKind::Pack, {nest.tensors[nest.accesses[nest.out].tensor].name, panels.back()});
  draft.add(StepKind::Pack, {nest.tensors[tensor].name, at});
  draft.add(StepKind::Tile, {i, j});
  draft.add(StepKind::Vectorize, {j});
  if (const int64_t steps = steps_at_once(t, tile); steps > 1) draft.add(StepKind::Unroll, {k}, steps);
  if (!order.empty() && at != "-") draft.add(StepKind::Prefetch, {nest.tensors[tensor].name, at}, 1);
  return {draft.steps};
}

Sentence panels_in_blocks(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor) {
  constexpr int64_t kSteps = 32; // between two requests
  Draft draft;
  std::vector<std::string> chunks, steps, blocks, rows, panels, columns;
  const int64_t width = panel_width(nest, t, tile), depth = panel_rows(t, width * size_of(nest.type));
  const std::string k = draft.split_twice(nest, s.reductions[0], depth, kSteps, chunks, steps);
  const std::string i = draft.split_twice(nest, s.row, rows_in_block(nest, t, s, tile, depth), tile.rows, blocks, rows);
  const std::string j = draft.split_twice(nest, s.vector, width, tile.vectors * t.lanes(nest.type), panels, columns);
  std::vector<std::string> order;
  for (const auto *more : {&chunks, &blocks, &panels, &rows, &columns, &steps}) order.insert(order.end(), more->begin(), more->end());
  order.insert(order.end(), {k, i, j});
  const std::string at = panels.empty() ? "-" : panels.back();
  draft.add(StepKind::Reorder, order);
  draft.add(StepKind::Pack, {nest.tensors[tensor].name, at});
  draft.add(StepKind::Tile, {i, j});
  draft.add(StepKind::Vectorize, {j});
  if (const int64_t steps = steps_at_once(t, tile); steps > 1) draft.add(StepKind::Unroll, {k}, steps);
  if (!panels.empty()) draft.add(StepKind::Prefetch, {nest.tensors[tensor].name, at}, 1);
  if (!rows.empty() && !steps.empty()) draft.add(StepKind::Prefetch, {nest.tensors[nest.accesses[nest.out].tensor].name, rows.back()}, 1);
  return {draft.steps};
}

bool rows_apart(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  const Int step = access_to(nest, s.moving[0]).strides[s.reductions.back()];
  const int64_t width = panel_width(nest, t, tile), narrow = tile.vectors * t.lanes(nest.type);
  return t.isa != Isa::Rvv && width > narrow && step.is_const() && step.value > width * size_of(nest.type);
}

bool comes_in_chunks(const Nest &nest, const Target &t, const Shape &s) {
  const bool known = std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); });
  if (!known || !waits_for_l3(t) || s.row < 0 || !s.rows_share || !s.strided.empty() || s.moving.size() != 1) return false;
  const Access &moving = access_to(nest, s.moving[0]);
  int64_t bytes = size_of(nest.type), rows = nest.dims[s.row].extent.value;
  for (int d = 0; d < int(nest.dims.size()); ++d) {
    const int64_t extent = nest.dims[d].extent.value;
    if (!moving.strides[d].is_zero()) bytes *= extent;
    else if (d != s.row && !nest.dims[d].reduction) rows *= extent;
  }
  constexpr int64_t kWorthKeeping = 32, kWidest = 4; // rows that meet a chunk; vectors of a tile
  const int64_t columns = nest.dims[s.vector].extent.value;
  return bytes > t.l2_bytes / 2 && rows >= kWorthKeeping && columns <= kWidest * t.lanes(nest.type) &&
         moving.strides[s.reductions.back()] == Int::constant(columns * size_of(nest.type)) && !loads_access(nest, nest.final, nest.out);
}

Sentence chunks_around(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  Draft draft;
  std::vector<std::string> order, still, columns, chunks, rows;
  const int64_t width = tile.vectors * t.lanes(nest.type);
  const std::string j = draft.split(nest, s.vector, width, columns);
  const std::string k = draft.split(nest, s.reductions.back(), panel_rows(t, width * size_of(nest.type)), chunks);
  const std::string i = draft.split(nest, s.row, tile.rows, rows);
  for (int d : s.outer) (access_to(nest, s.moving[0]).strides[d].is_zero() ? still : order).push_back(nest.dims[d].name);
  const auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  append(columns);
  names(nest, {s.reductions.begin(), s.reductions.end() - 1}, order);
  append(chunks), append(still), append(rows), append({k, i, j});
  draft.add(StepKind::Reorder, order);
  draft.add(StepKind::Tile, {i, j});
  draft.add(StepKind::Vectorize, {j});
  if (const int64_t steps = steps_at_once(t, tile); steps > 1) draft.add(StepKind::Unroll, {k}, steps);
  return {draft.steps};
}

Sentence panels_around(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  Draft draft;
  std::vector<std::string> order, still, panels, columns, chunks, rows;
  const int64_t width = panel_width(nest, t, tile), depth = t.l1_bytes / 2 / (width * size_of(nest.type));
  const std::string j = draft.split_twice(nest, s.vector, width, tile.vectors * t.lanes(nest.type), panels, columns);
  const std::string k = draft.split(nest, s.reductions.back(), std::max<int64_t>(1, depth), chunks);
  const std::string i = draft.split(nest, s.row, tile.rows, rows);
  for (int d : s.outer) (access_to(nest, s.moving[0]).strides[d].is_zero() ? still : order).push_back(nest.dims[d].name);
  const auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  append(panels);
  names(nest, {s.reductions.begin(), s.reductions.end() - 1}, order);
  append(chunks);
  const std::string at = order.back();
  append(still), append(rows), append(columns), append({k, i, j});
  draft.add(StepKind::Reorder, order);
  draft.add(StepKind::Pack, {nest.tensors[s.moving[0]].name, at});
  draft.add(StepKind::Tile, {i, j});
  draft.add(StepKind::Vectorize, {j});
  if (const int64_t steps = steps_at_once(t, tile); steps > 1) draft.add(StepKind::Unroll, {k}, steps);
  draft.add(StepKind::Prefetch, {nest.tensors[s.moving[0]].name, at}, 1);
  return {draft.steps};
}

} // namespace vecwrap
