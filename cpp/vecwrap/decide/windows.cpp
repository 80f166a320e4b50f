#include "decide/windows.h"
#include "decide/operands.h"
#include "decide/tiles.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr double kLoadsPerCycle = 2, kLine = 64;
constexpr double kWindow = 448;  ///< instructions that wait to execute, or for those before them (Zen 5)
constexpr int64_t kMostProducts = 288; ///< of straight-line code

int64_t registers(const Target &t) { return t.vector_regs - (t.isa == Isa::Avx2 ? 1 : 0); }

/// Lines of an image that its windows read, rows of those; of a tile: what it reads.
int64_t reach(int64_t count, int64_t step, int64_t window) { return (count - 1) * step + window; }

} // namespace

bool slides(const Target &t, const Shape &s, const Extent &e) {
  return !t.scalar_regs && s.window > 1 && s.window <= kUnrolled && s.step < s.window && (e.lines * e.rows + s.window) * e.vectors < registers(t);
}

bool by_column(const Nest &nest, const Target &t, const Shape &s, int64_t vectors) {
  if (s.line < 0) return true;
  if (lines_leave(nest, t, s, vectors) || t.l3_cycles) return false;
  const int64_t rows = typical_extent(nest, s.row), lines = typical_extent(nest, s.line);
  const int64_t places = reach(rows, s.step, s.window) * reach(lines, s.line_step, s.line_window) + rows * lines;
  return vectors * t.vector_bytes >= kLine || 2 * double(places) * kLine <= double(t.l1_bytes);
}

bool Windows::may_unroll_both(const Extent &e) const {
  const auto is_const = [&](int d) { return nest_.dims[d].extent.is_const(); };
  for (int a = 0; a < int(nest_.accesses.size()); ++a)
    if (loads_access(nest_, nest_.update, a) && nest_.converts(a)) return false;
  return t_.isa != Isa::Sse && is_const(s_.row) && is_const(s_.line) && std::max(s_.window, s_.line_window) <= kUnrolled && s_.operations == 1 &&
         double(e.lines * e.rows * e.vectors) * steps() <= kMostProducts;
}

/// Vectors that all steps of a tile load. Both unrolled, the factors have what registers are left, and are operands in memory otherwise.
double Windows::loads(const Extent &e, bool both) const {
  const int64_t points = e.lines * e.rows * e.vectors, row = reach(e.rows, s_.step, s_.window), factors = s_.line_window * s_.window * e.vectors;
  if (both) {
    const int64_t kept = std::clamp<int64_t>(registers(t_) - points - 1, 0, factors);
    return double(e.vectors * reach(e.lines, s_.line_step, s_.line_window) * row + kept + (factors - kept) * e.lines * e.rows);
  }
  if (slides(t_, s_, e)) return double(s_.line_window * e.vectors * (s_.window + e.lines * row));
  int64_t all = 0;
  for (int a = 0; a < int(nest_.accesses.size()); ++a)
    if (loads_access(nest_, nest_.update, a)) all += (nest_.still(a, s_.row) ? 1 : e.lines * e.rows) * (nest_.still(a, s_.vector) ? 1 : e.vectors);
  return double(all) * steps();
}

/// What has left the first-level cache: each line that the windows read, and the output's, once per tile. The more instructions a tile
/// has, the fewer loads of the next one are under way. (Zen 5, 3x3, 64 channels of 56 x 56, lines x rows: 4x2, 5x1 and 6x1 73 to 75 % of the peak,
/// 3x2 and 7x2 68, 4x4 67, 2x4 60, 2x8 57.)
double Windows::waits(const Extent &e, double instructions) const {
  constexpr double kMiss = 0.3, kHidden = 2;
  if (by_column(nest_, t_, s_, e.vectors)) return walks(e);
  const int64_t read = reach(e.lines, s_.line_step, s_.line_window) * std::min(e.rows * s_.step, reach(e.rows, s_.step, s_.window));
  const double lines = double((read + e.lines * e.rows) * e.vectors) * std::min(1.0, t_.vector_bytes / kLine);
  return kMiss * lines * (1 + kHidden * instructions / kWindow);
}

/// A column goes through all pages of the image; where those are more than are known (first-level DTLB), wide columns go through them less
/// often. (Zen 5, 384 channels of 14 x 14: three vectors wide 91 % of the peak, one 70 to 88.)
double Windows::walks(const Extent &e) const {
  constexpr double kPage = 4096, kKnown = 128, kWalk = 1;
  double pages = 0, cycles = 0;
  for (int a = 0; a < int(nest_.accesses.size()); ++a) {
    const Int row = nest_.accesses[a].strides[s_.row], line = nest_.accesses[a].strides[s_.line];
    if (!row.is_const() || !line.is_const() || !row.value) continue;
    pages += double(line.value * typical_extent(nest_, s_.line)) / kPage;
    cycles += kWalk * double(e.lines * e.rows) * std::min(1.0, double(row.value) / kPage);
  }
  return pages > kKnown ? cycles : 0;
}

/// Throughput of multiply-adds and loads. Sums of the tiles that follow fill the gaps, as far as those have begun.
double Windows::cycles(const Extent &e, bool both) const {
  constexpr double kLoop = 6, kStep = 2; // instructions, and cycles, of a step that is not unrolled
  constexpr double kStream = 0.01, kBeside = 0.25; // lines side by side; loads beside products
  const double points = double(e.lines * e.rows * e.vectors), fmas = points * steps(), loaded = loads(e, both);
  const double instructions = fmas + loaded + 2 * points + (both ? 0 : kLoop * double(s_.line_window));
  const double loading = (loaded + points) / kLoadsPerCycle, busy = fmas / t_.fma_per_cycle;
  const double under_way = points * std::max(1.0, kWindow / instructions), enough = 1.5 * t_.fma_latency * t_.fma_per_cycle;
  const double gaps = 1 + 0.2 * std::max(0.0, enough / under_way - 1);
  const double streams = 1 + kStream * double(e.lines);
  return (std::max({busy, loading, t_.fma_latency * steps() * points / under_way}) * gaps * streams + kBeside * loading + waits(e, instructions) +
          (both ? 0 : kStep * double(s_.line_window))) / steps();
}

bool Windows::unrolls_both(const Extent &e) const { return possible() && may_unroll_both(e) && cycles(e, true) < cycles(e, false); }

double Windows::cycles(const Extent &e) const {
  return may_unroll_both(e) ? std::min(cycles(e, true), cycles(e, false)) : cycles(e, false);
}

} // namespace vecwrap
