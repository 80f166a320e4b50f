#include "decide/footprint.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace vecwrap {
namespace {

constexpr double kUneven = 0.5; ///< ways that some sets hold less than others

} // namespace

double trips(const LoopTree &tree, int l) {
  const Loop &loop = tree.loops[l];
  const int64_t chunk = std::min(loop.chunk.value, tree.nest.dims[loop.dim].extent.value);
  return std::max(1.0, double(chunk) / double(loop.step));
}

int64_t Footprint::covered(int dim, int position) const {
  for (size_t l = position; l < tree_.loops.size(); ++l)
    if (tree_.loops[l].dim == dim) return std::min(tree_.loops[l].chunk.value, tree_.nest.dims[dim].extent.value);
  return 1;
}

/// Dims of the same stride (a window and what it slides over) reach their sum; what lies closer than a line is one run of bytes.
Footprint::Runs Footprint::runs(int access, int position) const {
  std::map<int64_t, int64_t> reach; // stride -> steps
  const std::vector<Int> &strides = tree_.nest.accesses[access].strides;
  for (size_t d = 0; d < tree_.nest.dims.size(); ++d)
    if (!strides[d].is_zero()) reach[std::abs(strides[d].value)] += covered(int(d), position) - 1;
  Runs runs{1, double(size_of(tree_.nest.stored(access))), 0};
  for (auto [stride, steps] : reach)
    if (stride <= std::max<double>(runs.length, core_.line)) runs.length += double(stride * steps);
    else if (steps) runs.count *= double(steps + 1), runs.apart = std::gcd(runs.apart, stride);
  return runs;
}

/// Do all runs begin where a line does? Tensors do.
bool Footprint::aligned(int access, int position, const Runs &r) const {
  const std::vector<Int> &strides = tree_.nest.accesses[access].strides;
  for (size_t d = 0; d < strides.size(); ++d) {
    const int64_t stride = std::abs(strides[d].value), within = stride <= r.length ? covered(int(d), position) : 1;
    if (stride * within % core_.line) return false;
  }
  return true;
}

double Footprint::lines(int access, int position) const {
  const Runs r = runs(access, position);
  const double whole = r.length / core_.line;
  return r.count * (aligned(access, position, r) ? std::ceil(whole) : 1 + (r.length - 4) / core_.line);
}

/// Runs a multiple of some lines apart meet in few of the sets.
double Footprint::crowding(int access, int position) const {
  const Runs r = runs(access, position);
  const double apart = std::gcd(r.apart, int64_t(sets()) * core_.line), width = std::ceil(r.length / core_.line);
  const double reached = r.apart ? std::min(sets(), sets() * core_.line / apart * width) : sets();
  return std::max(0.0, lines(access, position) / reached);
}

/// The access's lines in the sets that it uses, among those of the others, which are spread over all. Where a set is full on
/// average, some are not; a full one forgets all that is walked again.
double Footprint::evicted(int access, int position) const {
  double ways = crowding(access, position);
  for (size_t a = 0; a < tree_.nest.accesses.size(); ++a)
    if (int(a) != access) ways += lines(int(a), position) / sets();
  return std::clamp((ways - core_.ways + kUneven) / (3 * kUneven), 0.0, 1.0);
}

/// What one iteration leaves in the cache the next one finds there.
double Footprint::misses(int access) const {
  double count = 1;
  for (int p = int(tree_.loops.size()) - 1; p >= 0; --p) {
    const double again = count * trips(tree_, p), lost = evicted(access, p + 1);
    count = lost * again + (1 - lost) * std::min(again, lines(access, p));
  }
  return count;
}

} // namespace vecwrap
