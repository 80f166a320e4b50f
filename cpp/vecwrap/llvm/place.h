// Place: machine code (on RISC-V: its text) enters the unit as module assembly, in a COMDAT named for its content. That works with -c,
// -S, -fPIC, -g and both kinds of LTO, and equal kernels of different units are one.
#pragma once
#include "emit/kernel.h"
#include <llvm/IR/Module.h>

namespace vecwrap::raise {

/// What vecwrap_cpu_level() returns.
inline constexpr int kCpuBaseline = 1, kCpuAvx2 = 2, kCpuAvx512 = 3, kCpuAvx512Vnni = 4;

/// The function `void kernel(ptr args)`; `comment` (lines) precedes its bytes in the assembly.
llvm::FunctionCallee place_kernel(llvm::Module &, const Kernel &, const std::string &comment);

/// `i32 vecwrap_cpu_level()`: what this CPU and system can run, found once. For units compiled for any x86-64.
llvm::FunctionCallee cpu_level_function(llvm::Module &);

} // namespace vecwrap::raise
