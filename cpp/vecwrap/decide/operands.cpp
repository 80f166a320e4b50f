#include "decide/operands.h"
#include <algorithm>
#include <numeric>

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

/// How much of a cache, whose sets repeat every `sets` bytes, rows of `width` bytes may fill: those a power of two apart meet in
/// few of them.
double share_of(int64_t sets, int64_t stride, int64_t width) { return std::min(1.0, double(width) / double(std::gcd(stride, sets))); }

} // namespace

int64_t l2_bytes(const Target &t, int64_t stride, int64_t width) {
  constexpr int64_t kSets = 64 << 10;
  return int64_t(double(t.l2_bytes) * share_of(kSets, stride, width));
}

namespace {

/// Do the rows of a register tile's columns lie so that they evict each other even from the second-level cache?
bool columns_evict(const Nest &nest, const Target &t, const Shape &s) {
  constexpr int64_t kVectors = 4;
  const Int stride = access_to(nest, s.moving[0]).strides[s.reductions[0]];
  const int64_t width = kVectors * t.vector_bytes;
  return stride.is_const() && stride.value && typical_extent(nest, s.reductions[0]) * width > l2_bytes(t, stride.value, width);
}

/// Copying a vector costs about as much as 3 bytes per row tile gain where the rows of both operands spread over the
/// caches, and a quarter of that where rows of one evict each other (seen on Zen 5: 128 x 768 x 768 loses about 6 % by
/// packing on AVX-512 and gains 1 % on AVX2, 128 x 1024 x 1024 gains about 4 % and 8 %, 128 x 3072 x 768 12 %).
bool worth_packing(const Nest &nest, const Target &t, const Shape &s) {
  constexpr int64_t kFewRows = 64, kFar = 4;
  const int64_t rows = typical_extent(nest, s.row);
  const bool evict = waits_for_l3(t) || rows_evict(nest, s) || columns_evict(nest, t, s);
  return rows >= kFewRows && leaves_l2(nest, t, s) && rows * (evict ? kFar : 1) > 3 * t.vector_bytes;
}

int64_t reduction_steps(const Nest &nest, const Shape &s) {
  int64_t steps = 1;
  for (int r : s.reductions) steps *= typical_extent(nest, r);
  return steps;
}

/// Of the moving operand: steps of the reductions, rows that read it again.
struct Panel { Int stride; int64_t rows, steps; };
Panel panel_of(const Nest &nest, const Shape &s) {
  const Access &operand = access_to(nest, s.moving[0]);
  Panel panel{operand.strides[s.reductions.back()], nest.dims[s.row].extent.value, 1};
  for (int d : s.outer) panel.rows *= operand.strides[d].is_zero() ? nest.dims[d].extent.value : 1;
  for (int r : s.reductions) panel.steps *= nest.dims[r].extent.value;
  return panel;
}

} // namespace

/// (Some 450 instructions, a third of them the loads of a tile that has two multiply-adds a cycle.)
bool waits_for_l3(const Target &t) {
  constexpr int kGoAhead = 150;
  return t.l3_cycles > kGoAhead;
}

bool leaves_l2(const Nest &nest, const Target &t, const Shape &s) {
  const int64_t bytes = typical_extent(nest, s.reductions[0]) * typical_extent(nest, s.vector) * size_of(nest.type);
  return bytes > (waits_for_l3(t) ? t.l2_bytes / 4 : t.l2_bytes);
}

const Access &access_to(const Nest &nest, int tensor) {
  return *std::find_if(nest.accesses.begin(), nest.accesses.end(), [&](const Access &a) { return a.tensor == tensor; });
}

int tensor_to_pack(const Nest &nest, const Target &t, const Shape &s) {
  if (s.row < 0 || s.strided.size() > 1) return -1;
  for (size_t r = 1; r < s.reductions.size(); ++r)
    if (!nest.dims[s.reductions[r]].extent.is_const()) return -1;
  if (!s.strided.empty()) return s.strided[0];
  if (s.reductions.size() != 1 || s.moving.size() != 1 || panel_already(nest, t, s)) return -1;
  return worth_packing(nest, t, s) ? s.moving[0] : -1;
}

/// Filters: what wide tiles read of them. Where that fills the second level, wide tiles are better after all, for they read
/// inputs less often. (Zen 5, ResNet-50's 3x3, of the peak, tiles of 4 and 2 vectors: 64 channels 94.3 and 95.6 %, 128 96.1 and 96.9, 256 95.3
/// and 94.9, 512 85.8 and 81.1.)
bool far(const Nest &nest, const Target &t, const Shape &s) {
  constexpr int64_t kWide = 4;
  if (s.moving.size() != 1 || panel_already(nest, t, s)) return false;
  const int64_t steps = reduction_steps(nest, s), row = typical_extent(nest, s.vector) * size_of(nest.type);
  if (s.reductions.size() != 1 && (!s.rows_share || steps * std::min<int64_t>(row, kWide * t.vector_bytes) > t.l2_bytes / 2)) return false;
  return steps * row > t.l1_bytes;
}

bool fits_as_copy(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  constexpr int64_t kWorthCopying = 16, kSets = 4096; // passes over a panel
  if (s.row < 0 || !s.rows_share || s.moving.size() != 1 || s.reductions.size() < 2 || t.isa == Isa::Rvv) return false;
  if (!std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); })) return false;
  const Panel panel = panel_of(nest, s);
  const int64_t width = std::min(nest.dims[s.vector].extent.value, tile.vectors * t.lanes(nest.type)) * size_of(nest.type);
  const int64_t bytes = panel.steps * width, fit = t.l1_bytes * 9 / 8;
  return panel.stride.is_const() && bytes <= fit && double(bytes) > double(fit) * share_of(kSets, panel.stride.value, width) &&
         panel.rows >= kWorthCopying * tile.rows;
}

bool rows_overlap(const Nest &nest, const Shape &s) {
  if (s.row < 0 || !s.rows_share) return false;
  const auto reached = [&](const Access &a) {
    const Int row = a.strides[s.row];
    return row.is_const() && row.value && std::any_of(s.reductions.begin(), s.reductions.end(), [&](int r) { return a.strides[r] == row; });
  };
  return std::any_of(nest.accesses.begin(), nest.accesses.end(), reached);
}

bool begins_or_ends(const Nest &nest, int tensor) {
  bool found = false;
  for (int a = 0; a < int(nest.accesses.size()); ++a) {
    if (nest.accesses[a].tensor != tensor) continue;
    if (loads_access(nest, nest.update, a) || nest.accesses[a].index >= 0) return false;
    found = found || loads_access(nest, nest.init, a) || loads_access(nest, nest.final, a);
  }
  return found;
}

bool comes_late(const Nest &nest, const Target &t, const Shape &s, int tensor) {
  const Access &access = access_to(nest, tensor);
  double bytes = size_of(nest.type);
  for (int d = 0; d < int(nest.dims.size()); ++d) bytes *= access.strides[d].is_zero() ? 1 : double(typical_extent(nest, d));
  return !access.strides[s.row].is_zero() && bytes > double(t.l2_bytes) / 2;
}

bool lines_leave(const Nest &nest, const Target &t, const Shape &s, int64_t vectors) {
  constexpr int64_t kSets = 4096;
  if (s.line < 0 || !nest.dims[s.row].extent.is_const()) return false;
  const auto slides = [&](const Access &a) { return !a.strides[s.row].is_zero() && !a.strides[s.reductions.back()].is_zero(); };
  const auto under = std::find_if(nest.accesses.begin(), nest.accesses.end(), slides);
  if (under == nest.accesses.end()) return false;
  const int64_t width = std::min<int64_t>(vectors * t.lanes(nest.type), typical_extent(nest, s.vector)) * size_of(nest.type);
  const int64_t places = s.line_window * ((nest.dims[s.row].extent.value - 1) * s.step + s.window);
  return double(places * width) > double(t.l1_bytes) * share_of(kSets, under->strides[s.reductions.back()].value, width);
}

int64_t column_block(const Nest &nest, const Target &t, const Shape &s, int64_t width) {
  if (s.row < 0 || s.reductions.size() != 1 || !far(nest, t, s)) return 0;
  const Int columns = nest.dims[s.vector].extent, depth = nest.dims[s.reductions[0]].extent;
  if (!columns.is_const() || !depth.is_const()) return 0;
  const int64_t fit = t.l2_bytes / 2 / (depth.value * size_of(nest.type)), most = std::max<int64_t>(1, fit / width) * width;
  if (fit >= columns.value) return 0;
  const int64_t blocks = (columns.value + most - 1) / most; // of one size, as far as tiles let them
  return ((columns.value + blocks - 1) / blocks + width - 1) / width * width;
}

int reductions_around_rows(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  constexpr int64_t kWorthKeeping = 64; // steps between partial sums
  if (s.row < 0 || !s.rows_share || s.moving.size() != 1 || loads_access(nest, nest.final, nest.out)) return 0;
  if (!std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); })) return 0;
  Panel panel = panel_of(nest, s);
  if (panel.rows <= tile.rows || !panel.stride.is_const()) return 0;
  const int64_t width = std::min(nest.dims[s.vector].extent.value, tile.vectors * t.lanes(nest.type)) * size_of(nest.type);
  const int64_t fit = l2_bytes(t, panel.stride.value, width) * 5 / 8; // beside what else passes through it
  int around = 0;
  for (; panel.steps * width > fit && around + 1 < int(s.reductions.size()); ++around)
    panel.steps /= nest.dims[s.reductions[around]].extent.value;
  return panel.steps < kWorthKeeping ? 0 : around;
}

int64_t panel_depth(const Nest &nest, const Target &t, const Shape &s, const Tile &tile) {
  int64_t row = tile.vectors * t.vector_bytes;
  for (size_t r = 1; r < s.reductions.size(); ++r) row *= typical_extent(nest, s.reductions[r]);
  const int64_t depth = t.l1_bytes * 9 / 8 / row;
  if (depth >= 64) return depth / 32 * 32;
  const int64_t steps = typical_extent(nest, s.reductions[0]), chunks = (steps - 1) / std::max<int64_t>(1, depth) + 1;
  return std::max<int64_t>(1, (steps - 1) / chunks + 1); // of equal length
}

} // namespace vecwrap
