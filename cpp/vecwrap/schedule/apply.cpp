// What only holds for the whole: checked when all steps are applied.
#include "schedule/applier.h"
#include "ir/combine.h"
#include "ir/product.h"
#include "target/dots.h"
#include <algorithm>

namespace vecwrap {

Result<LoopTree> Applier::run(const Sentence &sentence, const std::vector<std::string> &bodies) {
  for (size_t d = 0; d < tree_.nest.dims.size(); ++d) {
    Loop loop;
    loop.name = tree_.nest.dims[d].name, loop.dim = int(d), loop.chunk = tree_.nest.dims[d].extent;
    tree_.loops.push_back(loop);
  }
  for (const Step &step : sentence.steps)
    if (!one(step)) return refuse_in(step);
  if (!(check_chains() && check_reduction_order() && find_scope() && place_bodies(bodies) && check_vector() && check_lanes() && check_tail() && check_unroll() && check_pipeline() && check_dot() && check_matrix() &&
        place_packs() && place_prefetches() && check_partial_sums()))
    return refusal_;
  return std::move(tree_);
}

static int level(const Loop &loop) {
  size_t dot = loop.name.find('.');
  return dot == std::string::npos ? 0 : std::stoi(loop.name.substr(dot + 1));
}

/// Every loop of a chain lies outside its inner parts.
bool Applier::check_chains() {
  for (size_t a = 0; a < tree_.loops.size(); ++a)
    for (size_t b = a + 1; b < tree_.loops.size(); ++b)
      if (tree_.loops[a].dim == tree_.loops[b].dim && level(tree_.loops[a]) > level(tree_.loops[b]))
        return no("split-order", "loop '" + tree_.loops[b].name + "' must be outside '" + tree_.loops[a].name + "'");
  return true;
}

/// Strict floating point: each output sees its reduction points in the original, lexicographic order.
bool Applier::check_reduction_order() {
  if (may_reorder(tree_.nest)) return true;
  int last = -1;
  for (const Loop &loop : tree_.loops) {
    if (!dim_of(loop).reduction || never_iterates(loop)) continue;
    if (loop.dim < last)
      return no("reduction-order", std::string(tree_.nest.reassoc ? "as the update depends on the order" : "without fast-math") +
                                       ", reduction loop '" + loop.name + "' must stay outside those of '" +
                                       tree_.nest.dims[last].name + "'");
    last = loop.dim;
  }
  return true;
}

bool Applier::find_scope() {
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
bool Applier::place_bodies(const std::vector<std::string> &bodies) {
  for (const std::string &name : bodies) {
    const int l = find_or_refuse(name);
    if (l < 0) return false;
    if (l >= tree_.tile) return no("share-too-deep", "loop '" + name + "' of nest '" + tree_.nest.name + "' is in the register tile");
    if (tree_.loops[l].dot > 1) return no("share-too-deep", "loop '" + name + "' of nest '" + tree_.nest.name + "' takes several elements at once");
    if (tree_.loops[l].unroll > 1) return no("share-too-deep", "loop '" + name + "' of nest '" + tree_.nest.name + "' is unrolled");
    tree_.bodies.push_back(l + 1);
    tree_.scope = std::max(tree_.scope, l + 1);
  }
  return true;
}

bool Applier::check_vector() {
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
bool Applier::check_lanes() {
  if (!tree_.reduces_lanes()) return true;
  const std::string lanes = "the lanes are along the reduction '" + tree_.loops[tree_.vector].name + "'";
  const bool kept = target_.ordered_sums && added_in_order(tree_.nest) >= 0;
  if (!combine_of(tree_.nest))
    return no("vector-reduction", lanes + ", and the update does not add to, multiply or compare the accumulator");
  if (!may_reorder(tree_.nest) && !kept) return no("vector-reduction", lanes + ", and without fast-math its order is fixed");
  for (int i = 0; i < tree_.scope; ++i)
    if (dim_of(tree_.loops[i]).reduction && !never_iterates(tree_.loops[i]))
      return no("vector-reduction", lanes + ", and '" + tree_.loops[i].name + "' has a rolled parallel loop inside");
  return true;
}

bool Applier::check_tail() {
  for (const Step &step : tails_) {
    const std::string &loop = step.names[0], &how = step.names[1];
    const auto refuse = [&](const std::string &why) { return no("tail-policy", "tail(" + loop + "," + how + "): " + why); };
    if (target_.isa != Isa::Rvv) return refuse(target_.name + " has no vectors of any length");
    if (tree_.vector < 0 || tree_.loops[tree_.vector].name != loop) return refuse("'" + loop + "' is not vectorized");
    if (how == kTails[0] && tree_.reduces_lanes() && may_reorder(tree_.nest))
      return refuse("the lanes past the end hold partial results of '" + loop + "', which have to stay; use undisturbed, or leave the step out");
    if (how == kTails[2] && tree_.loops[tree_.vector].chunk.value > target_.lanes(tree_.nest.type) * tree_.group)
      return refuse("the tile has several vectors; split by " + std::to_string(target_.lanes(tree_.nest.type) * tree_.group) + " at most");
    tree_.undisturbed |= how == kTails[1], tree_.strip |= how == kTails[2];
  }
  return true;
}

/// Its body is straight code that moves pointers: a loop over single steps of a reduction, around the tile and what is unrolled wholly.
bool Applier::check_pipeline() {
  for (int l = 0; l < int(tree_.loops.size()); ++l) {
    const Loop &loop = tree_.loops[l];
    if (!loop.pipeline) continue;
    if (target_.isa != Isa::Rvv) return no("pipeline-target", target_.name + " executes out of order, and loads ahead by itself; leave the step out");
    bool innermost = l < tree_.tile && l >= tree_.scope && loop.step == 1 && loop.dot == 1;
    innermost = innermost && (loop.unroll == 1 || l + 1 == tree_.tile);
    for (int inner = l + 1; inner < tree_.tile; ++inner) innermost = innermost && tree_.loops[inner].unrolled_wholly();
    if (!innermost) return no("pipeline-loop", "'" + loop.name + "' is not the innermost rolled reduction loop but for those unrolled wholly, or is split further");
  }
  return true;
}

/// A reduction loop outside a rolled parallel loop keeps partial sums in the output, or in its packed buffer.
bool Applier::check_partial_sums() {
  int outer = tree_.scope;
  for (int i = tree_.scope - 1; i >= 0; --i)
    if (dim_of(tree_.loops[i]).reduction && !never_iterates(tree_.loops[i])) outer = i;
  const Nest &nest = tree_.nest;
  if (outer < tree_.scope && keeps_place(nest))
    return no("partial-sums", "the place of an extremum is known only at the end; keep reduction loops inside all rolled parallel loops");
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

bool Applier::check_unroll() {
  for (int i = 0; i < int(tree_.loops.size()); ++i) {
    const Loop &loop = tree_.loops[i];
    if (loop.unroll == 1) continue;
    bool innermost = i < tree_.tile && loop.step == 1 && dim_of(loop).reduction;
    for (int inner = i + 1; inner < tree_.tile; ++inner) innermost = innermost && i >= tree_.scope && tree_.loops[inner].unrolled_wholly();
    if (!innermost)
      return no("unroll-not-innermost", "'" + loop.name + "' must be the innermost rolled reduction loop but for those unrolled wholly, not "
                                            "split; parallel loops are unrolled by tile()");
  }
  return true;
}

/// The innermost rolled loop, whose body the target has an instruction for.
bool Applier::check_dot() {
  const Nest &nest = tree_.nest;
  for (int i = 0; i < int(tree_.loops.size()); ++i) {
    const Loop &loop = tree_.loops[i];
    if (loop.dot == 1) continue;
    const bool lanes = i == tree_.vector; // hold partial sums, each of as many products at once
    if ((i + 1 != tree_.tile && !lanes) || loop.step != 1 || !dim_of(loop).reduction)
      return no("dot-shape", "'" + loop.name + "' must be the innermost rolled reduction loop, not split, or the vectorized one");
    if (tree_.vector < 0 || tree_.reduces_lanes() != lanes) return no("dot-shape", "the lanes must be along a parallel loop, or along '" + loop.name + "'");
    if (lanes && target_.isa == Isa::Sse) return no("dot-shape", "lanes along the loop of dot need AVX2");
    const std::optional<Product> product = product_of(nest);
    if (!product || !may_reorder(nest))
      return no("dot-shape", "the update is not acc + a * b of elements that are stored in narrower types, in any order");
    const Type a = nest.stored(nest.nodes[product->a].access), b = nest.stored(nest.nodes[product->b].access);
    const std::string types = std::string(name_of(a)) + " and " + name_of(b);
    const std::vector<DotForm> forms = dot_forms(target_, nest.type, a, b);
    if (forms.empty())
      return no("dot-type", target_.name + " has no instruction for sums in " + name_of(nest.type) + " of products of " + types);
    if (!dot_form(target_, nest.type, a, b, loop.dot)) {
      std::string groups;
      for (const DotForm &form : forms) groups += (groups.empty() ? "" : " or ") + std::to_string(form.group);
      return no("bad-factor", target_.name + " adds " + groups + " products of " + types + " to a lane at once");
    }
    for (const Loop &outer : tree_.loops)
      if (outer.dim == loop.dim && outer.step != 1 && outer.step % loop.dot)
        return no("bad-factor", "the steps of '" + outer.name + "' cut a group; split by a multiple of " + std::to_string(loop.dot));
  }
  return true;
}

bool Applier::place_packs() {
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
    for (size_t n = 2; n < step.names.size(); ++n) {
      pack.order.push_back(tree_.nest.dim(step.names[n]));
      if (pack.order.back() < 0) return no("pack-order", "there is no dim '" + step.names[n] + "'");
    }
    tree_.packs.push_back(pack);
  }
  return true;
}

/// Whether the innermost code reads the tensor is known once it is packed or not: in code generation.
bool Applier::place_prefetches() {
  constexpr int64_t kFarthest = int64_t(1) << 20; // elements
  for (const Step &step : prefetches_) {
    Prefetch p{tree_.nest.tensor(step.names[0]), find_or_refuse(step.names[1]), step.factor};
    if (p.tensor < 0) return no("unknown-tensor", "there is no tensor '" + step.names[0] + "'");
    if (p.loop < 0) return false;
    const Loop &loop = tree_.loops[p.loop];
    if (target_.isa == Isa::Rvv && !target_.prefetches) return no("prefetch-target", target_.name + " has no instruction to prefetch; leave the step out, or name a target with Zicbop (+zicbop)");
    if (p.loop >= tree_.tile) return no("prefetch-loop", "'" + loop.name + "' is in the tile; name a rolled loop");
    if (p.iterations > kFarthest / loop.step)
      return no("bad-factor", "prefetch at most " + std::to_string(kFarthest) + " elements ahead in '" + loop.name + "'");
    const auto moves = [&](const Access &a) { return a.tensor == p.tensor && !a.strides[loop.dim].is_zero(); };
    if (std::none_of(tree_.nest.accesses.begin(), tree_.nest.accesses.end(), moves))
      return no("prefetch-loop", "tensor '" + step.names[0] + "' does not move along '" + loop.name + "'");
    tree_.prefetches.push_back(p);
  }
  return true;
}

int LoopTree::child(int loop) const {
  for (int i = loop + 1; i < int(loops.size()); ++i)
    if (loops[i].dim == loops[loop].dim) return i;
  return -1;
}

int LoopTree::dot() const {
  const auto l = std::find_if(loops.begin(), loops.end(), [](const Loop &loop) { return loop.dot > 1; });
  return l == loops.end() ? -1 : int(l - loops.begin());
}

bool LoopTree::matrix() const { return vector >= 0 && loops[vector].part == Part::Columns; }

bool LoopTree::reduces_lanes() const { return vector >= 0 && nest.dims[loops[vector].dim].reduction; }

Result<LoopTree> apply(const Nest &nest, const Sentence &sentence, const Target &target, const std::vector<std::string> &bodies) {
  return Applier(nest, target).run(sentence, bodies);
}

} // namespace vecwrap
