// Sums of narrow products: register tiles of rows x vectors, of which one instruction adds 2 or 4 products per lane.
#include "decide/candidates.h"
#include "decide/dot_tiles.h"
#include "decide/draft.h"
#include <limits>
#include <numeric>

namespace vecwrap {
namespace {

constexpr int64_t kUnrolledGroups = 4, kFewPasses = 8, kStreamedRows = 5;
constexpr int64_t kUnrolledPanels = 2; ///< groups of a panel (Granite Rapids, bytes, 768^3: 80 % of the peak one at a time, 86 so)
constexpr int64_t kRequest = 64; ///< steps between requests for the next panel: fewer at once are no faster
constexpr int64_t kHeldRows = 128; ///< whose sums wait in a buffer where the output cannot hold them

class Dots : public DotTiles {
public:
  using DotTiles::DotTiles;

  /// Panels of the second operand packed; two tiles wide where that is most of the work, as a line's neighbour is fetched with it. (Zen 5,
  /// bytes by 1024 x 1024: 8 rows 28 % faster, 16 rows 17 %; 1024 rows 8 % slower, for there are more partial sums.)
  Sentence packed(const DotTile &tile) const {
    Draft draft;
    std::vector<std::string> panels, columns, chunks, steps, rows, order, inner;
    const int first = shape_.reductions[0];
    const int64_t width = tile.vectors * lanes_, wide = keeps_sums() && passes(tile) <= kFewPasses && nest_.contiguous(b_, shape_.vector) ? 2 : 1;
    const std::string j = wide > 1 ? draft.split_twice(nest_, shape_.vector, wide * width, width, panels, columns)
                                   : draft.split(nest_, shape_.vector, width, panels);
    const bool held = !keeps_sums() && !fits(tile); // in a buffer of their own, for a block of rows
    const int64_t most = keeps_sums() ? depth(width, wide) : held ? depth(2 * width, wide) : extent(first);
    const bool far = wide == 1 && comes_late();
    const std::string k = far ? draft.split_twice(nest_, first, most, kRequest, chunks, steps) : draft.split(nest_, first, most, chunks);
    if (held && shape_.row >= 0) inner.push_back(draft.split_twice(nest_, shape_.row, (kHeldRows + tile.rows - 1) / tile.rows * tile.rows, tile.rows, order, rows));
    else if (shape_.row >= 0) inner.push_back(draft.split(nest_, shape_.row, tile.rows, rows));
    for (int d : shape_.outer) (nest_.still(b_, d) ? rows : order).push_back(nest_.dims[d].name);
    std::rotate(rows.begin(), rows.begin() + (shape_.row >= 0 && rows.size() > 1 ? 1 : 0), rows.end()); // rows innermost
    order.insert(order.end(), panels.begin(), panels.end());
    const std::string sums_at = order.empty() ? "-" : order.back();
    order.insert(order.end(), chunks.begin(), chunks.end());
    const std::string at = order.empty() ? "-" : order.back();
    for (const auto *more : {&columns, &rows, &steps}) order.insert(order.end(), more->begin(), more->end());
    Sentence s = finished(draft, order, k, inner, j, Step{StepKind::Pack, {name_of_tensor(b_), at}, 0});
    s.steps.push_back({StepKind::Unroll, {s.steps.back().names[0]}, kUnrolledPanels});
    if (far && at != "-") s.steps.push_back({StepKind::Prefetch, {name_of_tensor(b_), at}, 1});
    if (wide == 1 && !rows.empty() && flips_apart(tile, width, most)) s.steps.push_back({StepKind::Pack, {name_of_tensor(a_), rows.back()}, 0});
    if (held) s.steps.push_back({StepKind::Pack, {name_of_tensor(nest_.out), sums_at}, 0});
    return s;
  }

  /// The second operand read as it lies: by columns, or (which is as it lies in memory) some rows of all columns at a time.
  Sentence in_place(const DotTile &tile, int64_t steps) const {
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
  /// many as its sets hold; 0: no, or so many sums are loaded and stored between them that columns are faster. (Zen 5, bytes by 1024 x 1024: one
  /// row 24 us by columns, 10 us by 32 rows; 4 rows 22 and 17, 8 rows 37 and 36, 12 rows 42 and 49; by 768 x 768 15 and 17 for 8 rows.)
  int64_t streams(const DotTile &tile) const {
    constexpr int64_t kMost = 32, kPage = 4096;
    const Int stride = nest_.accesses[b_].strides[shape_.reductions[0]];
    const int64_t bytes = extent(shape_.reductions[0]) * extent(shape_.vector) * size_of(nest_.stored(b_));
    if (tile.rows > kStreamedRows || is_read_again(tile) || !nest_.contiguous(b_, shape_.vector) || bytes <= target_.l1_bytes) return 0;
    if (shape_.reductions.size() != 1 || loads_access(nest_, nest_.final, nest_.out)) return 0;
    const int64_t sets = stride.is_const() && stride.value ? kPage / std::gcd(stride.value, kPage) : 1;
    return std::min(kMost, kStreams * sets);
  }

private:
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

  /// Does the second operand come from the third-level cache, while nothing else happens? Then the next panel is asked for. (Granite Rapids,
  /// 128 rows by 3072 x 768: 983 us, with this 855; by 768 x 768, which the second level holds, 196 and 206; 8 rows by 1024 x 1024 38 and 42.)
  bool comes_late() const {
    const int64_t bytes = extent(shape_.reductions[0]) * extent(shape_.vector) * size_of(nest_.stored(b_));
    return shape_.reductions.size() == 1 && bytes > target_.l2_bytes;
  }

  /// Is what each lane multiplies copied, so that it is flipped 64 bytes at a time, not four in each step? Where a flip takes a product's place.
  /// (Granite Rapids, i8 by i8, 768^3: 1530 us, with this 1365.)
  bool flips_apart(const DotTile &tile, int64_t width, int64_t depth) const {
    const auto is_const = [&](int d) { return nest_.dims[d].extent.is_const(); };
    if (!flips_ || !units_are_busy() || !std::all_of(shape_.reductions.begin(), shape_.reductions.end(), is_const)) return false;
    if (extent(shape_.reductions[0]) % depth) return false; // rows whose length is known when they are copied take whole vectors
    for (size_t r = 1; r < shape_.reductions.size(); ++r) depth *= extent(shape_.reductions[r]);
    return (depth + form_.group) * (width + tile.rows) + width * size_of(nest_.type) <= target_.stack_bytes;
  }

  /// Steps of the first reduction loop in a panel that fits the first-level cache; in one for a single tile's columns, half as many again,
  /// or all if those are twice as many (measured on Zen 5: to read it once more from the second level costs less than sums that are stored and
  /// loaded between chunks; on Granite Rapids, 1024^3, 6 %).
  int64_t depth(int64_t width, int64_t wide) const {
    int64_t row = wide * width * size_of(form_.element(nest_.stored(b_)));
    for (size_t r = 1; r < shape_.reductions.size(); ++r) row *= extent(shape_.reductions[r]);
    const int64_t all = extent(shape_.reductions[0]), flipped = flips_ ? width * size_of(nest_.type) : 0; // sums beside the panel
    if (wide == 1 && all * row + flipped <= std::min(2 * target_.l1_bytes, target_.stack_bytes)) return all;
    const int64_t most = target_.l1_bytes * (wide > 1 ? 2 : 3) / 2 / row, whole = most >= 64 ? 64 : form_.group;
    const int64_t deep = std::max<int64_t>(most / whole, 1) * whole, chunks = (all + deep - 1) / deep;
    return flips_ && units_are_busy() ? (all + chunks * whole - 1) / (chunks * whole) * whole : deep; // of one length, see flips_apart
  }

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
  const std::vector<DotTile> tiles = plan.tiles();
  for (const DotTile &tile : tiles) {
    if (const int64_t rows = plan.streams(tile)) list.push_back(plan.in_place(tile, rows));
    list.push_back(plan.is_read_again(tile) ? plan.packed(tile) : plan.in_place(tile, 0));
    if (!plan.is_read_again(tile)) list.push_back(plan.packed(tile));
    else if (plan.fits_registers(tile)) list.push_back(plan.in_place(tile, 0));
  }
  return tiles.empty() ? kNone : plan.cycles(tiles[0]);
}

} // namespace vecwrap
