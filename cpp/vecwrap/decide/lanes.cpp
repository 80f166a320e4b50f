#include "decide/lanes.h"
#include "decide/candidates.h"
#include "decide/lane_tiles.h"
#include "ir/product.h"
#include <algorithm>
#include <limits>

namespace vecwrap {

void sums_in_order(const Nest &nest, const Target &target, std::vector<Sentence> &list) {
  if (added_in_order(nest) < 0) return;
  const Lanes lanes(nest, target);
  if (!lanes.along_last_reduction()) return;
  for (int64_t rows : {8, 4, 2, 1}) list.push_back(lanes.sentence({lanes.rows(rows), 1, 1, 0}));
}

Plan lanes_along_reduction(const Nest &nest, const Target &target) {
  if (!may_reorder(nest) || !combine_of(nest)) return {};
  const Lanes lanes(nest, target);
  if (!lanes.possible()) return {};
  Plan plan;
  const std::vector<LaneTile> tiles = lanes.tiles();
  if (tiles.empty() || tiles[0].cycles >= lanes.scalar_cycles()) return {};
  plan.cycles = tiles[0].cycles;
  for (const LaneTile &tile : tiles) plan.sentences.push_back(lanes.sentence(tile));
  return plan;
}

Plan dots_along_reduction(const Nest &nest, const Target &target) {
  Plan plan{{}, std::numeric_limits<double>::infinity()};
  const std::optional<Product> product = product_of(nest);
  if (!product || !may_reorder(nest) || target.isa == Isa::Sse) return plan;
  const auto stored = [&](int load) { return nest.stored(nest.nodes[load].access); };
  const std::vector<DotForm> forms = dot_forms(target, nest.type, stored(product->a), stored(product->b));
  if (forms.empty()) return plan;
  const Lanes lanes(nest, target, forms.front());
  if (!lanes.possible()) return plan;
  for (const LaneTile &tile : lanes.tiles()) {
    plan.cycles = std::min(plan.cycles, tile.cycles);
    plan.sentences.push_back(lanes.sentence(tile));
  }
  return plan;
}

} // namespace vecwrap
