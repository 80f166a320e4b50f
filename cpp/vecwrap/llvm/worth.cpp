#include "llvm/worth.h"
#include "ir/product.h"
#include <algorithm>

namespace vecwrap::raise {

namespace {

constexpr int64_t kWindow = 16; ///< the longest side of what is taken for a window

double constant_points(const Lifted &lifted, const Tree &tree) {
  double points = 1;
  for (int loop : lifted.dim_loop)
    points *= tree.loops[loop].trip.is_const() ? double(tree.loops[loop].trip.value()) : 1e9;
  return points;
}

/// A stencil of sums or extrema of narrow integers: clang unrolls its constant loops, and computes in lanes as narrow as the
/// elements, of which a vector holds up to four times as many as kernels have in i32 (bench/integers.py: pool_max, block_match).
bool has_narrow_lanes(const Nest &nest) {
  if (nest.type != Type::I32)
    return false;
  for (const Node &node : nest.nodes)
    if (node.op == Op::Mul || node.op == Op::Fma || (node.op == Op::Load && size_of(nest.stored(node.access)) == 4 && node.access != nest.out))
      return false;
  for (const Dim &dim : nest.dims)
    if (dim.reduction && !dim.extent.is_const())
      return false;
  return true;
}

bool is_window(const Dim &dim) { return dim.extent.is_const() && dim.extent.value <= kWindow; }

} // namespace

/// Neighbouring points read the same elements: a reduction dim moves along them as a parallel one does.
bool slides_over_narrow(const Nest &nest) {
  bool slides = false;
  for (size_t r = 0; r < nest.dims.size(); ++r) {
    if (!nest.dims[r].reduction)
      continue;
    if (!is_window(nest.dims[r]))
      return false;
    for (size_t a = 0; a < nest.accesses.size(); ++a)
      for (size_t d = 0; d < nest.dims.size(); ++d)
        slides |= !nest.dims[d].reduction && !nest.still(int(a), int(d)) && nest.accesses[a].strides[d] == nest.accesses[a].strides[r] &&
                  size_of(nest.stored(int(a))) <= 2 && size_of(nest.type) == 4;
  }
  return slides;
}

/// Measured on the kernels of bench/kernels.c and bench/integers.c, against clang -O3 without -march: contractions and strided
/// nests are 1.5 to 40 times as fast, windows 0.6 to 0.9 times; SSE2 multiplies integers of 32 bits in five instructions.
bool worth_sse(const Nest &nest) {
  for (const Dim &dim : nest.dims)
    if (dim.reduction && is_window(dim))
      return false;
  const auto has = [&](Op op) { return std::any_of(nest.nodes.begin(), nest.nodes.end(), [&](auto &node) { return node.op == op; }); };
  if (nest.type != Type::I32)
    return !has(Op::Fma); // -mfma without -mavx2: a routine of its own
  return product_of(nest) || (!has(Op::Mul) && !has(Op::Fma));
}

std::optional<Refusal> not_worth(const Lifted &lifted, const Tree &tree) {
  if (constant_points(lifted, tree) < kMinConstantPoints)
    return refusal(Why::TooSmall);
  if (has_narrow_lanes(lifted.nest))
    return refusal(Why::NarrowLanes);
  return std::nullopt;
}

} // namespace vecwrap::raise
