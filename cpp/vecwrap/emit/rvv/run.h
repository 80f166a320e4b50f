// The C functions of a module in RISC-V machine code (psABI, LP64D).
#pragma once
#include "emit/module.h"

namespace vecwrap::rvv {

/// Appends PREFIX_run, PREFIX_workspace_size and PREFIX_supported. The text holds the module's kernels already.
void add_functions(const Module &, Text &);

/// Stack that PREFIX_run uses for itself.
int64_t run_frame_bytes(const Module &);

} // namespace vecwrap::rvv
