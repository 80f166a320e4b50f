#include "schedule/share.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// From the last nest to the first: consumers before producers, hosts before those that run in them.
class Sharer {
public:
  Sharer(const Program &program, const Target &target)
      : program_(program), nests_(linked(program)), target_(target), sentences_(nests_.size()), places_(nests_.size()) {
    tree_.leaves.resize(nests_.size());
    tree_.arguments = int(program.arguments().size()), tree_.symbols = int(program.symbols().size());
  }

  Result<ProgramTree> run(const Sentence &sentence) {
    if (!take_apart(sentence)) return refusal_;
    for (const Nest &nest : nests_)
      if (nest.type != nests_[0].type)
        return Refusal{"program-type", "nest '" + nest.name + "' computes in " + name_of(nest.type) + ", '" + nests_[0].name + "' in " +
                                           name_of(nests_[0].type)};
    for (int n = int(nests_.size()) - 1; n >= 0; --n)
      if (!schedule(n)) return refusal_;
    if (auto refusal = check_dependences(nests_, tree_)) return *refusal;
    if (auto refusal = stage(nests_, tree_)) return *refusal;
    tree_.in_workspace = tree_.bytes > target_.stack_bytes / 2; // the other half is for packed operands
    return std::move(tree_);
  }

private:
  bool no(const char *name, std::string detail) {
    refusal_ = {name, std::move(detail)};
    return false;
  }
  const std::string &name(int n) const { return nests_[n].name; }

  /// The sentence of each nest, and where it runs.
  bool take_apart(const Sentence &sentence) {
    int current = nests_.size() == 1 ? 0 : -1;
    for (const Step &step : sentence.steps) {
      if (step.kind == StepKind::Nest && (current = program_.nest(step.names[0])) < 0)
        return no("unknown-nest", "there is no nest '" + step.names[0] + "'");
      if (step.kind == StepKind::Collapse) return no("collapse", "loops that nests share keep their dims: " + print(step));
      if (current < 0) return no("unknown-nest", "name the nest, as in nest(" + name(0) + "), before " + print(step));
      if (step.kind == StepKind::At && !place(current, step)) return false;
      if (step.kind != StepKind::Nest && step.kind != StepKind::At) sentences_[current].steps.push_back(step);
    }
    return true;
  }

  bool place(int n, const Step &step) {
    const int host = program_.nest(step.names[0]);
    if (host < 0) return no("unknown-nest", "there is no nest '" + step.names[0] + "' in " + print(step));
    if (host <= n) return no("share-order", "'" + name(n) + "' does not come before '" + name(host) + "': " + print(step));
    if (!places_[n].empty()) return no("share-twice", "'" + name(n) + "' runs in one place: " + print(step));
    tree_.leaves[n].host = host, places_[n] = step.names[1];
    return true;
  }

  std::vector<std::string> bodies(int host) const {
    std::vector<std::string> loops;
    for (size_t n = 0; n < nests_.size(); ++n)
      if (tree_.leaves[n].host == host) loops.push_back(places_[n]);
    return loops;
  }

  bool schedule(int n) {
    Leaf &leaf = tree_.leaves[n];
    for (const Dim &d : nests_[n].dims) leaf.bound.push_back(d.extent.is_const() ? d.extent.value : -1);
    leaf.tree.nest = nests_[n];
    if (leaf.host >= 0 && !(find_position(n) && find_region(n) && check_moves(n))) return false;
    if (leaf.host >= 0) resize(n);
    Result<LoopTree> tree = vecwrap::apply(leaf.tree.nest, sentences_[n], target_, bodies(n));
    if (!tree) return no(tree.refusal().name.c_str(), "nest '" + name(n) + "': " + tree.refusal().detail);
    if (tree->stream) return no("stream-output", "nest '" + name(n) + "' is part of a program, whose outputs may be read again");
    leaf.tree = std::move(*tree);
    return true;
  }

  bool find_position(int n) {
    Leaf &leaf = tree_.leaves[n];
    const auto &loops = tree_.leaves[leaf.host].tree.loops;
    for (size_t l = 0; l < loops.size(); ++l)
      if (loops[l].name == places_[n]) leaf.position = int(l) + 1;
    return true; // apply of the host has found it
  }

  /// What all later nests read of this one's output, while the host's body at the position runs once.
  bool find_region(int n) {
    Leaf &leaf = tree_.leaves[n];
    const int tensor = nests_[n].accesses[nests_[n].out].tensor;
    for (size_t reader = n + 1; reader < nests_.size(); ++reader)
      for (size_t a = 0; a < nests_[reader].accesses.size(); ++a) {
        if (nests_[reader].accesses[a].tensor != tensor || !tree_.is_inside(int(reader), leaf.host)) continue;
        const auto read = locate(nests_[n], nests_[reader], int(a));
        if (!read) return no(read.refusal().name.c_str(), read.refusal().detail);
        const Region needed = lift(*read, int(reader), leaf);
        const auto both = leaf.region.empty() ? needed : hull(leaf.region, needed);
        if (!both) return no("share-region", "the nests in loop '" + places_[n] + "' of '" + name(leaf.host) + "' need different parts of what '" + name(n) + "' writes");
        leaf.region = *both;
      }
    if (leaf.region.empty() && !find_companion(n))
      return no("share-unrelated", "no nest in '" + name(leaf.host) + "' reads what '" + name(n) +
                                       "' writes, and they have no operand in common that loop '" + places_[n] + "' moves along");
    for (const Range &r : leaf.region)
      if (r.open) return no("share-region", "the part of '" + name(n) + "' that one iteration of '" + places_[n] + "' needs has no constant size");
    return true;
  }


  /// A nest whose output nobody in the host reads goes along with it: it computes what belongs to the part of a common
  /// operand that the iteration reads.
  bool find_companion(int n) {
    Leaf &leaf = tree_.leaves[n];
    const int host = leaf.host;
    const Region shared = moving(tree_.leaves[host], leaf.position);
    Region region(nests_[n].dims.size(), Range{std::vector<int64_t>(shared.size()), 0, 1, true});
    for (size_t e = 0; e < shared.size(); ++e)
      if (const int d = shared[e].whole ? -1 : twin(n, host, int(e), region); d >= 0) region[d].step[e] = 1, region[d].whole = false;
    const bool related = std::any_of(region.begin(), region.end(), [](const Range &r) { return r.moves(); });
    if (related) leaf.region = region;
    return related;
  }

  /// The parallel dim of nest n that moves along a common operand just as the host's dim e does, and is not taken; or -1.
  int twin(int n, int host, int e, const Region &taken) const {
    for (const Access &a : nests_[n].accesses)
      for (const Access &b : nests_[host].accesses)
        for (size_t d = 0; a.tensor == b.tensor && d < a.strides.size(); ++d)
          if (taken[d].whole && !nests_[n].dims[d].reduction && !a.strides[d].is_zero() && a.strides[d] == b.strides[e] &&
              nests_[n].dims[d].extent == nests_[host].dims[e].extent)
            return int(d);
    return -1;
  }

  /// A region over the dims of `nest` as one over the dims of the host that `leaf` runs in.
  Region lift(Region region, int nest, const Leaf &leaf) const {
    for (; nest != leaf.host; nest = tree_.leaves[nest].host) region = compose(region, tree_.leaves[nest].region, nests_[nest]);
    return compose(region, moving(tree_.leaves[nest], leaf.position), tree_.leaves[nest].tree.nest);
  }

  /// Sharing a loop whose iterations all need the same would repeat the work.
  bool check_moves(int n) {
    const Leaf &leaf = tree_.leaves[n], &host = tree_.leaves[leaf.host];
    const int dim = host.tree.loops[leaf.position - 1].dim;
    for (const Range &r : leaf.region)
      if (!r.whole && r.step[dim]) return true;
    return no("share-invariant", "every iteration of loop '" + places_[n] + "' of '" + name(leaf.host) + "' needs the same part of '" +
                                     name(n) + "'; share a loop further out");
  }

  /// The extents become those of the region: constants where every run has the same, else symbols that only their name
  /// says something about.
  void resize(int n) {
    Leaf &leaf = tree_.leaves[n];
    Nest &nest = leaf.tree.nest;
    for (size_t d = 0; d < nest.dims.size(); ++d) {
      const Range &r = leaf.region[d];
      if (r.whole) continue;
      const Chunk c = covered(r, tree_.leaves[leaf.host], leaf.position);
      leaf.bound[d] = c.most;
      nest.dims[d].extent = c.exact ? Int::constant(c.most)
                                    : Int::symbol(nest.add_symbol(c.most < 0 ? "part" : "<=" + std::to_string(c.most)));
    }
  }

  static Chunk covered(const Range &r, const Leaf &host, int position) {
    Chunk all{r.span, true};
    for (size_t e = 0; e < r.step.size(); ++e) {
      if (!r.step[e]) continue;
      const Chunk c = chunk_of(host, int(e), position);
      all.exact = all.exact && c.exact;
      all.most = all.most < 0 || c.most < 0 ? -1 : all.most + r.step[e] * (c.most - 1);
    }
    return all;
  }

  const Program &program_;
  const std::vector<Nest> nests_;
  const Target &target_;
  std::vector<Sentence> sentences_;
  std::vector<std::string> places_; ///< the loop of at()
  ProgramTree tree_;
  Refusal refusal_;
};

void print_at(const ProgramTree &tree, int host, int position, const std::string &indent, std::string &out) {
  for (const Staged &s : tree.staged) {
    if (s.host != host || s.position != position) continue;
    out += indent + "stage " + tree.leaves[0].tree.nest.tensors[s.tensor].name + " ";
    std::string sizes;
    for (int64_t size : s.sizes)
      if (size > 1) sizes += (sizes.empty() ? "" : " x ") + std::to_string(size);
    out += (!sizes.empty()         ? sizes
            : s.argument >= 0     ? "of a size known at run time"
            : s.sizes.empty()     ? std::to_string(s.bytes) + " bytes"
                                  : "1") +
           std::string("\n");
  }
  for (size_t n = 0; n < tree.leaves.size(); ++n) {
    const Leaf &leaf = tree.leaves[n];
    if (leaf.host != host || leaf.position != position) continue;
    out += print(leaf.tree, indent, [&](int inner, const std::string &deeper) {
      std::string body;
      if (inner > 0) print_at(tree, int(n), inner, deeper, body);
      return body;
    });
  }
}

} // namespace

bool ProgramTree::is_inside(int leaf, int host) const {
  while (leaf >= 0 && leaf != host) leaf = leaves[leaf].host;
  return leaf == host;
}

Region moving(const Leaf &leaf, int position) {
  const size_t dims = leaf.tree.nest.dims.size();
  Region all(dims);
  for (size_t d = 0; d < dims; ++d) {
    bool moves = !leaf.region.empty() && !leaf.region[d].whole;
    for (int l = 0; l < position; ++l) moves = moves || leaf.tree.loops[l].dim == int(d);
    all[d].step.resize(dims);
    all[d].step[d] = moves, all[d].whole = !moves;
  }
  return all;
}

Chunk chunk_of(const Leaf &leaf, int dim, int position) {
  const Int extent = leaf.tree.nest.dims[dim].extent;
  Chunk c{leaf.bound[dim], extent.is_const()};
  for (int l = 0; l < position; ++l) {
    const Loop &loop = leaf.tree.loops[l];
    if (loop.dim != dim || (c.most >= 0 && c.most <= loop.step)) continue;
    c.exact = loop.step == 1 || (c.exact && c.most % loop.step == 0);
    c.most = loop.step;
  }
  return c;
}

Result<ProgramTree> apply(const Program &program, const Sentence &sentence, const Target &target) {
  return Sharer(program, target).run(sentence);
}

std::string print(const ProgramTree &tree) {
  std::string out;
  print_at(tree, -1, 0, "", out);
  return out;
}

} // namespace vecwrap
