#include "llvm/prefilter.h"
#include <llvm/IR/CFG.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {

/// Integers are everywhere, addresses and counters for the most part: what counts is a number that was computed, or narrowed, and
/// is stored. That leaves most loops of ordinary code, which call functions as well.
bool is_arithmetic(const Value *value) {
  return isa<BinaryOperator, SelectInst, CastInst, PHINode, MinMaxIntrinsic>(value);
}

struct Seen {
  bool store = false, arithmetic = false, integers = false, integer_load = false, call = false;

  void look(const Instruction &instruction) {
    Type *type = instruction.getType();
    if (auto *write = dyn_cast<StoreInst>(&instruction)) {
      const Value *value = write->getValueOperand();
      store |= value->getType()->isFloatingPointTy();
      integers |= value->getType()->isIntegerTy() && is_arithmetic(value);
    } else if (type->isFloatingPointTy()) {
      arithmetic |= instruction.isBinaryOp() || isa<CallInst, SelectInst, UnaryOperator, PHINode, CastInst>(instruction);
    } else if (isa<LoadInst>(instruction)) {
      integer_load |= type->isIntegerTy();
    } else {
      call |= isa<CallBase>(instruction) && !isa<IntrinsicInst>(instruction);
    }
  }
  bool enough() const { return (store && arithmetic) || (integers && (integer_load || arithmetic)); }
  bool enough_in_loop() const { return (store && arithmetic) || (integers && (integer_load || arithmetic) && !call); }
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
  if (loop.isInnermost())
    return false;
  Seen seen;
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block)
      seen.look(instruction);
  return seen.enough_in_loop();
}

} // namespace vecwrap::raise
