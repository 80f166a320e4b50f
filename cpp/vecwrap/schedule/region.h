// Regions: which indices of a nest's dims are needed inside loops of another one. Computed from the affine accesses.
#pragma once
#include "ir/nest.h"
#include "ir/result.h"

namespace vecwrap {

/// low + sum of step[e] * i[e] + 0..span-1, for the indices i of another nest's dims; or everything.
struct Range {
  std::vector<int64_t> step;
  int64_t low = 0, span = 1;
  bool whole = false;
  bool open = false; ///< reaches further than is known when code is generated
  bool moves() const;
  bool operator==(const Range &) const = default;
};
using Region = std::vector<Range>; ///< one per dim

/// The index in `writer` of the element that `access` of `reader` touches, per dim of the writer. Refused where that is
/// not affine with constant, non-negative factors, or where an index cannot be shown to lie within the writer's dim.
Result<Region> locate(const Nest &writer, const Nest &reader, int access);

/// What `region` (over dims of `nest`) covers, over whatever `inner` expresses those dims by.
Region compose(const Region &region, const Region &inner, const Nest &nest);

/// The smallest region that covers both; nothing if they move differently.
std::optional<Region> hull(const Region &, const Region &);

/// Is the dim's index exactly that of dim e?
bool is_index(const Range &, int e);

} // namespace vecwrap
