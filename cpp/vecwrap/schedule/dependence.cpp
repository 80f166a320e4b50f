// Which nest may run inside of which: every pair of accesses to one tensor keeps its order.
#include "schedule/share.h"
#include <algorithm>
#include <climits>

namespace vecwrap {
namespace {

class Checker {
public:
  Checker(const std::vector<Nest> &nests, const ProgramTree &tree) : nests_(nests), tree_(tree) {}

  std::optional<Refusal> run() const {
    for (size_t first = 0; first < nests_.size(); ++first) {
      if (auto refusal = check_writes(int(first))) return refusal;
      if (auto refusal = check_packs(int(first))) return refusal;
      for (size_t second = first + 1; second < nests_.size(); ++second)
        for (size_t t = 0; t < nests_[0].tensors.size(); ++t)
          if (auto refusal = check_pair(int(first), int(second), int(t))) return refusal;
    }
    return {};
  }

private:
  const Leaf &leaf(int n) const { return tree_.leaves[n]; }
  int written(int n) const { return nests_[n].accesses[nests_[n].out].tensor; }
  bool touches(int n, int tensor) const { return writes(nests_[n], tensor) || reads(nests_[n], tensor); }

  Refusal refuse(int first, int second, int tensor, const std::string &why) const {
    return {"share-dependence", "'" + nests_[first].name + "' and '" + nests_[second].name + "' both use '" + nests_[0].tensors[tensor].name +
                                    "', and " + why};
  }

  /// What everybody sees is written once, all of it.
  std::optional<Refusal> check_writes(int n) const {
    if (written(n) >= tree_.arguments || is_partition(n)) return {};
    return Refusal{"share-partial", "'" + nests_[n].name + "' writes '" + nests_[0].tensors[written(n)].name +
                                        "', which is not a temporary, but iterations of '" + nests_[leaf(n).host].name +
                                        "' do not need every element exactly once"};
  }

  /// A copy is made after what it copies.
  std::optional<Refusal> check_packs(int n) const {
    for (int inner = n, host = leaf(n).host; host >= 0; inner = host, host = leaf(host).host)
      for (const Pack &pack : leaf(host).tree.packs)
        if (pack.tensor == written(n) && pack.position < leaf(inner).position)
          return refuse(n, host, pack.tensor, "it is packed before the first has written it");
    return {};
  }

  bool is_partition(int n) const {
    if (leaf(n).host < 0) return true;
    const Leaf &host = leaf(leaf(n).host);
    const Region shared = moving(host, leaf(n).position);
    std::vector<bool> used(shared.size());
    for (size_t d = 0; d < leaf(n).region.size(); ++d) {
      const Range &r = leaf(n).region[d];
      for (size_t e = 0; e < shared.size() && !r.whole; ++e)
        if (is_index(r, int(e)) && nests_[n].dims[d].extent == nests_[leaf(n).host].dims[e].extent) used[e] = true;
      if (!r.whole && std::none_of(shared.begin(), shared.end(), [&](const Range &s) { return is_index(r, int(&s - shared.data())); }))
        return false;
    }
    for (size_t e = 0; e < shared.size(); ++e)
      if (!shared[e].whole && !used[e]) return false;
    return is_partition(leaf(n).host);
  }

  /// The innermost nest that both run in, -1 if there is none.
  int common(int a, int b) const {
    while (a >= 0 && !tree_.is_inside(b, a)) a = leaf(a).host;
    return a;
  }
  /// What of `host` runs nest n: the leaf directly in its loops.
  int child(int n, int host) const {
    while (leaf(n).host != host) n = leaf(n).host;
    return n;
  }

  std::optional<Refusal> check_pair(int first, int second, int tensor) const {
    const bool wrote = writes(nests_[first], tensor), overwrites = writes(nests_[second], tensor);
    if (!touches(first, tensor) || !touches(second, tensor) || (!wrote && !overwrites)) return {};
    const int host = common(second, first), a = child(first, host), b = second == host ? second : child(second, host);
    const int position = host < 0 ? 0 : leaf(a).position, other = second == host ? INT_MAX : host < 0 ? 0 : leaf(b).position;
    if (position > other || (position == other && a > b)) return refuse(first, second, tensor, "would run in the other order");
    const bool stays = leaf(first).host < 0 || tree_.is_inside(second, leaf(first).host);
    if (wrote && reads(nests_[second], tensor) && !stays && (host >= 0 || !is_partition(first)))
      return refuse(first, second, tensor, "the second is not in the loops of '" + nests_[leaf(first).host].name + "'");
    if (!overwrites || host < 0) return {};
    for (size_t access = 0; access < nests_[first].accesses.size(); ++access)
      if (nests_[first].accesses[access].tensor == tensor && !is_separate(first, int(access), second, host, position))
        return refuse(first, second, tensor, "an iteration of the shared loops may overwrite what a later one needs");
    return {};
  }

  /// Do different iterations of the host's loops before `position` touch different indices, the same ones in both nests?
  bool is_separate(int first, int access, int second, int host, int position) const {
    const auto read = locate(nests_[second], nests_[first], access);
    if (!read) return false;
    const Region shared = moving(leaf(host), position);
    const Region a = lift(*read, first, host, shared), b = lift(moving_all(second), second, host, shared);
    for (size_t e = 0; e < shared.size(); ++e) {
      bool separate = shared[e].whole;
      for (size_t d = 0; d < a.size(); ++d) separate = separate || (is_index(a[d], int(e)) && is_index(b[d], int(e)));
      if (!separate) return false;
    }
    return true;
  }

  Region lift(Region region, int nest, int host, const Region &shared) const {
    for (; nest != host; nest = leaf(nest).host) region = compose(region, leaf(nest).region, nests_[nest]);
    return compose(region, shared, leaf(host).tree.nest);
  }

  /// Every dim of a nest as itself.
  Region moving_all(int n) const {
    const size_t dims = nests_[n].dims.size();
    Region all(dims);
    for (size_t d = 0; d < dims; ++d) all[d].step.resize(dims), all[d].step[d] = 1;
    return all;
  }

  const std::vector<Nest> &nests_;
  const ProgramTree &tree_;
};

} // namespace

std::optional<Refusal> check_dependences(const std::vector<Nest> &nests, const ProgramTree &tree) { return Checker(nests, tree).run(); }

} // namespace vecwrap
