#include "llvm/worth.h"

namespace vecwrap::raise {

namespace {

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

} // namespace

std::optional<Refusal> not_worth(const Lifted &lifted, const Tree &tree) {
  if (constant_points(lifted, tree) < kMinConstantPoints)
    return refusal(Why::TooSmall);
  if (has_narrow_lanes(lifted.nest))
    return refusal(Why::NarrowLanes);
  return std::nullopt;
}

} // namespace vecwrap::raise
