// Puts vsetvli where what an instruction needs is not what is set.
#pragma once
#include "emit/rvv/assembly.h"

namespace vecwrap::rvv {

/// Registers of the emitter that vector lengths are read from; `lanes` is only read if it does not fit vsetivli.
struct Lengths { int64_t lanes; int lanes_register, tail_register; };

/// The state is followed along all branches; where several meet with different ones, it counts as unknown.
void insert_vsets(Assembly &, const Lengths &);

} // namespace vecwrap::rvv
