#include "decide/ahead.h"
#include <algorithm>

namespace vecwrap {
namespace {

int last_reader(const ProgramTree &tree, int tensor) {
  for (int n = int(tree.leaves.size()) - 1; n >= 0; --n)
    if (reads(tree.leaves[n].tree.nest, tensor)) return n;
  return -1;
}

/// The leaf's dim that moves with the host's rows; -1 if none.
int row_dim(const ProgramTree &tree, int leaf, int host, int row) {
  const Region &region = tree.leaves[leaf].region;
  for (int d = 0; d < int(region.size()) && leaf != host; ++d)
    if (row < int(region[d].step.size()) && region[d].step[row]) return d;
  return leaf == host ? row : -1;
}

} // namespace

int64_t touched_bytes(const Nest &nest, int tensor) {
  int64_t most = 0;
  for (int a = 0; a < int(nest.accesses.size()); ++a) {
    if (nest.accesses[a].tensor != tensor) continue;
    int64_t bytes = size_of(nest.stored(a));
    for (int d = 0; d < int(nest.dims.size()); ++d) bytes *= nest.still(a, d) ? 1 : nest.dims[d].extent.value;
    most = std::max(most, bytes);
  }
  return most;
}

std::vector<std::pair<int, Step>> next_rows(const std::vector<Nest> &whole, const ProgramTree &tree, int host, int row, int64_t block,
                                            const Target &target) {
  std::vector<std::pair<int, Step>> steps;
  for (int tensor = 0; tensor < tree.arguments && target.isa != Isa::Rvv; ++tensor) {
    const int n = last_reader(tree, tensor), d = n < 0 ? -1 : row_dim(tree, n, host, row);
    if (d < 0 || touched_bytes(whole[n], tensor) <= target.l2_bytes) continue;
    const LoopTree &leaf = tree.leaves[n].tree;
    const auto loop = std::find_if(leaf.loops.begin(), leaf.loops.end(), [&](const Loop &l) { return l.dim == d; });
    const auto moves = [&](const Access &a) { return a.tensor == tensor && !a.strides[d].is_zero(); };
    if (loop->tile || std::none_of(leaf.nest.accesses.begin(), leaf.nest.accesses.end(), moves)) continue;
    steps.push_back({n, {StepKind::Prefetch, {leaf.nest.tensors[tensor].name, loop->name}, std::max<int64_t>(1, block / loop->step)}});
  }
  return steps;
}

} // namespace vecwrap
