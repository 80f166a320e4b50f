// Nests of vectors without a register tile of sums: copies, pointwise operations, strict rows by transposed blocks.
#include "decide/candidates.h"
#include "decide/draft.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kAbreast = 8; ///< vectors that two units of latency four keep busy

/// Is this a chain of so many operations that what comes later in the program waits for its end (codegen/interleave.cpp), and are there
/// registers for twice as many vectors? (Granite Rapids, e^x of rows of 128: 8 vectors take 6 % less than 4.)
bool overlaps(const Nest &nest, const Target &t) {
  constexpr int64_t kLong = 12, kEach = 3; // operations; registers of a vector
  const auto computes = [](const Node &n) { return n.op != Op::Const && n.op != Op::Load && n.op != Op::Acc; };
  return !t.scalar_regs && t.vector_regs > kEach * kAbreast && std::count_if(nest.nodes.begin(), nest.nodes.end(), computes) >= kLong;
}

/// Tiles of `height` rows (of dim `rows`, if there is one) by `width` columns; the other dims in the source's order.
Sentence blocks(const Nest &nest, int columns, int64_t width, int rows, int64_t height) {
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

} // namespace

int neighbours(const Nest &nest, const Shape &s, bool reduction) {
  for (int d = int(nest.dims.size()) - 1; d >= 0; --d)
    for (size_t a = 0; a < nest.accesses.size() && d != s.vector && nest.dims[d].reduction == reduction; ++a)
      if (std::find(s.strided.begin(), s.strided.end(), nest.accesses[a].tensor) != s.strided.end() && nest.contiguous(int(a), d))
        return d;
  return -1;
}

void pointwise(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  const int64_t lanes = t.lanes(nest.type);
  if (overlaps(nest, t) && typical_extent(nest, s.vector) % (kAbreast * lanes) == 0) list.push_back(blocks(nest, s.vector, kAbreast * lanes, -1, 0));
  for (int64_t vectors : {4, 2, 1}) list.push_back(blocks(nest, s.vector, vectors * lanes, -1, 0));
}

void transposed(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  constexpr int64_t kLine = 64, kPiece = 16;
  const int rows = neighbours(nest, s, false);
  for (int64_t bytes = kLine; bytes >= kPiece; bytes /= 2)
    list.push_back(blocks(nest, s.vector, t.lanes(nest.type), rows, bytes / size_of(nest.type)));
}

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

} // namespace vecwrap
