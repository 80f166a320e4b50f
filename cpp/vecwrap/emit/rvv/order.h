// The order of instructions between two branches, for cores that execute them in order: loads ahead of their use.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap::rvv {

/// The same program; what depends on each other keeps its order, and so do stores and the loads around them.
VProgram ordered(VProgram);

} // namespace vecwrap::rvv
