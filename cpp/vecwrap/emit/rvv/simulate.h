// Runs assembly in this process, by the semantics of the instruction table: the fast oracle for kernels on machines that
// are not here, and an exact counter of instructions.
#pragma once
#include "emit/rvv/assembly.h"
#include <array>
#include <map>

namespace vecwrap::rvv {

struct Counts {
  int64_t instructions = 0;
  std::map<std::string, int64_t> by_mnemonic;
};

/// Calls the function with a0 = args on a machine of `vlen` bits; its stack is checked: nothing is written below it.
Counts simulate(const Assembly &, const int64_t *args, int vlen);

/// Executes one instruction on a given state (a test's).
void step(Machine &, const Insn &);

} // namespace vecwrap::rvv
