// LoopNest: loop tree -> vector program. It strictly follows the schedule: it never reorders and never spills a
// vector register; what does not fit is refused. Source: LoopStack (grubisic thesis, section 3.4).
#pragma once
#include "codegen/vprogram.h"
#include "schedule/share.h"

namespace vecwrap {

Result<VProgram> generate(const LoopTree &, const Target &);
Result<VProgram> generate(const ProgramTree &, const Target &);

/// What pack(tensor) would copy: the largest expressions of the reduction that read only that tensor (through one
/// access), scalars and constants. It can be packed if there is exactly one.
std::vector<int> packable(const Nest &, int tensor);

} // namespace vecwrap
