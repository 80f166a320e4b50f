// What is read of a tensor, and what of it is worth asking for ahead.
#pragma once
#include "schedule/share.h"

namespace vecwrap {

/// Bytes of the tensor that a nest of constant extents touches, at most.
int64_t touched_bytes(const Nest &, int tensor);

/// Steps prefetch for nests that share the host's loop over blocks of rows (of its dim `row`). Operands that the second-level cache
/// does not hold come from further away with every block, and nothing is computed meanwhile: its first nest only reads. The nest that
/// reads them last asks for the next block's. (Softmax of 4608 rows of 384 on Zen 5: 373 us, with this 312.)
std::vector<std::pair<int, Step>> next_rows(const std::vector<Nest> &whole, const ProgramTree &, int host, int row, int64_t block, const Target &);

} // namespace vecwrap
