// The C functions of a module in x86-64 machine code (System V).
#pragma once
#include "emit/module.h"

namespace vecwrap::x86 {

/// Appends PREFIX_run, PREFIX_workspace_size and PREFIX_supported. The text holds the module's kernels already.
void add_functions(const Module &, Text &);

/// Stack that PREFIX_run uses for itself, its return address included.
int64_t run_frame_bytes(const Module &);

/// Every kernel starts with push rbp; mov rbp,rsp.
Cfi kernel_frame();

} // namespace vecwrap::x86
