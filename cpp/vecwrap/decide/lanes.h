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

/// The same where the lanes hold sums of narrow products (step dot); infinitely many cycles if there is none.
Plan dots_along_reduction(const Nest &, const Target &);

} // namespace vecwrap
