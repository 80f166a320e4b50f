// Prescan: a condition such as `if (temp != 0.0)` around an inner loop is evaluated for all iterations before the
// kernel runs. If it holds everywhere the body is unconditional; if not, the original loop, which profits from
// skipping, runs. The loops are shaped for clang's vectoriser: one AND per row, an early exit between rows.
#include "llvm/guard.h"

namespace vecwrap::raise {

using namespace llvm;

/// The loops a value moves with; the value is the smallest constant stride seen in that loop (0: none).
void Guard::dependences(Value *value, std::map<int, int64_t> &loops) {
  if (!tree_.affine.in_nest(value))
    return;
  if (auto *load = dyn_cast<LoadInst>(value)) {
    auto form = tree_.affine.form(load->getPointerOperand());
    for (auto &[loop, step] : form->step)
      if (int64_t stride = step.is_const() ? std::abs(step.const_part()) : 0; !loops[loop] || (stride && stride < loops[loop]))
        loops[loop] = stride;
    return;
  }
  for (Value *operand : cast<Instruction>(value)->operands())
    dependences(operand, loops);
}

/// The value in the iteration given by the counters.
Value *Guard::at_point(Value *value, const std::map<int, Value *> &counters, std::map<Value *, Value *> &known) {
  if (!tree_.affine.in_nest(value))
    return value;
  if (auto it = known.find(value); it != known.end())
    return it->second;
  if (auto *load = dyn_cast<LoadInst>(value)) {
    auto form = tree_.affine.form(load->getPointerOperand());
    Value *pointer = address(form->base); // evaluated before the loops: see prescan()
    Value *offset = constant(0);
    for (auto &[loop, step] : form->step)
      offset = builder.CreateAdd(offset, builder.CreateMul(counters.at(loop), value_of(step)));
    auto *copy = builder.CreateAlignedLoad(load->getType(), builder.CreatePtrAdd(pointer, offset), load->getAlign());
    return known[value] = copy;
  }
  Instruction *copy = cast<Instruction>(value)->clone();
  for (Use &operand : copy->operands())
    operand.set(at_point(operand.get(), counters, known));
  copy->dropPoisonGeneratingFlags();
  copy->setDebugLoc(builder.getCurrentDebugLocation());
  builder.Insert(copy);
  return known[value] = copy;
}

void Guard::prescan(const Predicate &predicate) {
  require_execution(predicate.branch->getParent());
  Value *condition = predicate.branch->getCondition();
  std::map<int, int64_t> moving;
  dependences(condition, moving);
  std::vector<int> loops; // outermost first; the one with the smallest stride goes inside
  for (auto &[loop, stride] : moving) {
    require_loop(loop);
    loops.push_back(loop);
  }
  for (size_t i = 0; i + 1 < loops.size(); i++)
    if (moving[loops[i]] && (!moving[loops.back()] || moving[loops[i]] < moving[loops.back()]))
      std::swap(loops[i], loops.back());
  // Everything that does not move is computed here, in the chain, where it dominates later uses.
  std::vector<Value *> work{condition};
  std::set<Value *> seen;
  while (!work.empty()) {
    Value *value = work.back();
    work.pop_back();
    if (!tree_.affine.in_nest(value) || !seen.insert(value).second)
      continue;
    if (auto *load = dyn_cast<LoadInst>(value)) {
      auto form = tree_.affine.form(load->getPointerOperand());
      address(form->base);
      for (auto &[loop, step] : form->step)
        value_of(step);
      continue;
    }
    for (Value *operand : cast<Instruction>(value)->operands())
      work.push_back(operand);
  }
  for (int loop : loops)
    trip_value(tree_.loops[loop].trip);
  flush();

  LLVMContext &context = function_.getContext();
  auto new_block = [&](const char *name) {
    auto *block = BasicBlock::Create(context, name, &function_, fallback);
    blocks_.push_back(block);
    return block;
  };
  std::map<int, Value *> counters;
  std::vector<BasicBlock *> bodies;
  for (size_t i = 0; i < loops.size(); i++) {
    BasicBlock *before = builder.GetInsertBlock(), *body = new_block("vecwrap.prescan");
    builder.CreateBr(body);
    builder.SetInsertPoint(body);
    auto *counter = builder.CreatePHI(builder.getInt64Ty(), 2);
    counter->addIncoming(constant(0), before);
    counters[loops[i]] = counter;
    bodies.push_back(body);
  }
  PHINode *all = nullptr;
  if (!loops.empty()) {
    all = builder.CreatePHI(builder.getInt1Ty(), 2);
    BasicBlock *before = cast<PHINode>(counters[loops.back()])->getIncomingBlock(0);
    all->addIncoming(builder.getTrue(), before);
  }
  std::map<Value *, Value *> known;
  Value *holds = builder.CreateFreeze(at_point(condition, counters, known));
  if (!predicate.sense)
    holds = builder.CreateNot(holds);
  Value *result = all ? builder.CreateAnd(all, holds) : holds;
  for (size_t i = loops.size(); i-- > 0;) {
    bool innermost = i + 1 == loops.size();
    auto *counter = cast<PHINode>(counters[loops[i]]);
    if (!innermost) { // between rows: stop at the first failure
      auto *latch = new_block("vecwrap.prescan.row");
      builder.CreateCondBr(result, latch, fallback);
      builder.SetInsertPoint(latch);
      result = builder.getTrue();
    }
    BasicBlock *latch = builder.GetInsertBlock(), *after = new_block("vecwrap.prescan.end");
    Value *next = builder.CreateAdd(counter, constant(1), "", true, true);
    counter->addIncoming(next, latch);
    if (innermost)
      all->addIncoming(result, latch);
    builder.CreateCondBr(builder.CreateICmpULT(next, trip_value(tree_.loops[loops[i]].trip)), bodies[i], after);
    builder.SetInsertPoint(after);
  }
  test(result);
  flush();
}

} // namespace vecwrap::raise
