// Prefilter: a linear look that spares ordinary code every analysis (sqlite3.c must not notice the plugin).
#pragma once
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Function.h>

namespace vecwrap::raise {

/// The function computes numbers, stores some, and has at least two loops.
bool worth_a_look(const llvm::Function &);
/// The same of one loop tree, which must be at least two deep.
bool worth_a_look(const llvm::Loop &);

} // namespace vecwrap::raise
