// Sums of rows of a matrix, each times a number: the matrix goes by once.
#include "decide/candidates.h"
#include "decide/draft.h"
#include "decide/operands.h"
#include <algorithm>
#include <array>

namespace vecwrap {
namespace {

/// Rows walked side by side. Where they share no sets of the first-level cache, more of them keep its prefetchers busy. (Zen 5, one row by
/// 3072 x 768: 12 rows 1.25 times as fast as 8; 4096 x 4096: 3 % slower.)
int64_t streams(const Nest &nest, const Target &t, const Shape &s) {
  constexpr int64_t kPage = 4096, kMany = 12;
  const bool apart = std::all_of(s.moving.begin(), s.moving.end(), [&](int tensor) {
    const Int row = access_to(nest, tensor).strides[s.reductions.back()];
    return row.is_const() && row.value % kPage;
  });
  return apart && !t.scalar_regs ? kMany : kStreams;
}

} // namespace

void streaming(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  const int64_t rows = streams(nest, t, s);
  for (int64_t vectors : t.scalar_regs ? std::array{8, 4, 2, 1} : std::array{4, 8, 2, 1}) {
    Draft draft;
    std::vector<std::string> order, columns, chunks;
    const std::string j = draft.split(nest, s.vector, vectors * t.lanes(nest.type), columns);
    const int last = s.reductions.back();
    const std::string k = draft.split(nest, last, rows, chunks);
    names(nest, s.outer, order);
    for (int r : s.reductions)
      if (r != last) order.push_back(nest.dims[r].name);
    order.insert(order.end(), chunks.begin(), chunks.end());
    order.insert(order.end(), columns.begin(), columns.end());
    order.push_back(k), order.push_back(j);
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Tile, {j});
    draft.add(StepKind::Vectorize, {j});
    draft.add(StepKind::Unroll, {k}, std::min(rows, typical_extent(nest, last)));
    list.push_back({draft.steps});
    list.push_back(tiled(nest, t, s, {1, vectors, 0}, -1));
  }
}

} // namespace vecwrap
