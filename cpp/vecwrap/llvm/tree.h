// Tree: one loop and everything in it, in program order, with what must hold for the body to run unconditionally.
// Nothing here changes the function. Names: "nest" is the root loop and all loops in it.
#pragma once
#include "llvm/affine.h"
#include "llvm/refusals.h"
#include <llvm/Analysis/PostDominators.h>
#include <llvm/IR/Dominators.h>
#include <memory>

namespace vecwrap::raise {

/// trip = (num / div) + add, num >= 0; counts executions of the loop's body.
struct Trip {
  Poly num;
  int64_t div = 1, add = 0;
  bool is_const() const { return div == 1 && num.is_const(); }
  int64_t value() const { return num.const_part(); }
  bool operator==(const Trip &) const = default;
};

/// What the guard must find true besides 1 <= trip <= limit for the trip count to be exact.
struct TripTests {
  bool ordered = false;      ///< 64-bit bounds: `first` must be below (or, if `or_equal`, at) `bound`
  bool is_signed = true, or_equal = false;
  Poly low, high;            ///< ordered: low <= high as (un)signed 64-bit numbers
  bool divisible = false;    ///< num must be a multiple of div ("i != n" with step > 1)
  bool away_from_limit = false; ///< `bound` + step must not wrap at `bits`
  Poly bound;
  int64_t step = 1;
  unsigned bits = 64;
};

struct TreeLoop {
  llvm::Loop *loop = nullptr;
  int parent = -1;
  llvm::BasicBlock *header = nullptr, *latch = nullptr, *exiting = nullptr, *exit = nullptr;
  bool rotated = false; ///< tested at the bottom
  Trip trip;
  TripTests tests;
  std::set<int> conditions; ///< side conditions of the trip count
};

/// A branch that must go one way for the nest to be a plain loop nest.
struct Predicate {
  llvm::BranchInst *branch = nullptr;
  bool sense = true;    ///< the branch condition must have this value
  bool varying = false; ///< a floating-point comparison that changes inside the nest: needs a prescan
  int loop = -1;        ///< innermost loop around the branch
  /// An integer comparison of values loaded in the nest: left `compare` right, as 64-bit numbers.
  bool affine = false;
  Form left, right;
  llvm::CmpInst::Predicate compare = llvm::CmpInst::ICMP_EQ;
};

struct BlockInfo {
  int loop = -1;
  std::vector<int> predicates; ///< that guard the block, outermost first
  bool speculated = false;     ///< one side of a select
  int order = -1;              ///< position in program order
};

/// A join whose incoming values are chosen by a floating-point comparison.
struct SelectJoin {
  llvm::Value *condition;
  llvm::BasicBlock *if_true, *if_false; ///< incoming blocks
};

class Tree {
public:
  Tree(llvm::Loop &root, llvm::LoopInfo &, llvm::PostDominatorTree &, const llvm::DataLayout &);
  bool build(); ///< false: see why()
  const Refusal &why() const { return why_; }

  std::vector<TreeLoop> loops; ///< preorder; 0 is the root
  std::vector<Predicate> predicates;
  std::vector<llvm::Instruction *> sequence; ///< all instructions in program order
  std::map<llvm::BasicBlock *, BlockInfo> blocks;
  std::map<llvm::BasicBlock *, SelectJoin> selects;
  Affine affine;

  int loop_of(const llvm::Instruction *) const; ///< innermost loop around it; -1: outside
  bool contains(int outer, int inner) const;
  std::vector<int> path(int loop) const; ///< root first
  llvm::Loop &root() const { return *loops[0].loop; }
  llvm::BasicBlock *preheader() const { return preheader_; } ///< the only block that enters the nest
  /// The value of a join under the predicates; null if it is not determined.
  llvm::Value *resolve(llvm::PHINode *) const;
  /// Looks through joins.
  llvm::Value *strip(llvm::Value *) const;

private:
  bool no(Why why, std::string detail = {});
  bool add_loops(llvm::Loop *, int parent);
  bool walk_loop(int loop);
  bool walk_chain(llvm::BasicBlock *from, llvm::BasicBlock *previous, llvm::BasicBlock *stop, int loop,
                  llvm::BasicBlock **last);
  bool visit(llvm::BasicBlock *, llvm::BasicBlock *previous, int loop, bool speculated);
  bool branch(llvm::BranchInst *, int loop, llvm::BasicBlock **next, llvm::BasicBlock **previous);
  bool scan_side(llvm::BasicBlock *from, llvm::BasicBlock *join, int loop, bool *effect);
  bool select_side(llvm::BasicBlock *side, llvm::BasicBlock *head, llvm::BasicBlock *join, int loop,
                   llvm::BasicBlock **incoming);
  bool trip_count(TreeLoop &);
  bool classify(Predicate &);
  int child_with_header(llvm::BasicBlock *, int parent) const;

  llvm::LoopInfo &loop_info_;
  llvm::PostDominatorTree &post_;
  llvm::Loop *root_;
  llvm::BasicBlock *preheader_ = nullptr;
  std::map<llvm::Loop *, int> index_;
  std::map<llvm::BasicBlock *, llvm::BasicBlock *> arrived_;
  std::vector<int> active_;
  Refusal why_;
};

} // namespace vecwrap::raise
