#include "decide/footprint.h"
#include "decide/shape.h"
#include "target/inorder.h"
#include <algorithm>
#include <cmath>
#include <map>

namespace vecwrap {
namespace {

constexpr double kUsable = 0.75;  ///< of a cache with few ways
constexpr int64_t kUnknown = 4096; ///< bytes of a stride that only the run knows

} // namespace

double trips(const LoopTree &tree, int l) {
  const Loop &loop = tree.loops[l];
  const int64_t chunk = loop.chunk.is_const() ? loop.chunk.value : typical_extent(tree.nest, loop.dim);
  return double((chunk + loop.step - 1) / loop.step);
}

int64_t Footprint::covered(int dim, int position) const {
  for (size_t l = position; l < tree_.loops.size(); ++l)
    if (tree_.loops[l].dim == dim) return tree_.loops[l].chunk.is_const() ? tree_.loops[l].chunk.value : typical_extent(tree_.nest, dim);
  return 1;
}

/// Dims of the same stride (a window and what it slides over) reach their sum; what lies closer than a line is one run of bytes.
double Footprint::lines(int access, int position) const {
  std::map<int64_t, int64_t> reach; // stride -> steps
  for (size_t d = 0; d < tree_.nest.dims.size(); ++d) {
    const Int stride = tree_.nest.accesses[access].strides[d];
    if (!stride.is_zero()) reach[stride.is_const() ? std::abs(stride.value) : kUnknown] += covered(int(d), position) - 1;
  }
  double runs = 1, length = size_of(tree_.nest.stored(access));
  for (auto [stride, steps] : reach)
    if (stride <= std::max<double>(length, inorder::kLine)) length += double(stride * steps);
    else runs *= double(steps + 1);
  return runs * (1 + (length - 4) / inorder::kLine);
}

double Footprint::bytes(int position) const {
  double sum = 0;
  for (size_t a = 0; a < tree_.nest.accesses.size(); ++a) sum += lines(int(a), position) * inorder::kLine;
  return sum;
}

/// Where one iteration fits into the cache, what the next one touches again is still there.
double Footprint::misses(int access, double cache_bytes) const {
  double count = 1;
  for (int p = int(tree_.loops.size()) - 1; p >= 0; --p)
    count = bytes(p + 1) <= kUsable * cache_bytes ? lines(access, p) : count * trips(tree_, p);
  return count;
}

} // namespace vecwrap
