// Worth: nests that could run on a kernel, and are left to clang because its own loops are as fast or faster.
#pragma once
#include "llvm/lift.h"

namespace vecwrap::raise {

/// Constant extents with fewer points are clang's, which unrolls such small nests completely (bench/small.py).
inline constexpr int64_t kMinConstantPoints = 256;

std::optional<Refusal> not_worth(const Lifted &, const Tree &);

} // namespace vecwrap::raise
