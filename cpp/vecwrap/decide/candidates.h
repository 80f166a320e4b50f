// The families of sentences that the heuristic tries; each appends to a list, most promising first.
#pragma once
#include "decide/shape.h"
#include "decide/tiles.h"
#include "schedule/sentence.h"
#include "target/target.h"

namespace vecwrap {

/// GEMM, convolution, ...: a register tile of rows x vectors, reduction loops around it.
void contraction(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// Cycles of it in such tiles, packing included.
double contraction_cycles(const Nest &, const Shape &, const Tile &);
/// The same for the cheapest tile with the lanes along a parallel dim.
double contraction_cycles(const Nest &, const Target &, const Shape &);
/// The tile with panels of a tensor packed; -1: of none.
Sentence tiled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int pack);
/// Is an operand that is packed too large for the caches, in a nest of known extents?
bool comes_from_afar(const Nest &nest, const Target &t, const Shape &s);
/// The tile with panels of such a tensor packed, each prefetched while the one before is computed with.
Sentence panels_ahead(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor);
/// The same where the third-level cache is far: a chunk of the reduction is walked in blocks of rows, which stay in the second level while all
/// panels go by. Asks for each panel and, a tile ahead, the outputs.
/// (Granite Rapids, of the peak, panel by panel and in blocks: 1024^3 64 and 72 %, 512^3 in f64 65 and 74 %; 512^3, where the second level holds all
/// rows, 88 and 84 %.)
bool walks_in_blocks(const Nest &nest, const Target &t, const Shape &s);
Sentence panels_in_blocks(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor);
/// Of a moving operand of several reductions (filters), whose panels leave even the second-level cache: do tiles take a line or two of
/// rows that lie apart? (What AVX-512 takes, four lines, is read from the second level as well as it is copied.)
bool rows_apart(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);
/// Its panels packed for a part of the last reduction, all others around the rows; each prefetched while the one before is computed with.
/// (Zen 5, 512 filters of 3x3 on 7x7, of the peak: AVX2 53 % as they lie, 81 % so; 256 on 14x14 85 and 93 %.)
Sentence panels_around(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);
/// The same without a copy, where a tile's columns lie side by side and the third-level cache is far: what the first level holds of them meets
/// all rows before the next comes. (Granite Rapids, of the peak, 512 filters of 3x3 on 7x7 68 % as panels of the second level, 74 % so; 256 on
/// 14x14 74 and 83 %, 2048 of 1x1 on 7x7 61 and 68 %; with filters of 0.6 MB or 1 MB in all 2 % or nothing.)
Sentence chunks_around(const Nest &nest, const Target &t, const Shape &s, const Tile &tile);
bool comes_in_chunks(const Nest &nest, const Target &t, const Shape &s);
int scaled_operand(const Nest &nest, const Shape &s);
Sentence prescaled(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, int tensor);
/// Lanes along a dim in which the output is strided, before all others where that is cheaper than along its rows.
void across_rows(const Nest &nest, const Target &t, std::vector<Sentence> &list);
/// The same tile in loops of several orders, for targets whose schedules are ranked by decide/estimate.h.
void arranged(const Nest &nest, const Target &t, const Shape &s, const Tile &tile, std::vector<Sentence> &list);
/// Sums of narrow products, for which the target has an instruction (step dot). Cycles of the first; infinity if there is none.
double dot_products(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// The same in blocks of a matrix unit, if the target has one for them (step matrix).
double matrix_products(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// y[j] += A[k, j] * x[k]: nothing is shared between rows; walk some rows at a time in memory order.
void streaming(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// No reduction, and the source's innermost loop is not the contiguous one: interchange and vectorize.
void pointwise(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// No reduction, and an operand is contiguous along another dim than the output: blocks of a vector by a cache line of
/// that operand, which are transposed in registers. Less of it where registers are short.
void transposed(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// Strict dot products of contiguous rows, with one vector or a few (measured: packing wins from eight on): the lanes are
/// rows, whose blocks are transposed in registers. As many rows as the first-level cache holds side by side.
void strided_rows(const Nest &nest, const Target &t, const Shape &s, std::vector<Sentence> &list);
/// Strict reductions along contiguous memory (dot products): independent outputs side by side hide the latency.
void scalar_rows(const Nest &nest, std::vector<Sentence> &list);
/// Strict sums of contiguous rows on targets that add up the elements of a vector in order (RVV): a few rows side by side.
void sums_in_order(const Nest &nest, const Target &t, std::vector<Sentence> &list);
/// What always compiles: scalar code, a few points at a time where registers allow it; reductions innermost, so that
/// nothing is left in the output between them.
void scalar(const Nest &nest, std::vector<Sentence> &list);
/// The last dim (a reduction or not) other than the lanes' along which a strided operand is contiguous; -1 if none.
int neighbours(const Nest &nest, const Shape &s, bool reduction);

} // namespace vecwrap
