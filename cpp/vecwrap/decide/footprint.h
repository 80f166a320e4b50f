// Footprint: the cache lines that the loops of a tree touch, and how often they come anew. Extents and strides are known.
// After Wolf and Lam, A data locality optimizing algorithm, 1991.
#pragma once
#include "schedule/apply.h"
#include "target/core.h"

namespace vecwrap {

/// Iterations of a loop; the last one may be a part of one.
double trips(const LoopTree &, int loop);

class Footprint {
public:
  Footprint(const LoopTree &tree, const Core &core) : tree_(tree), core_(core) {}
  /// Lines of an access that come into an empty first-level cache while the whole nest runs.
  double misses(int access) const;

private:
  struct Runs { double count, length; int64_t apart; }; ///< of bytes; what divides the distances between them, 0 where there is one
  Runs runs(int access, int position) const;
  bool aligned(int access, int position, const Runs &) const;
  double lines(int access, int position) const; ///< that one run of the loops from `position` inwards touches
  double crowding(int access, int position) const; ///< lines for each set that some of them are in
  double evicted(int access, int position) const; ///< part of it, before the same loops run again
  int64_t covered(int dim, int position) const;

  double sets() const { return double(core_.l1_bytes) / core_.line / core_.ways; }

  const LoopTree &tree_;
  const Core &core_;
};

} // namespace vecwrap
