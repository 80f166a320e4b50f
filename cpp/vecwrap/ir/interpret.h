// The reference semantics of a nest: scalar, in order, straight from the definition in nest.h.
#pragma once
#include "ir/nest.h"

namespace vecwrap {

/// Runs the nest. args[t] is the address of tensor t, args[tensors + s] the value of symbol s: the same
/// argument block that a compiled kernel takes. This is the oracle of all tests.
void interpret(const Nest &, const int64_t *args);

/// Number of floating-point operations of one run (an Fma counts 2), for GFLOP/s.
double flops(const Nest &, const int64_t *args);

} // namespace vecwrap
