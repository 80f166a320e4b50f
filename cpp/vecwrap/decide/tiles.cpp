#include "decide/tiles.h"
#include "decide/estimate.h"
#include "decide/operands.h"
#include "decide/windows.h"
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace vecwrap {
namespace {

constexpr double kLoadsPerCycle = 2;

/// Accumulators beyond fma_latency x fma_per_cycle absorb what delays single FMAs: with half as many again the units stay
/// busy, at exactly that number 10 % are lost (measured on Zen 5: 9 % with 8 accumulators, 7 % with 9, 5 % with 10).
double jitter(const Target &t, double accumulators) {
  const double enough = 1.5 * t.fma_latency * t.fma_per_cycle;
  return 1 + 0.2 * std::max(0.0, enough / accumulators - 1);
}

/// Cycles of register tiles of one nest.
class Model {
public:
  Model(const Nest &nest, const Target &t, const Shape &s, Columns columns)
      : nest_(nest), t_(t), s_(s), columns_(columns), windows_(nest, t, s),
        overlap_(rows_overlap(nest, s)), streams_(columns == Columns::Packed ? t.l1_ways / 2 : kStreams) {}

  const Windows &windows() const { return windows_; }

  /// One reduction step over a whole output (or a panel) cut into such tiles, with its tails.
  double cost(const Extent &whole, const Extent &tile) const {
    double total = 0;
    for (const auto &[lines, line_tiles] : parts(whole.lines, tile.lines))
      for (const auto &[rows, row_tiles] : parts(whole.rows, tile.rows))
        for (const auto &[vectors, column_tiles] : parts(whole.vectors, tile.vectors))
          total += double(line_tiles * row_tiles * column_tiles) * cost({lines, rows, vectors});
    return total / double(whole.lines) * (tile.rows > streams_ && !overlap_ ? 1.04 : 1);
  }

private:
  using Parts = std::array<std::pair<int64_t, int64_t>, 2>; ///< size and number: of full tiles, of the tail
  static Parts parts(int64_t whole, int64_t tile) { return {{{tile, whole / tile}, {whole % tile, 1}}}; }

  /// Vectors that one reduction step loads.
  double loads(const Extent &e) const {
    if (s_.rows_share) return double(e.rows + e.vectors);
    if (!slides(t_, s_, e)) return double(one_by_one(e));
    return double(e.vectors) * (1 + double(e.lines * ((e.rows - 1) * s_.step + s_.window)) / double(s_.window));
  }

  /// The same where rows share nothing and nothing slides: each operand wherever it moves to.
  int64_t one_by_one(const Extent &e) const {
    int64_t all = 0;
    for (int a = 0; a < int(nest_.accesses.size()); ++a)
      if (loads_access(nest_, nest_.update, a))
        all += (nest_.still(a, s_.row) ? 1 : e.lines * e.rows) * (nest_.still(a, s_.vector) ? 1 : e.vectors);
    return all;
  }

  /// Of those, cycles for what comes from further away. Vectors of the second-level cache take as long as four of the first.
  /// A tile of a packed panel is written, and read again, once per panel. Where those are walked because the third level is far, its rows
  /// come from the second: wide tiles read them less often. (Granite Rapids, of the peak, tiles of 6 rows by 3 and 4 vectors: 384^3 82 and 86 %,
  /// 128 x 768 x 768 51 and 57 %, 128 x 3072 x 768 71 and 73 %.)
  double waits(const Extent &e) const {
    constexpr double kVector = 0.15, kPartialSum = 2, kRowLine = 0.5, kLine = 64;
    if (columns_ == Columns::Packed)
      return kPartialSum * double(e.rows * e.vectors) / double(panel_depth(nest_, t_, s_, {e.rows, e.vectors, 0})) +
             (waits_for_l3(t_) ? kRowLine * double(e.rows * size_of(nest_.type)) / kLine : 0);
    const double line = s_.reductions.size() == 1 ? 1 : t_.vector_bytes / 64.0;
    return columns_ == Columns::Far ? kVector * line * double(e.vectors) : 0;
  }

  /// One reduction step of one tile: FMA throughput, load ports, FMA latency.
  double cost(const Extent &e) const {
    if (!e.lines || !e.rows || !e.vectors) return 0;
    if (windows_.possible()) return windows_.cycles(e);
    const double points = double(e.lines * e.rows * e.vectors);
    if (t_.scalar_regs) {
      const double loads = s_.rows_share ? double(e.vectors) : points, at_once = s_.rows_share ? double(e.vectors) : 1;
      return TileStep{points, s_.operations, loads, loads * t_.core->memory[std::countr_zero(unsigned(t_.group))], at_once,
                      s_.rows_share ? double(e.rows) : 1, double(t_.vector_regs) - points - at_once, t_.group}.cycles(*t_.core);
    }
    const double loading = loads(e) / kLoadsPerCycle, fmas = points / t_.fma_per_cycle;
    return std::max({fmas, loading, double(t_.fma_latency)}) * jitter(t_, points) + 0.1 * loading + waits(e);
  }

  const Nest &nest_;
  const Target &t_;
  const Shape &s_;
  const Columns columns_;
  const Windows windows_;
  const bool overlap_; ///< rows are no streams of their own
  /// Rows that do not evict each other: a packed panel leaves them few of the ways. (Zen 5: 768^3 in tiles of 8 rows by 3 vectors 85 % of
  /// the peak, 4 by 3 95 %; 1024^3, rows a page apart, 5 by 5 93 %, 4 by 4 99 %.)
  const int streams_;
};

/// A size that the output may have.
struct Output { int64_t rows, vectors; };

std::vector<Output> outputs_of(const Nest &nest, const Target &t, const Shape &s) {
  const int64_t lanes = t.lanes(nest.type);
  std::vector<Output> list;
  for (const Nest &n : t.scalar_regs ? typical_nests(nest) : std::vector{nest})
    list.push_back({s.row < 0 ? 1 : typical_extent(n, s.row), (typical_extent(n, s.vector) + lanes - 1) / lanes});
  return list;
}

int64_t columns_of_vectors(const Nest &nest, const Target &t, const Shape &s) {
  const int64_t lanes = t.lanes(nest.type);
  return (typical_extent(nest, s.vector) + lanes - 1) / lanes;
}

/// The mean, in which a factor at one size counts as much as at any other.
double mean_cost(const Model &model, const std::vector<Output> &outputs, const Extent &tile) {
  double logarithms = 0;
  if (outputs.size() == 1) return model.cost({1, outputs[0].rows, outputs[0].vectors}, tile);
  for (const Output &o : outputs) logarithms += std::log(model.cost({1, o.rows, o.vectors}, tile));
  return std::exp(logarithms / double(outputs.size()));
}

/// Panels of few vectors that a tile may take side by side.
int64_t most_panels(const Nest &nest, const Shape &s, int64_t vectors) {
  constexpr int64_t kFew = 4;
  return s.panel < 0 ? 1 : std::clamp<int64_t>(kFew / vectors, 1, nest.dims[s.panel].extent.value);
}

/// A rest of few rows keeps the units half busy; those of blocks may be longer. (Zen 5, AVX2, 56 rows by 6: a rest of 2 96 % of the peak, of
/// each 28 a rest of 4 99.6.)
void cut_rows(const Model &model, const Output &o, double variants, Tile &tile) {
  constexpr int64_t kMostTiles = 8;
  constexpr double kWorth = 1.005;
  for (int64_t block = std::min(o.rows / 2, kMostTiles * tile.rows); block > tile.rows && o.rows % tile.rows; --block) {
    if (o.rows % block) continue;
    const double cost = double(o.rows / block) * model.cost({1, block, o.vectors}, {1, tile.rows, tile.vectors}) * variants;
    if (cost * kWorth < tile.cost) tile.cost = cost, tile.block = block;
  }
}

/// Tiles of several lines.
void lines_of_rows(const Nest &nest, const Target &t, const Shape &s, const Model &model, std::vector<Tile> &list) {
  constexpr int64_t kMostLines = 8;
  if (!model.windows().possible() || !nest.dims[s.line].extent.is_const() || !nest.dims[s.row].extent.is_const()) return;
  const int64_t lines = nest.dims[s.line].extent.value, rows = nest.dims[s.row].extent.value, busy = 2 * t.fma_latency * t.fma_per_cycle;
  for (int64_t l = 2; l <= std::min(lines, kMostLines); ++l)
    for (int64_t r = 1; r <= rows && l * r <= busy; ++r) {
      const Extent tile{l, r, 1};
      const bool both = model.windows().unrolls_both(tile);
      if (both || slides(t, s, tile)) list.push_back({r, 1, model.cost({lines, rows, columns_of_vectors(nest, t, s)}, tile), 1, l, 0, both});
    }
}

} // namespace

Target grouped(const Target &t, int group) {
  Target wide = t;
  wide.vector_bytes *= group, wide.vector_regs /= group, wide.group = group;
  return wide;
}

std::vector<int> groups(const Nest &nest, const Target &t) {
  int64_t longest = 1;
  for (int d : vector_dims(nest, t)) longest = std::max(longest, typical_extent(nest, d));
  std::vector<int> list;
  for (int group = std::min(4, t.widest_group); group >= 1; group /= 2)
    if (group == 1 || t.lanes(nest.type) * group < 2 * longest) list.push_back(group);
  return list;
}

/// Where loops take instructions of their own that nothing hides, some; else as many as make a body that is not over in a few cycles. (Zen 5,
/// squares of 64 to 256: AVX2, 12 multiply-adds a step, 1 to 3 % faster; AVX-512 with 24 0.3 %, 512^3 4 %. Eight steps make 512^3 slower than one.)
int64_t steps_at_once(const Target &t, const Tile &tile) {
  constexpr int64_t kMost = 4, kBody = 48;
  const int64_t points = tile.lines * tile.rows * tile.panels * tile.vectors;
  return t.scalar_regs ? kMost : std::clamp<int64_t>((kBody + points - 1) / points, 1, kMost);
}

std::vector<Tile> tiles(const Nest &nest, const Target &t, const Shape &s, Columns columns) {
  constexpr int64_t kMostRows = 14;
  const Model model(nest, t, s, columns);
  const std::vector<Output> outputs = outputs_of(nest, t, s);
  const auto [rows, vectors] = outputs.back();
  const int registers = t.vector_regs - t.own_regs;
  const int broadcast = t.scalar_regs ? 0 : 1;
  // every vector of a tile with a run-time extent brings a tail variant of the whole tile
  const int64_t widest = nest.dims[s.vector].extent.is_const() ? 8 : 3;
  std::vector<Tile> list;
  for (int64_t v = 1; v <= std::min<int64_t>(vectors, 8); ++v)
    for (int64_t r = 1; r <= std::min(rows, kMostRows); ++r)
      if (r * v + (s.rows_share ? v : 1) + broadcast <= registers) {
        const Extent tile{1, r, v};
        const double variants = v > widest ? 1.05 : 1, streams = s.rows_share || slides(t, s, tile) || model.windows().possible() ? 1 : 1 + 0.02 * double(r);
        list.push_back({r, v, mean_cost(model, outputs, tile) * variants * streams, 1, 1, 0, model.windows().unrolls_both(tile)});
        if (!t.scalar_regs && s.rows_share && s.row >= 0 && nest.dims[s.row].extent.is_const()) cut_rows(model, outputs[0], variants, list.back());
      }
  const int64_t panels = s.panel < 0 ? 1 : nest.dims[s.panel].extent.value;
  for (int64_t p = 2; p <= most_panels(nest, s, vectors); ++p)
    for (int64_t r = 1, v = p * vectors; r <= std::min(rows, kMostRows) && r * v + v + broadcast <= registers; ++r)
      list.push_back({r, vectors, model.cost({1, rows, panels * vectors}, {1, r, v}) / double(panels), p});
  lines_of_rows(nest, t, s, model, list);
  std::stable_sort(list.begin(), list.end(), [](auto &a, auto &b) { return a.cost < b.cost; });
  if (list.size() > 12) list.resize(12);
  return list;
}

} // namespace vecwrap
