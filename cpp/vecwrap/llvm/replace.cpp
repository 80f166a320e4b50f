#include "llvm/replace.h"
#include "ir/text.h"
#include "llvm/gates.h"
#include "llvm/guard.h"
#include "llvm/place.h"
#include "llvm/variants.h"
#include "llvm/verify.h"
#include "llvm/worth.h"
#include <llvm/IR/InlineAsm.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {

constexpr const char *kDone = "vecwrap.done";

void mark_done(Loop &loop) {
  LLVMContext &context = loop.getHeader()->getContext();
  SmallVector<Metadata *, 4> operands{nullptr};
  if (MDNode *old = loop.getLoopID())
    for (unsigned i = 1; i < old->getNumOperands(); i++)
      operands.push_back(old->getOperand(i));
  operands.push_back(MDNode::get(context, MDString::get(context, kDone)));
  MDNode *id = MDNode::getDistinct(context, operands);
  id->replaceOperandWith(0, id);
  loop.setLoopID(id);
  for (Loop *child : loop.getSubLoops())
    mark_done(*child);
}

AllocaInst *on_stack(Function &function, Type *type, const char *name) {
  BasicBlock &entry = function.getEntryBlock();
  return new AllocaInst(type, function.getDataLayout().getAllocaAddrSpace(), nullptr, Align(8), name,
                        entry.getFirstInsertionPt());
}

struct Placed {
  Target target;
  FunctionCallee callee;
  const FewRows *few;     ///< when there is another one
  FunctionCallee for_few;
};

/// The kernel for these sizes. What follows comes behind it.
void call_for_sizes(Function &function, Guard &guard, const Placed &kernel, Value *arguments, BasicBlock *before) {
  IRBuilder<> &builder = guard.builder;
  if (!kernel.few) {
    builder.CreateCall(kernel.callee, {arguments});
    return;
  }
  LLVMContext &context = function.getContext();
  BasicBlock *few = BasicBlock::Create(context, "vecwrap.few", &function, before), *many = BasicBlock::Create(context, "vecwrap.many", &function, before);
  BasicBlock *end = BasicBlock::Create(context, "vecwrap.sized", &function, before);
  builder.CreateCondBr(guard.is_few(*kernel.few), few, many);
  for (auto [block, callee] : {std::pair(few, kernel.for_few), std::pair(many, kernel.callee)}) {
    builder.SetInsertPoint(block);
    builder.CreateCall(callee, {arguments});
    builder.CreateBr(end);
  }
  builder.SetInsertPoint(end);
}

/// What this CPU has, when the unit runs, and what a kernel needs of it: the length of vectors on RISC-V, a level on x86.
Value *has(Guard &guard, const Target &target) {
  IRBuilder<> &b = guard.builder;
  if (target.isa != Isa::Rvv)
    return b.CreateZExt(guard.cpu_level, b.getInt64Ty());
  auto *type = FunctionType::get(b.getInt64Ty(), false);
  return b.CreateCall(type, InlineAsm::get(type, "csrr $0, vlenb", "=r", false));
}

/// Stores the kernel's arguments and calls it (or the one for this CPU).
void call_kernel(Function &function, Guard &guard, Lifted &lifted, const std::vector<Placed> &kernels) {
  IRBuilder<> &builder = guard.builder;
  Type *word = builder.getInt64Ty();
  auto *type = ArrayType::get(word, unsigned(lifted.nest.argument_count()));
  AllocaInst *arguments = on_stack(function, type, "vecwrap.args");
  int number = 0;
  auto pass = [&](Value *value) {
    builder.CreateAlignedStore(value, builder.CreateConstInBoundsGEP1_64(word, arguments, uint64_t(number++)), Align(8));
  };
  for (const TensorSource &tensor : lifted.tensors) {
    if (!tensor.scalar) {
      pass(guard.address(tensor.address));
      continue;
    }
    Value *value = guard.scalar(tensor.scalar);
    AllocaInst *slot = on_stack(function, value->getType(), "vecwrap.scalar");
    builder.CreateStore(value, slot);
    pass(slot);
  }
  for (const SymbolSource &symbol : lifted.symbols)
    pass(symbol.is_trip ? guard.trip_value(symbol.trip) : guard.value_of(symbol.stride));
  // Direct calls, widest first: an indirect one would need a landing mark under -fcf-protection.
  LLVMContext &context = function.getContext();
  Value *available = kernels.size() > 1 ? has(guard, kernels[0].target) : nullptr;
  BasicBlock *after = available ? BasicBlock::Create(context, "vecwrap.called", &function, guard.fallback) : nullptr;
  for (const Placed &kernel : kernels) {
    if (&kernel == &kernels.back()) {
      call_for_sizes(function, guard, kernel, arguments, after ? after : guard.fallback);
      break;
    }
    BasicBlock *call = BasicBlock::Create(context, "vecwrap." + kernel.target.name, &function, after);
    BasicBlock *next = BasicBlock::Create(context, "vecwrap.narrower", &function, after);
    builder.CreateCondBr(builder.CreateICmpUGE(available, builder.getInt64(needs(kernel.target))), call, next);
    builder.SetInsertPoint(call);
    call_for_sizes(function, guard, kernel, arguments, next);
    builder.CreateBr(after);
    builder.SetInsertPoint(next);
  }
  if (!after)
    return;
  builder.CreateBr(after);
  builder.SetInsertPoint(after);
}

/// Puts the guard between the nest and what comes before it.
void link(Tree &tree, Guard &guard) {
  BasicBlock *header = tree.loops[0].header, *before = tree.preheader();
  before->getTerminator()->replaceSuccessorWith(header, guard.entry);
  header->replacePhiUsesWith(before, guard.fallback);
  BranchInst::Create(header, guard.fallback);
}

/// Kernel and original loop meet in one block before the exit: a loop that starts there keeps a single way in.
void leave(Function &function, Tree &tree, BasicBlock *from) {
  TreeLoop &root = tree.loops[0];
  BasicBlock *meet = BasicBlock::Create(function.getContext(), "vecwrap.end", &function, root.exit);
  root.exiting->getTerminator()->replaceSuccessorWith(root.exit, meet);
  root.exit->replacePhiUsesWith(root.exiting, meet); // their values come from before the nest
  BranchInst::Create(meet, from);
  BranchInst::Create(root.exit, meet);
}

} // namespace

bool is_done(const Loop &loop) {
  MDNode *id = loop.getLoopID();
  for (unsigned i = 1; id && i < id->getNumOperands(); i++)
    if (auto *node = dyn_cast<MDNode>(id->getOperand(i)); node && node->getNumOperands())
      if (auto *name = dyn_cast<MDString>(node->getOperand(0)); name && name->getString() == kDone)
        return true;
  return false;
}

Outcome replace(Function &function, Loop &root, LoopInfo &loops, PostDominatorTree &post, AAResults &aa) {
  Outcome outcome;
  bool fuses = is_riscv(*function.getParent()) || has_feature(function, "fma") || has_feature(function, "avx512f") || has_feature(function, "fma4");
  Tree tree(root, loops, post, function.getDataLayout());
  Lift lift(tree, aa, {fuses, computes_halves(function)});
  if (!lift.run()) {
    outcome.why = lift.why();
    return outcome;
  }
  Lifted &lifted = lift.result;
  outcome.kind = kind_of(lifted.nest);
  outcome.nest = print(lifted.nest);
  if (auto why = not_worth(lifted, tree)) {
    outcome.why = *why;
    return outcome;
  }
  bool dispatch = false;
  const std::vector<Target> wide = targets_for(function, lifted.nest, dispatch);
  std::vector<Choice> choices;
  for (const Target &target : wide) {
    auto choice = choose(lifted.nest, target);
    if (choice)
      choices.push_back(*choice);
    else if (outcome.why.name.empty())
      outcome.why = choice.refusal();
  }
  // Older CPUs may go without.
  const bool complete = choices.size() == wide.size() || (choices.size() + 1 == wide.size() && wide.back().isa == Isa::Sse &&
                                                          !choices.empty() && choices.back().target.isa != Isa::Sse);
  if (wide.empty())
    outcome.why = refusal(slides_over_narrow(lifted.nest) ? Why::NarrowLanes : Why::NoVectorUnit);
  if (!complete || choices.empty())
    return outcome;
  outcome.why = {};
  outcome.sentence = print(choices[0].sentence);
  if (choices[0].for_few)
    outcome.few_rows = print(*choices[0].few->sentence);

  Guard guard(function, tree, lift);
  if (!guard.build(dispatch ? needs(choices.back().target) : 0)) {
    guard.discard();
    outcome.why = refusal(Why::NeverTrue);
    return outcome;
  }
  if (choices[0].few)
    guard.enough_rows(*choices[0].few);
  if (const auto sums = sums_apart(lifted.nest, choices[0].target, choices[0].sentence); sums && !is_written())
    guard.enough_sums(*sums);
  std::vector<Placed> kernels;
  for (const Choice &choice : choices) {
    const auto place = [&](const Kernel &kernel, const Sentence &sentence) {
      return place_kernel(*function.getParent(), kernel, outcome.nest + print(sentence) + "\n" + choice.target.name);
    };
    kernels.push_back({choice.target, place(choice.kernel, choice.sentence), nullptr, {}});
    if (choice.for_few)
      kernels.back().few = &*choice.few, kernels.back().for_few = place(*choice.for_few, *choice.few->sentence);
  }
  mark_done(root);
  if (verifying()) {
    Verify verify(function, tree, guard, lifted);
    verify.before();
    call_kernel(function, guard, lifted, kernels);
    verify.after();
    link(tree, guard);
  } else {
    call_kernel(function, guard, lifted, kernels);
    link(tree, guard);
    leave(function, tree, guard.builder.GetInsertBlock());
  }
  outcome.replaced = true;
  return outcome;
}

} // namespace vecwrap::raise
