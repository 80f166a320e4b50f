// Footprint: the cache lines that the loops of a tree touch, and how often they come anew.
// After Wolf and Lam, A data locality optimizing algorithm, 1991.
#pragma once
#include "schedule/apply.h"

namespace vecwrap {

/// Iterations of a loop; unknown extents as typical_extent says.
double trips(const LoopTree &, int loop);

class Footprint {
public:
  explicit Footprint(const LoopTree &tree) : tree_(tree) {}
  /// Lines of an access that come into an empty cache of so many bytes while the whole nest runs.
  double misses(int access, double cache_bytes) const;

private:
  double lines(int access, int position) const; ///< that one run of the loops from `position` inwards touches
  double bytes(int position) const;             ///< by all accesses
  int64_t covered(int dim, int position) const;

  const LoopTree &tree_;
};

} // namespace vecwrap
