// Matrix units: instructions that add, to a block of sums, the products of a block of rows and one of columns (step matrix).
#pragma once
#include "target/target.h"
#include <optional>

namespace vecwrap {

/// One unit, for one choice of types. Its registers hold blocks of sums, and of both operands: rows of `depth` neighbours along the sum,
/// and, for every `group` of those, a row of the groups of all columns, as step dot has them.
struct MatrixForm {
  int rows = 0, columns = 0, depth = 0; ///< most sums, and elements of the sum that are added at once
  int group = 1;
  int registers = 0;
  int row_bytes() const { return depth / group * 4; } ///< of neighbours along the sum: groups fill lanes of 32 bits
};

/// For products of a and b, as they are stored, summed in `computed`.
std::optional<MatrixForm> matrix_form(const Target &, Type computed, Type a, Type b);

/// Intel's units (AMX) belong to a process that asks the operating system for them; from then on what is saved with a signal is
/// larger by their 8 KiB. Asks once: may this process use them? (Linux: arch_prctl, Documentation/arch/x86/xstate.rst)
bool may_use_amx();

} // namespace vecwrap
