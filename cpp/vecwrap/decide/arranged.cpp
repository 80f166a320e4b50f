// A register tile in the loops of a contraction: which operand stays in the cache while the other one goes by.
#include "decide/candidates.h"
#include "decide/draft.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kUnroll = 4, kShort = 7; ///< copies of the innermost body; loops that are unrolled wholly

/// Loops outside of the reduction, in order: the other dims, blocks of rows, columns, rows.
enum class Part : uint8_t { Others, Blocks, Columns, Rows };
constexpr Part kOrders[][4] = {
    {Part::Others, Part::Blocks, Part::Rows, Part::Columns}, // columns pass by a few rows
    {Part::Others, Part::Blocks, Part::Columns, Part::Rows}, // rows pass by a panel of columns
    {Part::Blocks, Part::Rows, Part::Others, Part::Columns}, // the same rows for all of the output
};

/// Steps of the first reduction dim with which the tile's operands fill half of the first-level cache; 0: all of them.
int64_t depth(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int64_t rows) {
  int64_t step = size_of(nest.type) * (rows + tile.vectors * t.lanes(nest.type));
  for (size_t r = 1; r < s.reductions.size(); ++r) step *= typical_extent(nest, s.reductions[r]);
  const int64_t fit = t.l1_bytes / 2 / step / kUnroll * kUnroll;
  return fit >= kUnroll && fit < typical_extent(nest, s.reductions[0]) ? fit : 0;
}

struct Arrangement {
  const Part (&order)[4];
  int64_t blocks; ///< rows in a block, in tiles; 1: no blocks
  int64_t depth;  ///< of chunks of the reduction, outside of all but the other dims; 0: none
};

Sentence sentence(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, const Arrangement &a) {
  Draft draft;
  std::vector<std::string> chunks, blocks, rows, columns, others, order, inside;
  const std::string j = draft.split(nest, s.vector, tile.vectors * t.lanes(nest.type), columns);
  std::string i;
  if (s.row >= 0) i = a.blocks > 1 ? draft.split_twice(nest, s.row, tile.rows * a.blocks, tile.rows, blocks, rows)
                                   : draft.split(nest, s.row, tile.rows, rows);
  names(nest, s.outer, others);
  for (int r : s.reductions)
    inside.push_back(r == s.reductions[0] && a.depth ? draft.split(nest, r, a.depth, chunks) : nest.dims[r].name);
  const auto append = [&](const std::vector<std::string> &more) { order.insert(order.end(), more.begin(), more.end()); };
  if (a.order[0] == Part::Others) append(others);
  append(chunks);
  for (Part part : a.order) {
    if (part == Part::Others && a.order[0] != part) append(others);
    if (part == Part::Blocks) append(blocks);
    if (part == Part::Columns) append(columns);
    if (part == Part::Rows) append(rows);
  }
  append(inside);
  const std::vector<std::string> points = s.row < 0 ? std::vector{j} : std::vector{i, j};
  append(points);
  draft.add(StepKind::Reorder, order);
  draft.add(StepKind::Tile, points);
  draft.add(StepKind::Vectorize, {j});
  const int64_t trip = a.depth && s.reductions.size() == 1 ? a.depth : typical_extent(nest, s.reductions.back());
  if (trip > 1) draft.add(StepKind::Unroll, {inside.back()}, trip <= kShort ? trip : kUnroll);
  return {draft.steps};
}

} // namespace

void arranged(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, std::vector<Sentence> &list) {
  constexpr int64_t kBlock = 4;
  for (const auto &order : kOrders)
    for (int64_t blocks : {int64_t(1), kBlock}) {
      if (blocks > 1 && (order[2] != Part::Columns || s.row < 0)) continue; // blocks are there to have columns pass by them
      list.push_back(sentence(nest, t, s, tile, {order, blocks, 0}));
      if (const int64_t chunk = depth(nest, t, s, tile, tile.rows * blocks)) list.push_back(sentence(nest, t, s, tile, {order, blocks, chunk}));
    }
}

} // namespace vecwrap
