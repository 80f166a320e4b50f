// Replace: one loop tree, from analysis to the guarded call of a kernel.
#pragma once
#include "ir/result.h"
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/PostDominators.h>
#include <string>

namespace vecwrap::raise {

struct Outcome {
  bool replaced = false;
  Refusal why;
  std::string kind, sentence, nest; ///< if the nest could be lifted
  std::string few_rows;             ///< the second sentence, if there is one
};

/// Tries to replace the nest rooted at `root`. Changes the function only if it succeeds.
Outcome replace(llvm::Function &, llvm::Loop &root, llvm::LoopInfo &, llvm::PostDominatorTree &, llvm::AAResults &);

/// Loops that were replaced (the original stays as the other branch) carry a mark.
bool is_done(const llvm::Loop &);

} // namespace vecwrap::raise
