// Can this CPU run a target's code? A C function without arguments, in RISC-V machine code, that answers 1 or 0.
#pragma once
#include "emit/rvv/assembly.h"
#include "target/target.h"

namespace vecwrap::rvv {

Assembly supported(const Target &);

} // namespace vecwrap::rvv
