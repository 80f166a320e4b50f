// Step pipeline: what the body of a loop loads first is loaded while the iteration before computes (software pipelining by
// rotation: Lam, 1988). The last iteration stands by itself behind the loop, so nothing is read that the loop would not read.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap::rvv {

/// body = first + rest; first; while two are left { rest; first }; rest.
VProgram pipelined(VProgram);

} // namespace vecwrap::rvv
