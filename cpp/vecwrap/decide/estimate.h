// Estimate: the time of a scheduled nest on a core that executes in order, by its units and its first-level cache.
#pragma once
#include "schedule/apply.h"

namespace vecwrap {

/// One reduction step of a register tile: its vectors, and the operations for each; vector loads, the cycles that they hold their unit, and how many
/// of them are waited for at once; scalar loads; vectors that the tile leaves over.
struct TileStep {
  double points, operations, loads, lines, at_once, scalars, spare;
  int group; ///< registers of a vector
  double cycles(const Core &) const;
};

/// Cycles of the whole nest; of use only beside those of other schedules of it.
double estimate(const LoopTree &, const Target &);

} // namespace vecwrap
