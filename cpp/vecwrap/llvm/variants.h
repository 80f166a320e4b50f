// The machines that a nest gets kernels for, and the schedule of each.
#pragma once
#include "decide/few_rows.h"
#include "decide/strategy.h"
#include "emit/kernel.h"
#include <llvm/IR/Function.h>

namespace vecwrap::raise {

struct Choice {
  Target target;
  Sentence sentence;
  Kernel kernel;
  std::optional<FewRows> few = {}; ///< for which sizes another one, or clang's loop, is better
  std::optional<Kernel> for_few = {};
};

/// Is there a schedule in VECWRAP_SENTENCE?
bool is_written();

/// The heuristic's schedules, or VECWRAP_SENTENCE's.
Result<Choice> choose(const Nest &, const Target &);

/// The targets to generate code for, widest first: one if the unit is compiled for a CPU that is wide enough, else
/// all of them (`dispatch`: the CPU is asked at run time). VNNI and BF16 matter to sums of narrow products only.
std::vector<Target> targets_for(const llvm::Function &, const Nest &, bool &dispatch);

/// Does the unit's machine compute with halves, one and vectors of them (RISC-V: Zfh and Zvfh)?
bool computes_halves(const llvm::Function &);

/// The least of what Guard asks for at run time: bytes of a vector on RISC-V, vecwrap_cpu_level() on x86.
uint64_t needs(const Target &);

} // namespace vecwrap::raise
