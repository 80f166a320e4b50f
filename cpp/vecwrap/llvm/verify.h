// Verify (VECWRAP_VERIFY=1 while compiling): wherever the guard lets the kernel run, the program also runs the
// original loop on the same data, compares, and stops with file:line at the first difference.
#pragma once
#include "llvm/guard.h"

namespace vecwrap::raise {

bool verifying();

class Verify {
public:
  Verify(llvm::Function &, Tree &, Guard &, Lifted &);
  void before(); ///< saves the output; the kernel is called next
  void after();  ///< saves the kernel's output, restores, goes to the original loop; compares behind it

private:
  void compare(llvm::BasicBlock *exit_edge);
  llvm::Function &function_;
  Tree &tree_;
  Guard &guard_;
  Lifted &lifted_;
  llvm::Module &module_;
  llvm::AllocaInst *kernel_output_, *low_, *size_; ///< kernel_output: null while the original runs alone
  llvm::Value *saved_ = nullptr;
};

} // namespace vecwrap::raise
