// Vector program -> RISC-V assembly.
#pragma once
#include "codegen/vprogram.h"
#include "emit/rvv/assembly.h"

namespace vecwrap::rvv {

/// A function of the C calling convention: void f(const int64_t *args). Right for every VLEN that is at least the program's.
Assembly emit(const VProgram &);

} // namespace vecwrap::rvv
