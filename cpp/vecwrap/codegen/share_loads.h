// Straight-line multiply-adds that read the same places of memory again: each of those is read once.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap {

/// Reorders code[begin, end) so that sums[p] += slide * keep reads each place once, if it is nothing but such products and their
/// loads, the order of the terms of every sum stays, and fewer loads are left. `free` has a register for a `slide` and for every
/// `keep`; where it has fewer, what is left of those are operands in memory, if the target has such (`operands`). A window
/// that slides over a row (depthwise convolutions: its copies of an unrolled loop) reads 14 vectors for 36 products, not 36.
void share_loads(std::vector<VInst> &code, size_t begin, const std::vector<int> &free, bool operands);

} // namespace vecwrap
