// Sums of narrow products: register tiles of rows x vectors, of which one instruction adds 2 or 4 products per lane.
#include "decide/candidates.h"
#include "decide/draft.h"
#include "ir/combine.h"
#include "ir/product.h"
#include "target/dots.h"
#include <algorithm>
#include <limits>
#include <numeric>

namespace vecwrap {
namespace {

constexpr double kLoadsPerCycle = 2;
constexpr double kApart = 1.5;  ///< of an instruction that adds, one that multiplies and one that adds
constexpr double kWidening = 2; ///< loads that an element costs that is widened for all lanes
// Cycles for a vector of groups of the other operand (Zen 5): of rows that are joined for several vectors, of one vector's rows, of
// elements that are strided along the lanes; and to keep it for later.
constexpr double kTogether = 1.6, kAlone = 2.8, kStrided = 20, kKeep = 1.5;
constexpr int64_t kUnrolledGroups = 4, kFewPasses = 8;
constexpr int64_t kHeldRows = 128; ///< whose sums wait in a buffer where the output cannot hold them
constexpr int64_t kMostRows = 14, kMostVectors = 4;
constexpr size_t kCandidates = 12;

/// A tile, and the cycles of one group's step over rows and columns.
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
        if (const bool again = is_read_again({r, v, 0}); registers(r, v, again) <= target_.vector_regs)
          list.push_back({r, v, cost(rows, vectors, r, v, again) + grouping(vectors, v) + (again ? kKeep * double(vectors) : 0)});
    std::stable_sort(list.begin(), list.end(), [](auto &x, auto &y) { return x.cost < y.cost; });
    if (list.size() > kCandidates) list.resize(kCandidates);
    return list;
  }

  /// Panels of the second operand packed; two tiles wide where that is most of the work, as a line's neighbour is fetched with it. (Zen 5,
  /// bytes by 1024 x 1024: 8 rows 28 % faster, 16 rows 17 %; 1024 rows 8 % slower, for there are more partial sums.)
  Sentence packed(const Candidate &tile) const {
    Draft draft;
    std::vector<std::string> panels, columns, chunks, rows, order, inner;
    const int first = shape_.reductions[0];
    const int64_t width = tile.vectors * lanes_, wide = keeps_sums() && passes(tile) <= kFewPasses && nest_.contiguous(b_, shape_.vector) ? 2 : 1;
    const std::string j = wide > 1 ? draft.split_twice(nest_, shape_.vector, wide * width, width, panels, columns)
                                   : draft.split(nest_, shape_.vector, width, panels);
    const bool held = !keeps_sums() && !fits(tile); // in a buffer of their own, for a block of rows
    const int64_t most = keeps_sums() ? depth(width, wide) : held ? depth(2 * width, wide) : extent(first);
    const std::string k = draft.split(nest_, first, most, chunks);
    if (held && shape_.row >= 0) inner.push_back(draft.split_twice(nest_, shape_.row, (kHeldRows + tile.rows - 1) / tile.rows * tile.rows, tile.rows, order, rows));
    else if (shape_.row >= 0) inner.push_back(draft.split(nest_, shape_.row, tile.rows, rows));
    for (int d : shape_.outer) (nest_.still(b_, d) ? rows : order).push_back(nest_.dims[d].name);
    std::rotate(rows.begin(), rows.begin() + (shape_.row >= 0 && rows.size() > 1 ? 1 : 0), rows.end()); // rows innermost
    order.insert(order.end(), panels.begin(), panels.end());
    const std::string sums_at = order.empty() ? "-" : order.back();
    order.insert(order.end(), chunks.begin(), chunks.end());
    const std::string at = order.empty() ? "-" : order.back();
    for (const auto *more : {&columns, &rows}) order.insert(order.end(), more->begin(), more->end());
    Sentence s = finished(draft, order, k, inner, j, Step{StepKind::Pack, {name_of_tensor(b_), at}, 0});
    if (held) s.steps.push_back({StepKind::Pack, {name_of_tensor(nest_.out), sums_at}, 0});
    return s;
  }

  /// The second operand read as it lies: by columns, or (which is as it lies in memory) some rows of all columns at a time.
  Sentence in_place(const Candidate &tile, int64_t steps) const {
    Draft draft;
    std::vector<std::string> order, columns, chunks, rows, inner;
    const std::string j = draft.split(nest_, shape_.vector, tile.vectors * lanes_, columns);
    const std::string k = steps ? draft.split(nest_, shape_.reductions[0], steps, chunks) : nest_.dims[shape_.reductions[0]].name;
    if (shape_.row >= 0) inner.push_back(draft.split(nest_, shape_.row, tile.rows, rows));
    names(nest_, shape_.outer, order);
    for (const auto *more : {&chunks, &columns, &rows}) order.insert(order.end(), more->begin(), more->end());
    Sentence s = finished(draft, order, k, inner, j, {});
    if (steps) s.steps.push_back({StepKind::Unroll, {k}, std::min<int64_t>(kUnrolledGroups, steps / form_.group)});
    return s;
  }

  /// Rows of the second operand that are walked side by side where nothing reads it again and the first-level cache does not hold it, as
  /// many as its sets hold; 0: no. (Zen 5, one row of bytes by 1024 x 1024: 25 us by columns, 11 us by 32 rows.)
  int64_t streams(const Candidate &tile) const {
    constexpr int64_t kMost = 32, kPage = 4096;
    const Int stride = nest_.accesses[b_].strides[shape_.reductions[0]];
    const int64_t bytes = extent(shape_.reductions[0]) * extent(shape_.vector) * size_of(nest_.stored(b_));
    if (is_read_again(tile) || !nest_.contiguous(b_, shape_.vector) || bytes <= target_.l1_bytes) return 0;
    if (shape_.reductions.size() != 1 || loads_access(nest_, nest_.final, nest_.out)) return 0;
    const int64_t sets = stride.is_const() && stride.value ? kPage / std::gcd(stride.value, kPage) : 1;
    return std::min(kMost, kStreams * sets);
  }

  /// Of the whole nest.
  double cycles(const Candidate &tile) const {
    double steps = 1.0 / double(form_.group);
    for (int r : shape_.reductions) steps *= double(extent(r));
    for (int d : shape_.outer) steps *= double(extent(d));
    return steps * tile.cost;
  }

  /// May the output hold sums between chunks of the reduction?
  bool keeps_sums() const { return !nest_.converts(nest_.out) && !loads_access(nest_, nest_.final, nest_.out); }

  /// Does a tile's panel of the whole reduction stay near the first-level cache?
  bool fits(const Candidate &tile) const {
    int64_t bytes = tile.vectors * lanes_ * size_of(form_.element(nest_.stored(b_)));
    for (int r : shape_.reductions) bytes *= r == shape_.reductions.back() ? (extent(r) + form_.group - 1) / form_.group * form_.group : extent(r);
    return bytes <= target_.l1_bytes * 3 / 2;
  }

  bool fits_registers(const Candidate &tile) const { return registers(tile.rows, tile.vectors, false) <= target_.vector_regs; }

  /// Worth putting together once.
  bool is_read_again(const Candidate &tile) const { return !are_words() && passes(tile) > 1; }

private:
  /// Tiles of rows that read the same columns.
  double passes(const Candidate &tile) const {
    double times = double(extent(shape_.row)) / double(tile.rows);
    for (int d : shape_.outer)
      if (nest_.still(b_, d)) times *= double(extent(d));
    return times;
  }

  /// Does the second operand lie in memory as groups that fill lanes?
  bool are_words() const { return nest_.accesses[b_].strides[shape_.vector] == Int::constant(size_of(nest_.type)); }

  const std::string &name_of_tensor(int access) const { return nest_.tensors[nest_.accesses[access].tensor].name; }
  int access(int load) const { return nest_.nodes[load].access; }
  int64_t extent(int d) const { return d < 0 ? 1 : typical_extent(nest_, d); }

  /// Accumulators, a row of the second operand, an element of the first, and what flipped operands have too much: a panel that is packed
  /// knows that.
  int64_t registers(int64_t r, int64_t v, bool packed) const {
    return r * v + v + 1 + (flips_ && !packed ? v + 1 : 0) + (target_.isa == Isa::Avx2) + form_.apart;
  }

  double cost(int64_t r, int64_t v, bool packed) const {
    if (!r || !v) return 0;
    const bool widens = form_.element(nest_.stored(a_)) != nest_.stored(a_);
    const double dots = double((r + (flips_ && !packed)) * v) * (form_.apart ? kApart : 1) / target_.fma_per_cycle;
    const double loads = (double(r) * (widens ? 1 + kWidening : 1) + double(v)) / kLoadsPerCycle;
    return std::max({dots, loads, double(target_.fma_latency)}) + 0.1 * loads;
  }

  /// Cycles that lanes of groups take for a step of all columns (codegen/join.cpp). Words in memory are groups already.
  double grouping(int64_t vectors, int64_t v) const {
    if (!nest_.contiguous(b_, shape_.vector)) return are_words() ? 0 : kStrided * double(vectors);
    const auto tile = [&](int64_t w) {
      const int64_t together = target_.isa == Isa::Sse ? 0 : w / form_.group * form_.group;
      return kTogether * double(together) + kAlone * double(w - together);
    };
    return double(vectors / v) * tile(v) + tile(vectors % v);
  }

  double cost(int64_t rows, int64_t vectors, int64_t r, int64_t v, bool packed) const {
    return double(rows / r) * (double(vectors / v) * cost(r, v, packed) + cost(r, vectors % v, packed)) +
           double(vectors / v) * cost(rows % r, v, packed) + cost(rows % r, vectors % v, packed);
  }

  /// The steps that all have in common.
  Sentence finished(Draft &draft, std::vector<std::string> order, const std::string &k, std::vector<std::string> inner, const std::string &j,
                    const std::optional<Step> &pack) const {
    inner.push_back(j);
    order.push_back(k);
    for (size_t r = 1; r < shape_.reductions.size(); ++r) order.push_back(nest_.dims[shape_.reductions[r]].name);
    const std::string last = order.back();
    order.insert(order.end(), inner.begin(), inner.end());
    draft.add(StepKind::Reorder, order);
    if (pack) draft.steps.push_back(*pack);
    draft.add(StepKind::Tile, inner);
    draft.add(StepKind::Vectorize, {j});
    draft.add(StepKind::Dot, {last}, form_.group);
    return {draft.steps};
  }

  /// Steps of the first reduction loop in a panel that fits the first-level cache; in one for a single tile's columns, half as many again
  /// (measured on Zen 5: to read it once more from the second level costs less than sums that are stored and loaded between chunks).
  int64_t depth(int64_t width, int64_t wide) const {
    int64_t row = wide * width * size_of(form_.element(nest_.stored(b_)));
    for (size_t r = 1; r < shape_.reductions.size(); ++r) row *= extent(shape_.reductions[r]);
    const int64_t most = target_.l1_bytes * (wide > 1 ? 2 : 3) / 2 / row, whole = most >= 64 ? 64 : form_.group;
    return std::max<int64_t>(most / whole, 1) * whole;
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

double dot_products(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const std::optional<Product> product = product_of(nest);
  if (!product || s.reductions.empty() || !may_reorder(nest)) return kNone;
  const auto stored = [&](int load) { return nest.stored(nest.nodes[load].access); };
  const std::vector<DotForm> forms = dot_forms(t, nest.type, stored(product->a), stored(product->b));
  if (forms.empty()) return kNone;
  const Dots plan(nest, t, s, *product, forms.front());
  if (!plan.possible()) return kNone;
  const std::vector<Candidate> tiles = plan.tiles();
  for (const Candidate &tile : tiles) {
    if (const int64_t rows = plan.streams(tile)) list.push_back(plan.in_place(tile, rows));
    list.push_back(plan.is_read_again(tile) ? plan.packed(tile) : plan.in_place(tile, 0));
    if (!plan.is_read_again(tile)) list.push_back(plan.packed(tile));
    else if (plan.fits_registers(tile)) list.push_back(plan.in_place(tile, 0));
  }
  return tiles.empty() ? kNone : plan.cycles(tiles[0]);
}

} // namespace vecwrap
