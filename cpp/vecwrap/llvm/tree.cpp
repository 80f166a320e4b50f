#include "llvm/tree.h"
#include <llvm/IR/CFG.h>
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {
constexpr size_t kMaxLoops = 12;

/// Pragmas that ask for something else than what this plugin does. Not "llvm.loop.unroll": at -O1 clang puts
/// unroll.disable on every loop.
bool has_forbidding_pragma(Loop *loop) {
  MDNode *id = loop->getLoopID();
  if (!id)
    return false;
  for (unsigned i = 1; i < id->getNumOperands(); i++) {
    auto *node = dyn_cast<MDNode>(id->getOperand(i));
    auto *name = node && node->getNumOperands() ? dyn_cast<MDString>(node->getOperand(0)) : nullptr;
    if (name && (name->getString().starts_with("llvm.loop.vectorize") ||
                 name->getString().starts_with("llvm.loop.distribute") || name->getString().starts_with("llvm.loop.pipeline")))
      return true;
  }
  return false;
}
} // namespace

Tree::Tree(Loop &root, LoopInfo &loops, PostDominatorTree &post, const DataLayout &layout)
    : affine(root, loops, layout, [this](PHINode *node) { return resolve(node); }), loop_info_(loops), post_(post),
      root_(&root) {}

bool Tree::no(Why why, std::string detail) {
  if (why_.name.empty())
    why_ = refusal(why, std::move(detail));
  return false;
}

int Tree::loop_of(const Instruction *instruction) const {
  auto it = blocks.find(const_cast<BasicBlock *>(instruction->getParent()));
  return it == blocks.end() ? -1 : it->second.loop;
}

bool Tree::contains(int outer, int inner) const {
  while (inner > outer)
    inner = loops[inner].parent;
  return inner == outer;
}

std::vector<int> Tree::path(int loop) const {
  std::vector<int> path;
  for (; loop >= 0; loop = loops[loop].parent)
    path.insert(path.begin(), loop);
  return path;
}

Value *Tree::resolve(PHINode *node) const {
  if (node->getNumIncomingValues() == 1)
    return node->getIncomingValue(0);
  if (selects.count(node->getParent()))
    return nullptr;
  auto it = arrived_.find(node->getParent());
  int index = it == arrived_.end() ? -1 : node->getBasicBlockIndex(it->second);
  return index < 0 ? nullptr : node->getIncomingValue(index);
}

Value *Tree::strip(Value *value) const {
  for (int i = 0; i < 64; i++) {
    auto *node = dyn_cast<PHINode>(value);
    if (!node || !root_->contains(node) || loop_info_.isLoopHeader(node->getParent()))
      return value;
    Value *next = resolve(node);
    if (!next)
      return value;
    value = next;
  }
  return value;
}

bool Tree::add_loops(Loop *loop, int parent) {
  TreeLoop entry;
  entry.loop = loop;
  entry.parent = parent;
  entry.header = loop->getHeader();
  entry.latch = loop->getLoopLatch();
  entry.exiting = loop->getExitingBlock();
  if (has_forbidding_pragma(loop))
    return no(Why::Pragma);
  if (!entry.latch)
    return no(Why::NotSimplified);
  if (!entry.exiting)
    return no(Why::Break);
  entry.exit = loop->getExitBlock();
  if (!entry.exit || (entry.exiting != entry.header && entry.exiting != entry.latch))
    return no(Why::Break);
  if (pred_size(entry.header) != 2)
    return no(Why::NotSimplified);
  entry.rotated = entry.exiting == entry.latch;
  int number = int(loops.size());
  loops.push_back(entry);
  index_[loop] = number;
  affine.number(loop, number);
  if (loops.size() > kMaxLoops)
    return no(Why::TooDeep);
  for (Loop *child : loop->getSubLoops())
    if (!add_loops(child, number))
      return false;
  return true;
}

bool Tree::build() {
  if (!add_loops(root_, -1))
    return false;
  for (BasicBlock *before : predecessors(root_->getHeader()))
    if (!root_->contains(before)) {
      if (preheader_ && preheader_ != before)
        return no(Why::NotSimplified);
      preheader_ = before;
    }
  if (!preheader_ || !isa<BranchInst>(preheader_->getTerminator()))
    return no(Why::NotSimplified);
  for (TreeLoop &loop : loops) {
    auto *branch = dyn_cast<BranchInst>(loop.exiting->getTerminator());
    if (!branch || !branch->isConditional() || !isa<BranchInst>(loop.latch->getTerminator()))
      return no(Why::NotSimplified);
  }
  if (!walk_loop(0))
    return false;
  for (TreeLoop &loop : loops) {
    if (!blocks.count(loop.header))
      return no(Why::Branch);
    if (!trip_count(loop))
      return false;
  }
  for (Predicate &predicate : predicates)
    if (!classify(predicate))
      return no(Why::ConditionOnIndex);
  return true;
}

bool Tree::classify(Predicate &predicate) {
  Value *condition = predicate.branch->getCondition();
  if (affine.invariant(condition))
    return true;
  predicate.varying = isa<FCmpInst>(condition);
  auto *compare = dyn_cast<ICmpInst>(condition);
  if (!compare)
    return predicate.varying;
  predicate.compare = compare->getPredicate();
  Ext ext = compare->isSigned() ? Ext::Sign : Ext::Zero;
  auto left = affine.form(compare->getOperand(0), ext), right = affine.form(compare->getOperand(1), ext);
  // Order of 64-bit values is the order of the values themselves; forms are exact modulo 2^64.
  if (!left || !right || !left->loop_free() || !right->loop_free() || !left->conditions.empty() ||
      !right->conditions.empty())
    return false;
  predicate.affine = true;
  predicate.left = *left;
  predicate.right = *right;
  return true;
}

int Tree::child_with_header(BasicBlock *block, int parent) const {
  Loop *loop = loop_info_.getLoopFor(block);
  auto it = index_.find(loop);
  return it != index_.end() && loops[it->second].header == block && loops[it->second].parent == parent ? it->second : -1;
}

} // namespace vecwrap::raise
