// Operands and the caches: what is worth a copy, and how much of what is not stays near.
#pragma once
#include "decide/tiles.h"

namespace vecwrap {

/// The first access to a tensor.
const Access &access_to(const Nest &nest, int tensor);
/// The tensor whose panel is read again for many rows and is worth copying, or has to be (strided); -1 if none.
int tensor_to_pack(const Nest &nest, const Target &t, const Shape &s);
/// Bytes of the second-level cache that rows of so many bytes may fill at most, so far from each other.
int64_t l2_bytes(const Target &t, int64_t stride, int64_t width);
/// Do windows that slide over lines (Shape::line) find what the line before left only in the second-level cache, if columns of so
/// many vectors are walked one after the other?
bool lines_leave(const Nest &nest, const Target &t, const Shape &s, int64_t vectors);
/// Does an operand, as it lies, miss the first-level cache, so that vectors of it count for more?
bool far(const Nest &nest, const Target &t, const Shape &s);
/// Do panels of a moving operand of several reductions (filters) stay in the first-level cache once they are copied, but not as they lie,
/// where their rows meet in few of its sets? (Zen 5, AVX2, 64 filters of 3x3 on 56x56: 97.3 % of the peak as they lie, 98.1 so.)
bool fits_as_copy(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);
/// Does a reduction get from each row to the next (windows over pixels)? Then a tile walks through one piece of memory, however many rows it has.
bool rows_overlap(const Nest &nest, const Shape &s);
/// Does the third-level cache keep tiles waiting longer than instructions that go ahead of them can hide?
bool waits_for_l3(const Target &t);
/// Does the second level not hold a product's moving operand beside all else? (Pages lie in it at random: where the third is far, no more
/// than a quarter is safe. Granite Rapids, 128 x 768 x 768, 2.4 MB as it lies: 26 to 75 % of the peak, in packed panels 63 to 83.)
bool leaves_l2(const Nest &nest, const Target &t, const Shape &s);
/// Do init or final read the tensor, and the reduction not?
bool begins_or_ends(const Nest &nest, int tensor);
/// Does it move with the rows, and fill so much of the second-level cache that each tile has to wait for it?
bool comes_late(const Nest &nest, const Target &t, const Shape &s, int tensor);
/// Columns of such an operand that stay in the second-level cache, beside what else passes through it, while all rows
/// go by: a multiple of `width`. 0 if that is all of them. (Zen 5: 4 % at 512^3, 3 % and more at 128 x 768 x 768.)
int64_t column_block(const Nest &nest, const Target &t, const Shape &s, int64_t width);
/// Reduction dims, from the first on, that go around all rows: what the others read of the moving operand for a tile's columns
/// then stays in the second-level cache while the rows go by. 0 if all of it does. (Zen 5: 512 > 512 filters of 3x3 on 7x7, 78 % of
/// the peak with 1.2 MB for 64 filters streamed from the third level for every tile, 98 % with a third of that in the second.)
int reductions_around_rows(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);
/// Steps of the first reduction dim in a packed panel: it fills most of the first-level cache.
int64_t panel_depth(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);

} // namespace vecwrap
