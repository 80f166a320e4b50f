// Schedules with the lanes along a reduction, for nests whose reductions may be reassociated.
#pragma once
#include "decide/shape.h"
#include "decide/tiles.h"
#include "schedule/sentence.h"
#include "target/target.h"

namespace vecwrap {

struct Plan {
  std::vector<Sentence> sentences; ///< cheapest first
  double cycles = 0;               ///< of the first, with operands in the caches
};

/// Empty if no reduction dim is contiguous in all operands that move along it, or lanes would mostly stay empty.
Plan lanes_along_reduction(const Nest &, const Target &);

/// Cycles of a contraction in such tiles, packing included.
double contraction_cycles(const Nest &, const Shape &, const Tile &);
/// The same for the cheapest tile with the lanes along a parallel dim, packing included.
double contraction_cycles(const Nest &, const Target &, const Shape &);

} // namespace vecwrap
