#include "decide/tiles.h"
#include "decide/estimate.h"
#include <algorithm>
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

/// Do all of a window's factors stay in registers, so that what slides under it is read once (codegen/share_loads.h)?
bool slides(const Target &t, const Shape &s, int64_t r, int64_t v) {
  const int64_t registers = t.vector_regs - (t.isa == Isa::Avx2 ? 1 : 0);
  return !t.scalar_regs && s.window > 1 && s.window <= kUnrolled && s.step < s.window && (r + s.window) * v < registers;
}

/// Vectors that one reduction step of an r x v tile loads.
double loads_of(const Target &t, const Shape &s, int64_t r, int64_t v) {
  if (s.rows_share) return double(r + v);
  if (!slides(t, s, r, v)) return double(1 + r * v);
  return double(v) * (1 + double((r - 1) * s.step + s.window) / double(s.window));
}

/// Cycles for one reduction step of one r x v tile: FMA throughput, load ports, FMA latency.
/// Vectors that come from the second-level cache take as long as four from the first.
double cost(const Target &t, const Shape &s, int64_t r, int64_t v, bool far) {
  if (!r || !v) return 0;
  if (t.scalar_regs) {
    const double points = double(r * v), loads = s.rows_share ? double(v) : points, at_once = s.rows_share ? double(v) : 1;
    const double spare = double(t.vector_regs) - points - at_once;
    return TileStep{points, s.operations, loads, loads * t.core->memory[std::countr_zero(unsigned(t.group))], at_once,
                    s.rows_share ? double(r) : 1, spare, t.group}.cycles(*t.core);
  }
  const double loads = loads_of(t, s, r, v) / kLoadsPerCycle, fmas = double(r * v) / t.fma_per_cycle;
  return std::max({fmas, loads, double(t.fma_latency)}) * jitter(t, double(r * v)) + 0.1 * loads + (far ? 0.15 * double(v) : 0);
}

/// The same for an extent of rows x vectors cut into tiles of r x v, with its tails.
double cost(const Target &t, const Shape &s, int64_t rows, int64_t vectors, int64_t r, int64_t v, bool far) {
  const int64_t row_tiles = rows / r, column_tiles = vectors / v;
  const double total = row_tiles * column_tiles * cost(t, s, r, v, far) + row_tiles * cost(t, s, r, vectors % v, far) +
                       column_tiles * cost(t, s, rows % r, v, far) + cost(t, s, rows % r, vectors % v, far);
  return total * (r > kStreams ? 1.04 : 1);
}

/// A size that the output may have.
struct Output { int64_t rows, vectors; };

std::vector<Output> outputs_of(const Nest &nest, const Target &t, const Shape &s) {
  const int64_t lanes = t.lanes(nest.type);
  std::vector<Output> list;
  for (const Nest &n : t.scalar_regs ? typical_nests(nest) : std::vector{nest})
    list.push_back({s.row < 0 ? 1 : typical_extent(n, s.row), (typical_extent(n, s.vector) + lanes - 1) / lanes});
  return list;
}

/// The mean, in which a factor at one size counts as much as at any other.
double cost(const Target &t, const Shape &s, const std::vector<Output> &outputs, int64_t r, int64_t v, bool far) {
  if (outputs.size() == 1) return cost(t, s, outputs[0].rows, outputs[0].vectors, r, v, far);
  double logarithms = 0;
  for (const Output &o : outputs) logarithms += std::log(cost(t, s, o.rows, o.vectors, r, v, far));
  return std::exp(logarithms / double(outputs.size()));
}

/// Panels of few vectors that a tile may take side by side.
int64_t most_panels(const Nest &nest, const Shape &s, int64_t vectors) {
  constexpr int64_t kFew = 4;
  return s.panel < 0 ? 1 : std::clamp<int64_t>(kFew / vectors, 1, nest.dims[s.panel].extent.value);
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

std::vector<Tile> tiles(const Nest &nest, const Target &t, const Shape &s, bool far) {
  const std::vector<Output> outputs = outputs_of(nest, t, s);
  const auto [rows, vectors] = outputs.back();
  const int registers = t.vector_regs - t.own_regs;
  const int broadcast = t.scalar_regs ? 0 : 1;
  // every vector of a tile with a run-time extent brings a tail variant of the whole tile
  const int64_t widest = nest.dims[s.vector].extent.is_const() ? 8 : 3;
  std::vector<Tile> list;
  for (int64_t v = 1; v <= std::min<int64_t>(vectors, 8); ++v)
    for (int64_t r = 1; r <= std::min<int64_t>(rows, 14); ++r)
      if (r * v + (s.rows_share ? v : 1) + broadcast <= registers) {
        const double variants = v > widest ? 1.05 : 1, streams = s.rows_share || slides(t, s, r, v) ? 1 : 1 + 0.02 * double(r);
        list.push_back({r, v, cost(t, s, outputs, r, v, far) * variants * streams});
      }
  const int64_t panels = s.panel < 0 ? 1 : nest.dims[s.panel].extent.value;
  for (int64_t p = 2; p <= most_panels(nest, s, vectors); ++p)
    for (int64_t r = 1, v = p * vectors; r <= std::min<int64_t>(rows, 14) && r * v + v + broadcast <= registers; ++r)
      list.push_back({r, vectors, cost(t, s, rows, panels * vectors, r, v, far) / double(panels), p});
  std::stable_sort(list.begin(), list.end(), [](auto &a, auto &b) { return a.cost < b.cost; });
  if (list.size() > 12) list.resize(12);
  return list;
}

} // namespace vecwrap
