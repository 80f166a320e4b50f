// Windows: what register tiles cost whose rows are windows over a line of memory, and whose lines are windows over the lines
// (depthwise convolutions of two dims).
#pragma once
#include "decide/shape.h"
#include "target/target.h"

namespace vecwrap {

/// Vectors of a tile: lines x rows x vectors (one line, unless windows slide over those).
struct Extent { int64_t lines, rows, vectors; };

/// Do all factors of a row's window stay in registers, so that what slides under it is read once (codegen/share_loads.h)?
bool slides(const Target &, const Shape &, const Extent &);

/// Do such nests come column by column of the output, so that the lines under their windows stay in the first-level cache? Otherwise
/// they come in whole pixels: where those lines are too long, or where columns take half a line of the cache, whose other half comes later, or
/// where the third level is far, from which memory is read ahead as it lies. (Granite Rapids, 144 channels of 56 x 56: 155 us by columns, 130 so, a
/// copy of as many bytes 142; 384 of 14 x 14: 11.4 and 10.5.)
bool by_column(const Nest &, const Target &, const Shape &, int64_t vectors);

class Windows {
public:
  Windows(const Nest &nest, const Target &t, const Shape &s) : nest_(nest), t_(t), s_(s) {}
  /// Is this the nest's shape, on a target that shares such loads?
  bool possible() const { return s_.line >= 0 && !t_.scalar_regs; }
  /// Cycles of one reduction step of one tile.
  double cycles(const Extent &) const;
  /// Are both windows unrolled? Then a place that several lines of the tile read is read once as well.
  bool unrolls_both(const Extent &) const;

private:
  bool may_unroll_both(const Extent &) const;
  double steps() const { return double(s_.line_window * s_.window); }
  double loads(const Extent &, bool both) const;
  double cycles(const Extent &, bool both) const;
  double waits(const Extent &, double instructions) const;
  double walks(const Extent &) const;

  const Nest &nest_;
  const Target &t_;
  const Shape &s_;
};

} // namespace vecwrap
