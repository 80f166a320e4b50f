// Worth: nests that could run on a kernel, and are left to clang because its own loops are as fast or faster.
#pragma once
#include "llvm/lift.h"

namespace vecwrap::raise {

/// Constant extents with fewer points are clang's, which unrolls such small nests completely (bench/small.py).
inline constexpr int64_t kMinConstantPoints = 256;

/// Does a window of constant size slide over elements that are converted to wider ones?
bool slides_over_narrow(const Nest &);
/// Is a kernel for SSE2 faster than clang's loop for it?
bool worth_sse(const Nest &);
std::optional<Refusal> not_worth(const Lifted &, const Tree &);

} // namespace vecwrap::raise
