// Register tiles ranked by a small throughput model.
#pragma once
#include "decide/shape.h"
#include "target/target.h"

namespace vecwrap {

/// Rows of one operand walked side by side before they evict each other (ways of the first-level cache).
inline constexpr int kStreams = 8;

struct Tile {
  int64_t rows, vectors;
  double cost; ///< cycles for one reduction step over the whole output, or a panel of it
  int64_t panels = 1; ///< of whole vectors, side by side
};

/// The target whose vectors are groups of registers (RVV: LMUL), and the groups to try: up to 4 registers (XNNPACK's and IREE's
/// choice), unless the vectorized dim is too short to fill them.
Target grouped(const Target &, int group);
std::vector<int> groups(const Nest &, const Target &);

/// The best register tiles for a nest, cheapest first. `far`: what moves along the vectors comes from the second-level cache.
std::vector<Tile> tiles(const Nest &, const Target &, const Shape &, bool far = false);

} // namespace vecwrap
