#include "decide/operands.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// Do rows of an operand that stays along the vectors lie a multiple of a page apart?
bool rows_evict(const Nest &nest, const Shape &s) {
  constexpr int64_t kPage = 4096;
  return std::any_of(nest.accesses.begin(), nest.accesses.end(), [&](const Access &a) {
    const Int row = a.strides[s.row];
    return a.strides[s.vector].is_zero() && row.is_const() && row.value && row.value % kPage == 0;
  });
}

/// Are the rows of the moving operand as wide as a register tile, and side by side in memory?
bool panel_already(const Nest &nest, const Target &t, const Shape &s) {
  const int64_t width = typical_extent(nest, s.vector);
  if (width > 4 * t.lanes(nest.type)) return false;
  for (const Access &a : nest.accesses)
    if (a.tensor == s.moving[0] && !(a.strides[s.reductions[0]] == Int::constant(width * size_of(nest.type)))) return false;
  return true;
}

/// Copying a vector costs about as much as 3 bytes per row tile gain where the rows of both operands spread over the
/// caches, and a quarter of that where rows a page apart evict each other (seen on a busy Zen 5: 128 x 768 x 768 loses
/// about 6 % by packing on AVX-512 and gains 1 % on AVX2, 128 x 1024 x 1024 gains about 4 % and 8 %).
bool worth_packing(const Nest &nest, const Target &t, const Shape &s) {
  constexpr int64_t kFewRows = 64;
  const int64_t rows = typical_extent(nest, s.row);
  const int64_t panel = typical_extent(nest, s.reductions[0]) * typical_extent(nest, s.vector) * size_of(nest.type);
  return rows >= kFewRows && panel > t.l2_bytes && rows * (rows_evict(nest, s) ? 4 : 1) > 3 * t.vector_bytes;
}

} // namespace

int tensor_to_pack(const Nest &nest, const Target &t, const Shape &s) {
  if (s.row < 0 || s.strided.size() > 1) return -1;
  for (size_t r = 1; r < s.reductions.size(); ++r)
    if (!nest.dims[s.reductions[r]].extent.is_const()) return -1;
  if (!s.strided.empty()) return s.strided[0];
  if (s.reductions.size() != 1 || s.moving.size() != 1 || panel_already(nest, t, s)) return -1;
  return worth_packing(nest, t, s) ? s.moving[0] : -1;
}

bool far(const Nest &nest, const Target &t, const Shape &s) {
  if (s.reductions.size() != 1 || s.moving.size() != 1 || panel_already(nest, t, s)) return false;
  return typical_extent(nest, s.reductions[0]) * typical_extent(nest, s.vector) * size_of(nest.type) > t.l1_bytes;
}

int64_t column_block(const Nest &nest, const Target &t, const Shape &s, int64_t width) {
  if (s.row < 0 || !far(nest, t, s)) return 0;
  const Int columns = nest.dims[s.vector].extent, depth = nest.dims[s.reductions[0]].extent;
  if (!columns.is_const() || !depth.is_const()) return 0;
  const int64_t fit = t.l2_bytes * 5 / 8 / (depth.value * size_of(nest.type));
  return fit >= columns.value ? 0 : std::max<int64_t>(1, fit / width) * width;
}

int64_t panel_depth(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  int64_t row = tile.vectors * t.vector_bytes;
  for (size_t r = 1; r < s.reductions.size(); ++r) row *= typical_extent(nest, s.reductions[r]);
  const int64_t depth = t.l1_bytes * 9 / 8 / row;
  return std::max<int64_t>(1, depth >= 64 ? depth / 32 * 32 : depth);
}

} // namespace vecwrap
