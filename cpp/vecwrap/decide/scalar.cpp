// Sentences without vectors.
#include "decide/candidates.h"
#include "decide/draft.h"
#include <algorithm>

namespace vecwrap {
namespace {

int last_parallel(const Nest &nest) {
  int last = -1;
  for (size_t d = 0; d < nest.dims.size(); ++d)
    if (!nest.dims[d].reduction) last = int(d);
  return last;
}

} // namespace

void scalar_rows(const Nest &nest, std::vector<Sentence> &list) {
  std::vector<int> parallel, reductions;
  for (size_t d = 0; d < nest.dims.size(); ++d) (nest.dims[d].reduction ? reductions : parallel).push_back(int(d));
  for (int64_t rows : {8, 4, 2}) {
    Draft draft;
    std::vector<std::string> order, inner;
    for (size_t p = 0; p < parallel.size(); ++p) {
      const bool two = parallel.size() >= 2;
      if (p + 1 == parallel.size()) inner.push_back(draft.split(nest, parallel[p], two ? rows / 2 : rows, order));
      else if (p + 2 == parallel.size()) inner.push_back(draft.split(nest, parallel[p], rows / 2, order));
      else order.push_back(nest.dims[parallel[p]].name);
    }
    names(nest, reductions, order);
    order.insert(order.end(), inner.begin(), inner.end());
    draft.add(StepKind::Reorder, order);
    draft.add(StepKind::Tile, inner);
    const Dim &last = nest.dims[reductions.back()];
    draft.add(StepKind::Unroll, {last.name}, last.extent.is_const() ? std::min<int64_t>(last.extent.value, 4) : 4);
    list.push_back({draft.steps});
  }
}

void scalar(const Nest &nest, std::vector<Sentence> &list) {
  for (int64_t points : {8, 1}) {
    Draft draft;
    std::vector<std::string> order, reductions, inner;
    for (size_t d = 0; d < nest.dims.size(); ++d)
      if (nest.dims[d].reduction) reductions.push_back(nest.dims[d].name);
      else if (points > 1 && last_parallel(nest) == int(d)) inner.push_back(draft.split(nest, int(d), points, order));
      else order.push_back(nest.dims[d].name);
    order.insert(order.end(), reductions.begin(), reductions.end());
    order.insert(order.end(), inner.begin(), inner.end());
    draft.add(StepKind::Reorder, order);
    if (!inner.empty()) draft.add(StepKind::Tile, inner);
    list.push_back({draft.steps});
  }
}

} // namespace vecwrap
