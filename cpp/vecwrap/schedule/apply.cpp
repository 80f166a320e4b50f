#include "schedule/apply.h"
#include "ir/combine.h"
#include <algorithm>
#include <bit>
#include <numeric>

namespace vecwrap {
namespace {

/// Applies steps one by one to a LoopTree, then checks what only holds for the whole.
class Applier {
public:
  Applier(const Nest &nest, const Target &target) : target_(target) { tree_.nest = nest; }

  Result<LoopTree> run(const Sentence &sentence, const std::vector<std::string> &bodies) {
    for (size_t d = 0; d < tree_.nest.dims.size(); ++d) {
      Loop loop;
      loop.name = tree_.nest.dims[d].name, loop.dim = int(d), loop.chunk = tree_.nest.dims[d].extent;
      tree_.loops.push_back(loop);
    }
    for (const Step &step : sentence.steps)
      if (!one(step)) return refuse_in(step);
    if (!(check_chains() && check_reduction_order() && find_scope() && place_bodies(bodies) && check_vector() && check_lanes() && check_unroll() &&
          place_packs() && check_partial_sums()))
      return refusal_;
    return tree_;
  }

private:
  bool no(const char *name, std::string detail) {
    refusal_ = {name, std::move(detail)};
    return false;
  }
  Refusal refuse_in(const Step &step) const { return {refusal_.name, refusal_.detail + " in " + print(step)}; }
  const Dim &dim_of(const Loop &loop) const { return tree_.nest.dims[loop.dim]; }

  int find(const std::string &name) const {
    for (size_t i = 0; i < tree_.loops.size(); ++i)
      if (tree_.loops[i].name == name) return int(i);
    return -1;
  }
  int find_or_refuse(const std::string &name) {
    int l = find(name);
    if (l < 0) no("unknown-loop", "there is no loop '" + name + "'");
    return l;
  }

  bool one(const Step &step) {
    switch (step.kind) {
    case StepKind::Split: return split(step);
    case StepKind::Reorder: return reorder(step);
    case StepKind::Tile: return mark(step, [](Loop &l) { l.tile = true; });
    case StepKind::Vectorize: return vectorize(step);
    case StepKind::Unroll:
      if (step.factor < 1 || step.factor > 64) return no("bad-factor", "unroll by 1 to 64");
      return mark(step, [&](Loop &l) { l.unroll = int(step.factor); });
    case StepKind::Pack: packs_.push_back(step); return true;
    case StepKind::Strided: return strided(step);
    case StepKind::Stream: return stream(step);
    case StepKind::Nest: case StepKind::At: return no("not-a-program", "there is one nest");
    }
    return false;
  }

  template <class F> bool mark(const Step &step, F f) {
    for (const std::string &name : step.names) {
      int l = find_or_refuse(name);
      if (l < 0) return false;
      f(tree_.loops[l]);
    }
    return true;
  }

  bool stream(const Step &step) {
    if (tree_.nest.tensor(step.names[0]) != tree_.nest.accesses[tree_.nest.out].tensor)
      return no("stream-output", "'" + step.names[0] + "' is not the output");
    if (target_.isa == Isa::Rvv) return no("stream-output", target_.name + " has no stores past the caches");
    return tree_.stream = true;
  }

  bool strided(const Step &step) {
    Strided s;
    s.tensor = tree_.nest.tensor(step.names[0]);
    if (s.tensor < 0) return no("unknown-tensor", "there is no tensor '" + step.names[0] + "'");
    const auto how = std::find(std::begin(kHows), std::end(kHows), step.names[1]);
    if (how == std::end(kHows)) return no("strided-how", "'" + step.names[1] + "' is not insert, transpose or gather");
    if (target_.isa == Isa::Rvv) return no("strided-how", target_.name + " loads and stores with a stride; leave the step out");
    s.how = How(how - std::begin(kHows));
    for (const Strided &other : tree_.strided)
      if (other.tensor == s.tensor) return no("strided-how", "the step is given twice for tensor '" + step.names[0] + "'");
    tree_.strided.push_back(s);
    return true;
  }

  bool vectorize(const Step &step) {
    const int64_t group = step.factor ? step.factor : 1;
    if (!std::has_single_bit(uint64_t(group)) || group > target_.widest_group)
      return no("vector-group", "a vector of " + std::to_string(group) + " registers does not exist on " + target_.name);
    tree_.group = int(group);
    return mark(step, [](Loop &l) { l.vector = true; });
  }

  bool split(const Step &step) {
    int l = find_or_refuse(step.names[0]);
    if (l < 0) return false;
    Loop &outer = tree_.loops[l];
    if (tree_.child(l) >= 0) return no("split-twice", "loop '" + outer.name + "' is split already; split its inner loop");
    if (step.factor < 1 || step.factor > (int64_t(1) << 30)) return no("bad-factor", "split by 1 to 2^30");
    if (outer.chunk.is_const() && step.factor > outer.chunk.value)
      return no("bad-factor", "factor exceeds the loop's " + std::to_string(outer.chunk.value) + " iterations");
    Loop inner;
    size_t dot = outer.name.find('.');
    int level = dot == std::string::npos ? 0 : std::stoi(outer.name.substr(dot + 1));
    inner.name = outer.name.substr(0, dot) + "." + std::to_string(level + 1);
    inner.dim = outer.dim, inner.chunk = Int::constant(step.factor);
    outer.step = step.factor;
    tree_.loops.insert(tree_.loops.begin() + l + 1, inner);
    return true;
  }

  bool reorder(const Step &step) {
    std::vector<Loop> order;
    for (const std::string &name : step.names) {
      int l = find_or_refuse(name);
      if (l < 0) return false;
      for (const Loop &seen : order)
        if (seen.name == name) return no("not-a-permutation", "loop '" + name + "' is named twice");
      order.push_back(tree_.loops[l]);
    }
    if (order.size() != tree_.loops.size())
      return no("not-a-permutation", "all " + std::to_string(tree_.loops.size()) + " loops must be named");
    tree_.loops = order;
    return true;
  }

  /// Every loop of a chain lies outside its inner parts.
  bool check_chains() {
    for (size_t a = 0; a < tree_.loops.size(); ++a)
      for (size_t b = a + 1; b < tree_.loops.size(); ++b)
        if (tree_.loops[a].dim == tree_.loops[b].dim && level(tree_.loops[a]) > level(tree_.loops[b]))
          return no("split-order", "loop '" + tree_.loops[b].name + "' must be outside '" + tree_.loops[a].name + "'");
    return true;
  }
  static int level(const Loop &loop) {
    size_t dot = loop.name.find('.');
    return dot == std::string::npos ? 0 : std::stoi(loop.name.substr(dot + 1));
  }

  /// Strict floating point: each output sees its reduction points in the original, lexicographic order.
  bool check_reduction_order() {
    if (may_reorder(tree_.nest)) return true;
    int last = -1;
    for (const Loop &loop : tree_.loops) {
      if (!dim_of(loop).reduction || never_iterates(loop)) continue;
      if (loop.dim < last)
        return no("reduction-order", "without fast-math, reduction loop '" + loop.name + "' must stay outside those of '" +
                                         tree_.nest.dims[last].name + "'");
      last = loop.dim;
    }
    return true;
  }
  static bool never_iterates(const Loop &loop) { return loop.chunk.is_const() && loop.chunk.value <= loop.step; }

  bool find_scope() {
    const int n = int(tree_.loops.size());
    tree_.tile = n;
    while (tree_.tile > 0 && tree_.loops[tree_.tile - 1].tile) --tree_.tile;
    for (int i = 0; i < tree_.tile; ++i)
      if (tree_.loops[i].tile) return no("tile-not-innermost", "tile loop '" + tree_.loops[i].name + "' has a rolled loop inside");
    int64_t points = 1;
    for (int i = tree_.tile; i < n; ++i) {
      const Loop &loop = tree_.loops[i];
      if (dim_of(loop).reduction && !loop.vector)
        return no("tile-reduction", "'" + loop.name + "' is a reduction loop; use unroll, or vectorize it");
      if (!loop.chunk.is_const()) return no("tile-extent", "'" + loop.name + "' has no constant extent; split it first");
      if (loop.step != 1) return no("tile-split", "'" + loop.name + "' is split further; tile only the innermost part");
      points *= loop.chunk.value;
      if (points > 4096) return no("tile-extent", "the tile has more than 4096 points");
    }
    tree_.scope = tree_.tile;
    while (tree_.scope > 0 && dim_of(tree_.loops[tree_.scope - 1]).reduction) --tree_.scope;
    return true;
  }

  /// Other nests need the registers: what they run in is not part of the register scope.
  bool place_bodies(const std::vector<std::string> &bodies) {
    for (const std::string &name : bodies) {
      const int l = find_or_refuse(name);
      if (l < 0) return false;
      if (l >= tree_.tile) return no("share-too-deep", "loop '" + name + "' of nest '" + tree_.nest.name + "' is in the register tile");
      if (tree_.loops[l].unroll > 1) return no("share-too-deep", "loop '" + name + "' of nest '" + tree_.nest.name + "' is unrolled");
      tree_.bodies.push_back(l + 1);
      tree_.scope = std::max(tree_.scope, l + 1);
    }
    return true;
  }

  bool check_vector() {
    for (int i = 0; i < int(tree_.loops.size()); ++i) {
      if (!tree_.loops[i].vector) continue;
      if (tree_.vector >= 0) return no("vectorize-twice", "one loop is vectorized");
      if (i + 1 != int(tree_.loops.size()) || !tree_.loops[i].tile)
        return no("vector-not-innermost", "'" + tree_.loops[i].name + "' must be the innermost tile loop");
      tree_.vector = i;
    }
    return true; // strides are checked in code generation, where packed tensors are known
  }

  /// Lanes along a reduction hold partial results that are joined at the end of the register scope.
  bool check_lanes() {
    if (!tree_.reduces_lanes()) return true;
    const std::string lanes = "the lanes are along the reduction '" + tree_.loops[tree_.vector].name + "'";
    if (!may_reorder(tree_.nest)) return no("vector-reduction", lanes + ", and without fast-math its order is fixed");
    if (!combine_of(tree_.nest))
      return no("vector-reduction", lanes + ", and the update does not add to, multiply or compare the accumulator");
    for (int i = 0; i < tree_.scope; ++i)
      if (dim_of(tree_.loops[i]).reduction && !never_iterates(tree_.loops[i]))
        return no("vector-reduction", lanes + ", and '" + tree_.loops[i].name + "' has a rolled parallel loop inside");
    return true;
  }

  /// A reduction loop outside a rolled parallel loop keeps partial sums in the output, or in its packed buffer.
  bool check_partial_sums() {
    int outer = tree_.scope;
    for (int i = tree_.scope - 1; i >= 0; --i)
      if (dim_of(tree_.loops[i]).reduction && !never_iterates(tree_.loops[i])) outer = i;
    const Nest &nest = tree_.nest;
    for (const Pack &pack : tree_.packs) {
      if (pack.tensor != nest.accesses[nest.out].tensor) continue;
      if (pack.position > outer) return no("pack-too-deep", "partial sums must be packed outside all reduction loops");
      return true;
    }
    if (outer < tree_.scope && nest.converts(nest.out))
      return no("partial-sums", "the output's type would round the partial sums; pack the output");
    if (outer < tree_.scope && loads_access(nest, nest.final, nest.out))
      return no("partial-sums", "the final expression reads the output, which would hold partial sums; pack the output or "
                                "keep reduction loops inside all rolled parallel loops");
    return true;
  }

  bool check_unroll() {
    for (int i = 0; i < int(tree_.loops.size()); ++i)
      if (tree_.loops[i].unroll > 1 && (i + 1 != tree_.tile || tree_.loops[i].step != 1 || !dim_of(tree_.loops[i]).reduction))
        return no("unroll-not-innermost", "'" + tree_.loops[i].name + "' must be the innermost rolled reduction loop, not "
                                              "split; parallel loops are unrolled by tile()");
    return true;
  }

  bool place_packs() {
    for (const Step &step : packs_) {
      Pack pack;
      pack.tensor = tree_.nest.tensor(step.names[0]);
      if (pack.tensor < 0) return no("unknown-tensor", "there is no tensor '" + step.names[0] + "'");
      if (step.names[1] != "-") {
        int l = find_or_refuse(step.names[1]);
        if (l < 0) return false;
        pack.position = l + 1;
      }
      if (pack.position > tree_.scope) return no("pack-too-deep", "pack outside the register scope, at '" + step.names[1] + "'");
      for (const Pack &other : tree_.packs)
        if (other.tensor == pack.tensor) return no("pack-twice", "tensor '" + step.names[0] + "' is packed already");
      tree_.packs.push_back(pack);
    }
    return true;
  }

  const Target &target_;
  LoopTree tree_;
  std::vector<Step> packs_;
  Refusal refusal_;
};

} // namespace

int LoopTree::child(int loop) const {
  for (int i = loop + 1; i < int(loops.size()); ++i)
    if (loops[i].dim == loops[loop].dim) return i;
  return -1;
}

bool LoopTree::reduces_lanes() const { return vector >= 0 && nest.dims[loops[vector].dim].reduction; }

Result<LoopTree> apply(const Nest &nest, const Sentence &sentence, const Target &target, const std::vector<std::string> &bodies) {
  return Applier(nest, target).run(sentence, bodies);
}

} // namespace vecwrap
