// Sums of narrow products: register tiles of rows x vectors, of which one instruction adds 2 or 4 products per lane.
#include "decide/candidates.h"
#include "decide/draft.h"
#include "ir/combine.h"
#include "ir/product.h"
#include "target/dots.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr double kLoadsPerCycle = 2;
constexpr double kApart = 1.5;  ///< of an instruction that adds, one that multiplies and one that adds
constexpr double kWidening = 2; ///< loads that an element costs that is widened for all lanes
constexpr int64_t kMostRows = 14, kMostVectors = 4;
constexpr size_t kCandidates = 12;

struct Candidate { int64_t rows, vectors; double cost; };

class Dots {
public:
  Dots(const Nest &nest, const Target &target, const Shape &shape, const Product &product, const DotForm &form)
      : nest_(nest), target_(target), shape_(shape), form_(form), a_(access(product.a)), b_(access(product.b)), lanes_(target.lanes(nest.type)) {
    if (!nest.still(a_, shape.vector)) std::swap(a_, b_); // a fills all lanes
    flips_ = nest.stored(a_) == nest.stored(b_) && size_of(form.element(nest.stored(a_))) == 1;
  }

  /// Groups along the last reduction lie in memory for what fills all lanes, and the other operand moves along the lanes.
  bool possible() const {
    const Int along = nest_.accesses[a_].strides[shape_.reductions.back()];
    return nest_.still(a_, shape_.vector) && !nest_.still(b_, shape_.vector) && along == Int::constant(size_of(nest_.stored(a_)));
  }

  std::vector<Candidate> tiles() const {
    const int64_t rows = extent(shape_.row), vectors = (extent(shape_.vector) + lanes_ - 1) / lanes_;
    std::vector<Candidate> list;
    for (int64_t v = 1; v <= std::min(vectors, kMostVectors); ++v)
      for (int64_t r = 1; r <= std::min(rows, kMostRows); ++r)
        if (registers(r, v) <= target_.vector_regs) list.push_back({r, v, cost(rows, vectors, r, v)});
    std::stable_sort(list.begin(), list.end(), [](auto &x, auto &y) { return x.cost < y.cost; });
    if (list.size() > kCandidates) list.resize(kCandidates);
    return list;
  }

  Sentence sentence(const Candidate &tile, bool pack) const {
    Draft draft;
    std::vector<std::string> order, columns, chunks, rows, reductions, inner;
    const std::string j = draft.split(nest_, shape_.vector, tile.vectors * lanes_, columns);
    const int first = shape_.reductions[0], last = shape_.reductions.back();
    std::string k = nest_.dims[first].name;
    if (pack) k = draft.split(nest_, first, depth(tile), chunks);
    reductions.push_back(k);
    for (int r : shape_.reductions)
      if (r != first) reductions.push_back(nest_.dims[r].name);
    if (shape_.row >= 0) inner.push_back(draft.split(nest_, shape_.row, tile.rows, rows));
    inner.push_back(j);
    for (int d : shape_.outer) (pack && nest_.still(b_, d) ? rows : order).push_back(nest_.dims[d].name);
    if (pack) std::rotate(rows.begin(), rows.begin() + (shape_.row >= 0 && rows.size() > 1 ? 1 : 0), rows.end()); // rows innermost
    for (const auto *more : {&columns, &chunks}) order.insert(order.end(), more->begin(), more->end());
    const std::string at = order.empty() ? "-" : order.back();
    for (const auto *more : {&rows, &reductions, &inner}) order.insert(order.end(), more->begin(), more->end());
    draft.add(StepKind::Reorder, order);
    if (pack) draft.add(StepKind::Pack, {nest_.tensors[nest_.accesses[b_].tensor].name, at});
    draft.add(StepKind::Tile, inner);
    draft.add(StepKind::Vectorize, {j});
    draft.add(StepKind::Dot, {first == last ? k : nest_.dims[last].name}, form_.group);
    return {draft.steps};
  }

  /// What several tiles of rows read again is worth putting together once.
  bool is_read_again(const Candidate &tile) const {
    double times = double(extent(shape_.row)) / double(tile.rows);
    for (int d : shape_.outer)
      if (nest_.still(b_, d)) times *= double(extent(d));
    return times > 1;
  }

private:
  int access(int load) const { return nest_.nodes[load].access; }
  int64_t extent(int d) const { return d < 0 ? 1 : typical_extent(nest_, d); }

  /// Accumulators, a row of the second operand, an element of the first, and what flipped operands have too much.
  int64_t registers(int64_t r, int64_t v) const { return r * v + v + 1 + (flips_ ? v + 1 : 0) + (target_.isa == Isa::Avx2) + form_.apart; }

  double cost(int64_t r, int64_t v) const {
    if (!r || !v) return 0;
    const bool widens = form_.element(nest_.stored(a_)) != nest_.stored(a_);
    const double dots = double((r + flips_) * v) * (form_.apart ? kApart : 1) / target_.fma_per_cycle;
    const double loads = (double(r) * (widens ? 1 + kWidening : 1) + double(v)) / kLoadsPerCycle;
    return std::max({dots, loads, double(target_.fma_latency)}) + 0.1 * loads;
  }

  double cost(int64_t rows, int64_t vectors, int64_t r, int64_t v) const {
    return double(rows / r) * (double(vectors / v) * cost(r, v) + cost(r, vectors % v)) + double(vectors / v) * cost(rows % r, v) +
           cost(rows % r, vectors % v);
  }

  /// Steps of the first reduction loop in a panel that fits the first-level cache and a half (measured on Zen 5: a panel that
  /// is read once more from the second level costs less than sums that are stored and loaded between chunks).
  int64_t depth(const Candidate &tile) const {
    int64_t row = tile.vectors * lanes_ * size_of(form_.element(nest_.stored(b_)));
    for (size_t r = 1; r < shape_.reductions.size(); ++r) row *= extent(shape_.reductions[r]);
    const int64_t most = std::max<int64_t>(1, target_.l1_bytes * 3 / 2 / row);
    return most >= 64 ? most / 64 * 64 : most;
  }

  const Nest &nest_;
  const Target &target_;
  const Shape &shape_;
  const DotForm form_;
  int a_, b_;
  const int64_t lanes_;
  bool flips_ = false;
};

} // namespace

void dot_products(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  const std::optional<Product> product = product_of(nest);
  if (!product || s.reductions.empty() || !may_reorder(nest)) return;
  const auto stored = [&](int load) { return nest.stored(nest.nodes[load].access); };
  const std::vector<DotForm> forms = dot_forms(t, nest.type, stored(product->a), stored(product->b));
  if (forms.empty()) return;
  const Dots plan(nest, t, s, *product, forms.front());
  if (!plan.possible()) return;
  for (const Candidate &tile : plan.tiles())
    for (bool pack : {plan.is_read_again(tile), !plan.is_read_again(tile)}) list.push_back(plan.sentence(tile, pack));
}

} // namespace vecwrap
