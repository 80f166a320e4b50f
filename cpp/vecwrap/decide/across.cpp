// Lanes across the rows of the output: a vector holds one point of several rows, which are transposed in registers as they are
// stored. Where rows do not fill vectors (56 = 3.5 of 16) and the other dim does, that is less work.
#include "decide/candidates.h"
#include "decide/lanes.h"
#include "decide/operands.h"
#include <algorithm>
#include <limits>

namespace vecwrap {
namespace {

constexpr double kTransferCycles = 0.2; ///< of an element that is loaded or stored in transposed blocks (Zen 5: 0.1 to 0.2)
constexpr int64_t kPiece = 16;          ///< bytes of a row that are stored as one

bool is_const(const Nest &nest) {
  return std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); });
}

double outputs(const Nest &nest) {
  double all = 1;
  for (const Dim &d : nest.dims) all *= d.reduction ? 1 : double(d.extent.value);
  return all;
}

/// For the blocks that are transposed: the tile gets what is left.
Target with_spare_registers(Target t) {
  t.vector_regs -= t.vector_regs / 3;
  return t;
}

/// Rows of the tile are neighbours in memory; the operand along the lanes is packed, so that they read it as it lies there.
bool fits(const Nest &nest, const Target &t, const Shape &s) {
  return s.row >= 0 && s.rows_share && nest.contiguous(nest.out, s.row) && s.strided.size() == 1 && tensor_to_pack(nest, t, s) >= 0;
}

} // namespace

void across_rows(const Nest &nest, const Target &t, std::vector<Sentence> &list) {
  if (t.scalar_regs || !is_const(nest) || !nest.has_reduction() || nest.converts(nest.out)) return;
  double along = std::numeric_limits<double>::infinity();
  for (int d : vector_dims(nest, t)) along = std::min(along, contraction_cycles(nest, t, shape_of(nest, d)));
  for (int d = 0; d < int(nest.dims.size()); ++d) {
    if (nest.dims[d].reduction || nest.contiguous(nest.out, d) || nest.dims[d].extent.value < t.lanes(nest.type)) continue;
    const Shape s = shape_of(nest, d);
    if (!fits(nest, t, s)) continue;
    std::vector<std::pair<double, Sentence>> found;
    for (const Tile &tile : tiles(nest, with_spare_registers(t), s)) {
      const bool whole = tile.rows * size_of(nest.type) % kPiece == 0 || tile.rows == nest.dims[s.row].extent.value;
      if (tile.panels > 1 || !whole) continue;
      const int64_t chunks = (nest.dims[s.reductions[0]].extent.value - 1) / panel_depth(nest, t, s, tile) + 1;
      const double cycles = contraction_cycles(nest, s, tile) + double(2 * chunks) * kTransferCycles * outputs(nest);
      if (cycles < along) found.push_back({cycles, tiled(nest, t, s, tile, tensor_to_pack(nest, t, s))});
    }
    std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
    for (auto &[cycles, sentence] : found) list.insert(list.begin(), std::move(sentence));
  }
}

} // namespace vecwrap
