// The steps of a sentence, one by one.
#include "ir/collapse.h"
#include "schedule/applier.h"
#include <algorithm>
#include <bit>

namespace vecwrap {

int Applier::find(const std::string &name) const {
  for (size_t i = 0; i < tree_.loops.size(); ++i)
    if (tree_.loops[i].name == name) return int(i);
  return -1;
}

int Applier::find_or_refuse(const std::string &name) {
  int l = find(name);
  if (l < 0) no("unknown-loop", "there is no loop '" + name + "'");
  return l;
}

template <class F> bool Applier::mark(const Step &step, F f) {
  for (const std::string &name : step.names) {
    int l = find_or_refuse(name);
    if (l < 0) return false;
    f(tree_.loops[l]);
  }
  return true;
}

bool Applier::one(const Step &step) {
  switch (step.kind) {
  case StepKind::Collapse: return collapse(step);
  case StepKind::Split: return split(step);
  case StepKind::Reorder: return reorder(step);
  case StepKind::Tile: return mark(step, [](Loop &l) { l.tile = true; });
  case StepKind::Vectorize: return vectorize(step);
  case StepKind::Unroll:
    if (step.factor < 1 || step.factor > 64) return no("bad-factor", "unroll by 1 to 64");
    return mark(step, [&](Loop &l) { l.unroll = int(step.factor); });
  case StepKind::Dot:
    if (step.factor != 2 && step.factor != 4) return no("bad-factor", "a lane holds 2 or 4 products");
    if (find_or_refuse(step.names[0]) < 0) return false;
    if (std::any_of(tree_.loops.begin(), tree_.loops.end(), [](const Loop &l) { return l.part != Part::None; }))
      return no("matrix-shape", "the groups are those of an earlier step matrix");
    return mark(step, [&](Loop &l) { l.dot = int(step.factor); });
  case StepKind::Pack: packs_.push_back(step); return true;
  case StepKind::Prefetch: prefetches_.push_back(step); return true;
  case StepKind::Pipeline: return mark(step, [](Loop &l) { l.pipeline = true; });
  case StepKind::Tail: return tail(step);
  case StepKind::Strided: return strided(step);
  case StepKind::Stream: return stream(step);
  case StepKind::Matrix: return matrix(step);
  case StepKind::Nest: case StepKind::At: return no("not-a-program", "there is one nest");
  }
  return false;
}

bool Applier::stream(const Step &step) {
  if (tree_.nest.tensor(step.names[0]) != tree_.nest.accesses[tree_.nest.out].tensor)
    return no("stream-output", "'" + step.names[0] + "' is not the output");
  if (target_.isa == Isa::Rvv) return no("stream-output", target_.name + " has no stores past the caches");
  return tree_.stream = true;
}

/// Legal or not is known once it is known where the lanes are.
bool Applier::tail(const Step &step) {
  if (find_or_refuse(step.names[0]) < 0) return false;
  if (std::find(std::begin(kTails), std::end(kTails), step.names[1]) == std::end(kTails))
    return no("tail-policy", "'" + step.names[1] + "' is not agnostic, undisturbed or strip");
  tails_.push_back(step);
  return true;
}

bool Applier::strided(const Step &step) {
  Strided s;
  s.tensor = tree_.nest.tensor(step.names[0]);
  if (s.tensor < 0) return no("unknown-tensor", "there is no tensor '" + step.names[0] + "'");
  const auto how = std::find(std::begin(kHows), std::end(kHows), step.names[1]);
  if (how == std::end(kHows)) return no("strided-how", "'" + step.names[1] + "' is not insert, transpose, gather or segment");
  s.how = How(how - std::begin(kHows));
  if ((target_.isa == Isa::Rvv) != (s.how == How::Segment))
    return no("strided-how", target_.name + (s.how == How::Segment ? " has no segments" : " loads and stores with a stride, or by segments; leave the step out"));
  for (const Strided &other : tree_.strided)
    if (other.tensor == s.tensor) return no("strided-how", "the step is given twice for tensor '" + step.names[0] + "'");
  tree_.strided.push_back(s);
  return true;
}

bool Applier::vectorize(const Step &step) {
  const int64_t group = step.factor ? step.factor : 1;
  if (!std::has_single_bit(uint64_t(group)) || group > target_.widest_group)
    return no("vector-group", "a vector of " + std::to_string(group) + " registers does not exist on " + target_.name);
  tree_.group = int(group);
  return mark(step, [](Loop &l) { l.vector = true; });
}

bool Applier::collapse(const Step &step) {
  const int outer = find_or_refuse(step.names[0]), inner = outer < 0 ? -1 : find_or_refuse(step.names[1]);
  if (inner < 0) return false;
  if (tree_.loops.size() != tree_.nest.dims.size()) return no("collapse", "loops are collapsed before any is split");
  const int a = tree_.loops[outer].dim, b = tree_.loops[inner].dim;
  if (std::string why = why_not_collapse(tree_.nest, a, b); !why.empty()) return no("collapse", std::move(why));
  vecwrap::collapse(tree_.nest, a, b);
  tree_.loops[outer].chunk = tree_.nest.dims[a].extent;
  tree_.loops.erase(tree_.loops.begin() + inner);
  for (Loop &loop : tree_.loops) loop.dim -= loop.dim > b;
  return true;
}

bool Applier::split(const Step &step) {
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

bool Applier::reorder(const Step &step) {
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

} // namespace vecwrap
