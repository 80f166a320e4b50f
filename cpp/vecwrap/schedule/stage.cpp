// Temporaries: each gets a buffer for what one run of the body that writes it covers. Buffers whose values are dead make
// room for others.
#include "schedule/share.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kLine = 64;
int64_t aligned(int64_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

class Stager {
public:
  Stager(const std::vector<Nest> &nests, ProgramTree &tree) : nests_(nests), tree_(tree) {}

  std::optional<Refusal> run() {
    order(-1);
    for (size_t n = 0; n < nests_.size(); ++n) {
      const int tensor = nests_[n].accesses[nests_[n].out].tensor;
      if (tensor < tree_.arguments) continue;
      if (!place(int(n), staged(int(n))))
        return Refusal{"stage-size", "'" + nests_[n].tensors[tensor].name + "', which '" + nests_[n].name + "' writes, is larger than any memory"};
    }
    return {};
  }

private:
  struct Life { int first, last; };

  /// Leaves in the order in which they run for the first time.
  void order(int host) {
    std::vector<int> inside;
    for (size_t n = 0; n < nests_.size(); ++n)
      if (tree_.leaves[n].host == host) inside.push_back(int(n));
    std::stable_sort(inside.begin(), inside.end(), [&](int a, int b) { return tree_.leaves[a].position < tree_.leaves[b].position; });
    for (int n : inside) order(n), order_.push_back(n);
  }
  int time(int n) const { return int(std::find(order_.begin(), order_.end(), n) - order_.begin()); }

  /// A part of the tensor, if its size is known and nobody outside of the writer's host reads it; else all of it.
  Staged staged(int writer) {
    Staged s;
    s.tensor = nests_[writer].accesses[nests_[writer].out].tensor;
    s.host = tree_.leaves[writer].host, s.position = tree_.leaves[writer].position;
    if (s.host >= 0 && !is_read_outside(s) && part(writer, s)) return s;
    s.host = -1, s.position = 0, s.sizes.clear(), s.bytes = 0;
    if (!whole(s)) s.bytes = 0, s.argument = int(tree_.unsized.size()), tree_.unsized.push_back(s.tensor);
    return s;
  }

  bool is_read_outside(const Staged &s) const {
    for (size_t n = 0; n < nests_.size(); ++n)
      if (reads(nests_[n], s.tensor) && !tree_.is_inside(int(n), s.host)) return true;
    return false;
  }

  /// In the tensor's own layout. False if its size is known only at run time.
  bool whole(Staged &s) const {
    for (const Nest &nest : nests_)
      for (size_t a = 0; a < nest.accesses.size(); ++a) {
        const Access &access = nest.accesses[a];
        if (access.tensor != s.tensor) continue;
        int64_t last = access.offset + size_of(nest.stored(int(a)));
        for (size_t d = 0; d < nest.dims.size(); ++d) {
          const Int stride = access.strides[d], extent = nest.dims[d].extent;
          if (!stride.is_zero() && !(stride.is_const() && extent.is_const())) return false;
          if (stride.is_const() && stride.value > 0 && extent.value > 1)
            last += stride.value > kMost / (extent.value - 1) ? kMost : stride.value * (extent.value - 1);
        }
        s.bytes = std::max(s.bytes, last);
      }
    return true;
  }

  /// Dense, in the order of the tensor's own layout.
  bool part(int n, Staged &s) {
    const Leaf &leaf = tree_.leaves[n];
    const auto &strides = nests_[n].accesses[nests_[n].out].strides;
    std::vector<int> dims;
    for (size_t d = 0; d < nests_[n].dims.size(); ++d)
      if (!nests_[n].dims[d].reduction) dims.push_back(int(d));
    std::stable_sort(dims.begin(), dims.end(), [&](int a, int b) {
      return strides[a].is_const() != strides[b].is_const() ? !strides[a].is_const() : strides[a].value > strides[b].value;
    });
    s.bytes = size_of(nests_[n].stored(nests_[n].out));
    std::vector<int64_t> steps(nests_[n].dims.size());
    for (auto d = dims.rbegin(); d != dims.rend(); ++d) {
      if (leaf.bound[*d] < 0 || s.bytes > kMost / leaf.bound[*d]) return false;
      s.sizes.insert(s.sizes.begin(), leaf.bound[*d]);
      steps[*d] = s.bytes, s.bytes *= leaf.bound[*d];
    }
    for (size_t reader = n; reader < nests_.size(); ++reader) rewrite(n, int(reader), s.tensor, steps);
    return true;
  }

  /// Offsets are those of the tensor's first element; what is before the region is not there.
  void rewrite(int writer, int nest, int tensor, const std::vector<int64_t> &steps) {
    for (size_t a = 0; a < nests_[nest].accesses.size(); ++a) {
      if (nests_[nest].accesses[a].tensor != tensor) continue;
      const Result<Region> at = locate(nests_[writer], nests_[nest], int(a));
      Access &access = tree_.leaves[nest].tree.nest.accesses[a];
      access.offset = 0;
      for (size_t d = 0; d < steps.size(); ++d) access.offset += steps[d] * ((*at)[d].low - tree_.leaves[writer].region[d].low);
      for (size_t e = 0; e < access.strides.size(); ++e) {
        int64_t stride = 0;
        for (size_t d = 0; d < steps.size(); ++d) stride += steps[d] * (*at)[d].step[e];
        access.strides[e] = Int::constant(stride);
      }
    }
  }

  /// The last leaf that needs the tensor. Loops around a reader that are not around the writer read it again.
  int last_use(int writer, const Staged &s) const {
    int last = time(writer);
    for (size_t n = 0; n < nests_.size(); ++n) {
      if (int(n) == writer || !reads(nests_[n], s.tensor)) continue;
      int reader = int(n);
      while (tree_.leaves[reader].host != s.host && reader != s.host) reader = tree_.leaves[reader].host;
      const bool again = reader != s.host && tree_.leaves[reader].position > s.position;
      last = std::max(last, time(again ? s.host : reader));
    }
    return last;
  }

  /// From the first run of anything that writes it to the last one of anything that reads it.
  Life life(int writer, const Staged &s) const {
    Life life{time(writer), last_use(writer, s)};
    int outermost = writer; // what is kept as a whole lives as long as the loops that it is written in
    while (s.host < 0 && tree_.leaves[outermost].host >= 0) outermost = tree_.leaves[outermost].host;
    life.last = std::max(life.last, time(outermost));
    for (size_t n = 0; n < nests_.size(); ++n) // those in the writer's own loops run before it, again and again
      if (tree_.is_inside(int(n), outermost)) life.first = std::min(life.first, time(int(n)));
    return life;
  }

  /// First fit among the buffers that live at the same time. False if there is no such room.
  bool place(int writer, Staged s) {
    if (s.bytes > kMost) return false;
    const Life life = this->life(writer, s);
    for (bool moved = true; moved;) {
      moved = false;
      for (size_t o = 0; o < lives_.size(); ++o) {
        const Staged &other = tree_.staged[o];
        const bool meets = s.bytes && other.bytes && lives_[o].first <= life.last && life.first <= lives_[o].last;
        if (!meets || other.offset + aligned(other.bytes) <= s.offset || s.offset + aligned(s.bytes) <= other.offset) continue;
        s.offset = other.offset + aligned(other.bytes), moved = true;
      }
    }
    lives_.push_back(life);
    tree_.bytes = std::max(tree_.bytes, s.offset + aligned(s.bytes));
    tree_.staged.push_back(s);
    return true;
  }

  static constexpr int64_t kMost = int64_t(1) << 40;
  const std::vector<Nest> &nests_;
  ProgramTree &tree_;
  std::vector<int> order_;
  std::vector<Life> lives_;
};

} // namespace

std::optional<Refusal> stage(const std::vector<Nest> &nests, ProgramTree &tree) { return Stager(nests, tree).run(); }

} // namespace vecwrap
