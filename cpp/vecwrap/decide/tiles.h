// Register tiles ranked by a small throughput model.
#pragma once
#include "decide/shape.h"
#include "target/target.h"

namespace vecwrap {

/// Rows of one operand walked side by side before they evict each other (ways of the first-level cache).
inline constexpr int kStreams = 8;

/// Most iterations of a last reduction that are unrolled altogether.
inline constexpr int64_t kUnrolled = 7;

struct Tile {
  int64_t rows, vectors;
  double cost; ///< cycles for one reduction step over the whole output, or a panel of it
  int64_t panels = 1; ///< of whole vectors, side by side
  int64_t lines = 1;  ///< of rows, where windows slide over those as well
  int64_t block = 0;  ///< rows are cut into blocks of so many first, each of whole tiles and a rest; 0: they are not
  bool both = false;  ///< those windows are unrolled too, not the rows' only
};

/// Where what moves along the vectors is read from: the first-level cache, the second, or a copy (step pack) that takes
/// most of the first.
enum class Columns : uint8_t { Near, Far, Packed };

/// The target whose vectors are groups of registers (RVV: LMUL), and the groups to try: up to 4 registers (XNNPACK's and IREE's
/// choice), unless the vectorized dim is too short to fill half of them.
Target grouped(const Target &, int group);
std::vector<int> groups(const Nest &, const Target &);

/// Reduction steps in the innermost body, unless there are fewer of them.
int64_t steps_at_once(const Target &, const Tile &);

/// The best register tiles for a nest, cheapest first.
std::vector<Tile> tiles(const Nest &, const Target &, const Shape &, Columns = Columns::Near);

} // namespace vecwrap
