#include "llvm/prefilter.h"
#include <llvm/IR/CFG.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Operator.h>
#include <set>

namespace vecwrap::raise {

using namespace llvm;

namespace {
struct Seen {
  bool store = false, arithmetic = false;
  void look(const Instruction &instruction) {
    if (auto *write = dyn_cast<StoreInst>(&instruction))
      store |= write->getValueOperand()->getType()->isFloatingPointTy();
    else if (instruction.getType()->isFloatingPointTy())
      arithmetic |= instruction.isBinaryOp() || isa<CallInst, SelectInst, UnaryOperator, PHINode>(instruction);
  }
  bool enough() const { return store && arithmetic; }
};
} // namespace

bool worth_a_look(const Function &function) {
  if (function.size() < 4) // two loops have at least two headers, an entry and an exit
    return false;
  Seen seen;
  for (const BasicBlock &block : function)
    for (const Instruction &instruction : block) {
      seen.look(instruction);
      if (seen.enough())
        return true;
    }
  return false;
}

bool worth_a_look(const Loop &loop) {
  Seen seen;
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block)
      seen.look(instruction);
  return !loop.isInnermost() && seen.enough();
}

} // namespace vecwrap::raise
