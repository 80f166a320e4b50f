#include "decide/estimate.h"
#include "decide/footprint.h"
#include "decide/shape.h"
#include "ir/combine.h"
#include <algorithm>
#include <bit>
#include <cmath>

namespace vecwrap {
namespace {

constexpr double kLoad = 2.5; ///< what a vector load costs even where others hide it (measured with three groups, five tiles)
constexpr double kDrain = 8, kDrainAhead = 2; ///< cycles until the units are busy again after a branch; if loads came before it
constexpr double kCopy = 0.5, kTranspose = 2.5; ///< for each element that is packed
constexpr double kExposed = 0.1; ///< of a miss that others overlap with, out of order
constexpr double kIssue = 0.1; ///< of a vector operation, however well others hide it
constexpr double kPointer = 2; ///< for a tile
constexpr double kTile = 16; ///< pointers, branches and vector lengths of a tile

class Estimate {
public:
  /// given: the nest as it is; the tree's has extents and strides that it may have when it runs.
  Estimate(LoopTree tree, const Nest &given, const Target &target)
      : tree_(std::move(tree)), nest_(tree_.nest), given_(given), target_(target), core_(*target.core) {
    lanes_ = tree_.vector < 0 ? 1 : target.lanes(nest_.type) * tree_.group;
    log_ = std::countr_zero(unsigned(tree_.group));
    operations_ = operations_of_update(nest_);
  }

  double cycles() {
    tiles(tree_.tile, 1, 1);
    double outside = 1; // runs of the register scope for each tile of the output
    for (int l = 0; l < tree_.scope; ++l)
      if (nest_.dims[tree_.loops[l].dim].reduction || !in_tile(tree_.loops[l].dim)) outside *= trips(tree_, l);
    return total_ * outside + misses() + packs();
  }

private:
  bool packed(int access) const {
    return std::any_of(tree_.packs.begin(), tree_.packs.end(), [&](const Pack &p) { return p.tensor == nest_.accesses[access].tensor; });
  }
  bool adjacent(int access) const { return packed(access) || nest_.contiguous(access, tree_.loops[tree_.vector].dim); }

  double packs() const {
    double sum = 0;
    for (size_t a = 0; a < nest_.accesses.size(); ++a)
      for (const Pack &pack : tree_.packs) {
        if (tree_.vector < 0 || pack.tensor != nest_.accesses[a].tensor) continue;
        double elements = 1;
        for (int l = 0; l < int(tree_.loops.size()); ++l)
          if (l < pack.position || !nest_.still(int(a), tree_.loops[l].dim)) elements *= trips(tree_, l);
        sum += elements * (nest_.contiguous(int(a), tree_.loops[tree_.vector].dim) ? kCopy : kTranspose);
      }
    return sum;
  }

  bool in_tile(int dim) const {
    for (size_t l = tree_.tile; l < tree_.loops.size(); ++l)
      if (tree_.loops[l].dim == dim) return true;
    return false;
  }

  /// Adds up all tiles of the output: whole ones along each dim, and what is left. `count` of them have `rows` rows so far.
  void tiles(int loop, double count, int64_t rows) {
    const Loop &l = tree_.loops[loop];
    const int64_t size = l.chunk.value, extent = nest_.dims[l.dim].reduction ? size : nest_.dims[l.dim].extent.value;
    auto add = [&](double more, int64_t part) {
      if (more <= 0 || part <= 0) return;
      if (loop + 1 == int(tree_.loops.size())) total_ += count * more * tile(tree_.vector < 0 ? rows * part : rows, part);
      else tiles(loop + 1, count * more, rows * part);
    };
    add(double(extent / size), size);
    if (given_.dims[l.dim].extent.is_const() || loop == tree_.vector) return add(1, extent % size);
    for (int64_t part = 1; part < size; part *= 2) // code for any number of rows
      if (extent % size & part) add(1, part);
  }

  /// One run of the register scope.
  double tile(int64_t rows, int64_t columns) const {
    const int64_t vectors = tree_.vector < 0 ? 1 : (columns + lanes_ - 1) / lanes_;
    const double points = double(rows * vectors);
    return reductions() * step(double(rows), double(vectors)) + branches(rows) + kTile + kPointer * pointers(rows) +
           points * (core_.move[log_] + core_.memory[log_]);
  }

  double reductions() const {
    double steps = 1;
    for (int l = tree_.scope; l < tree_.tile; ++l) steps *= trips(tree_, l);
    return steps;
  }

  /// Rows a distance apart that only the run knows need a pointer each.
  double pointers(int64_t rows) const {
    double sum = 0;
    for (const Access &a : given_.accesses) {
      bool apart = false;
      for (size_t l = tree_.tile; l < tree_.loops.size(); ++l) apart = apart || !a.strides[tree_.loops[l].dim].is_const();
      sum += apart ? double(rows) : 1;
    }
    return sum;
  }

  double branches(int64_t rows) const {
    double cost = 0, runs = 1;
    for (int l = tree_.scope; l < tree_.tile; ++l) {
      const double trip = trips(tree_, l), unroll = tree_.loops[l].unroll;
      runs *= trip > unroll ? std::ceil(trip / unroll) : 1;
      if (trip > unroll) cost += runs * ((!core_.in_order ? 1 : tree_.loops[l].pipeline ? kDrainAhead : kDrain) + pointers(rows) / core_.width);
    }
    return cost;
  }

  bool moves(int access, int from) const {
    for (size_t l = from; l < tree_.loops.size(); ++l)
      if (int(l) != tree_.vector && !nest_.still(access, tree_.loops[l].dim)) return true;
    return false;
  }

  double step(double rows, double vectors) const {
    double loads = 0, lines = 0, scalars = 0, shared = 0;
    for (size_t a = 0; a < nest_.accesses.size(); ++a) {
      if (nest_.update < 0 || !loads_access(nest_, nest_.update, int(a))) continue;
      const bool vector = tree_.vector >= 0 && !nest_.still(int(a), tree_.loops[tree_.vector].dim);
      const double count = moves(int(a), tree_.tile) ? rows : 1;
      if (!vector) { scalars += count; continue; }
      loads += count * vectors, shared += count == 1 ? vectors : 1;
      lines += count * vectors * (adjacent(int(a)) ? core_.memory[log_] : core_.strided[log_]);
    }
    const double points = rows * vectors;
    if (tree_.reduces_lanes() && !may_reorder(nest_)) return in_order(rows, vectors, loads, lines);
    return TileStep{points, operations_, loads, lines, shared, scalars, double(target_.vector_regs / tree_.group) - points - shared,
                    tree_.group}.cycles(core_) + (operations_ - 1) * core_.float_latency[log_] / std::max(points, 1.0);
  }

  /// Vectors are computed at once, and their elements added one after the other, which nothing overtakes.
  double in_order(double rows, double vectors, double loads, double lines) const {
    const double points = rows * vectors;
    const double floats = points * ((operations_ - 1) * core_.vector_float[log_] / core_.floats + core_.ordered_sum[log_]);
    return std::max(floats, lines) + loads * (core_.in_order ? core_.memory_latency[log_] : 0);
  }

  /// Loads that miss the first-level cache, one behind the other; the lines of one load arrive together.
  double misses() const {
    const Footprint footprint(tree_, core_);
    double sum = 0;
    for (size_t a = 0; a < nest_.accesses.size(); ++a) {
      const bool out = int(a) == nest_.out;
      if (out ? !carries_sums() : !loads_access(nest_, nest_.update, int(a))) continue;
      const bool vector = tree_.vector >= 0 && adjacent(int(a));
      const double at_once = vector ? std::max(1.0, double(lanes_ * size_of(nest_.type)) / core_.line) : 1;
      sum += footprint.misses(int(a)) / at_once * core_.miss;
    }
    return core_.in_order ? sum : sum * kExposed;
  }

  bool carries_sums() const {
    for (int l = 0; l < tree_.scope; ++l)
      if (nest_.dims[tree_.loops[l].dim].reduction && trips(tree_, l) > 1) return true;
    return false;
  }

  const LoopTree tree_;
  const Nest &nest_, &given_;
  const Target &target_;
  const Core &core_;
  int lanes_ = 1, log_ = 0;
  double operations_ = 0, total_ = 0;
};

} // namespace

namespace {

/// The same loops around a nest of known extents.
LoopTree sized(LoopTree tree, const Nest &nest) {
  for (Loop &loop : tree.loops)
    if (!loop.chunk.is_const()) loop.chunk = nest.dims[loop.dim].extent;
  tree.nest = nest;
  return tree;
}

} // namespace

double TileStep::cycles(const Core &core) const {
  const int log = std::countr_zero(unsigned(group));
  const double all = points * operations, floats = all * core.vector_float[log] / core.floats;
  const double issue = (all + 2 * loads + scalars) / core.width;
  const double chains = (all - points) * core.float_latency[log] / std::max(1.0, spare); // what is not a sum yet waits in a register
  const bool alone = spare < 1 && at_once < 2; // one register for all that is loaded
  const double waits = !core.in_order ? 0 : loads * (kLoad + (alone ? core.memory[log] - core.vector_float[log] : 0));
  return std::max({floats, chains, lines, scalars / core.scalar_memory, issue, double(core.float_latency[log])}) + waits + (core.in_order ? kIssue * all : 0);
}

double estimate(const LoopTree &tree, const Target &target) {
  if (tree.tile >= int(tree.loops.size()) || tree.nest.update < 0) return 0;
  double logarithms = 0; // a factor at one size counts as much as at any other
  const std::vector<Nest> nests = typical_nests(tree.nest);
  for (const Nest &nest : nests) logarithms += std::log(Estimate(sized(tree, nest), tree.nest, target).cycles());
  return std::exp(logarithms / double(nests.size()));
}

} // namespace vecwrap
