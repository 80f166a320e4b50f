// Remarks (-Rpass=vecwrap, -Rpass-missed=vecwrap) and the machine-readable report (VECWRAP_REPORT=file).
#pragma once
#include "llvm/replace.h"
#include <llvm/Analysis/OptimizationRemarkEmitter.h>

namespace vecwrap::raise {

class Reporter {
public:
  explicit Reporter(llvm::Function &function) : function_(function), emitter_(&function) {}
  void replaced(const llvm::DebugLoc &, llvm::BasicBlock *, const Outcome &);
  void refused(llvm::Loop &, const Refusal &);

private:
  void report(const llvm::DebugLoc &, bool replaced, const std::string &kind, const std::string &reason,
              const std::string &detail);
  llvm::Function &function_;
  llvm::OptimizationRemarkEmitter emitter_;
};

/// "file.c:12" for messages in generated programs.
std::string location(const llvm::Function &, const llvm::DebugLoc &);

} // namespace vecwrap::raise
