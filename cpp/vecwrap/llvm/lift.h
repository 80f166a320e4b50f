// Lift: a Tree becomes a Nest in normal form, plus where its arguments come from and what the guard must test.
#pragma once
#include "ir/nest.h"
#include "llvm/tree.h"
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

/// One affine access stream of the nest, as the guard sees it.
struct Stream {
  Poly base;                    ///< address at iteration zero
  std::vector<Poly> strides;    ///< one per dim, bytes
  int64_t low = 0, high = 0;    ///< offsets of the first byte and the end, over all accesses that share it
  std::vector<llvm::Instruction *> accesses;
};

/// Where the address of a tensor comes from: an address, or a scalar that the guard stores to the stack.
struct TensorSource {
  Poly address;
  llvm::Value *scalar = nullptr;
};

/// Where the value of a symbol comes from.
struct SymbolSource {
  bool is_trip = false;
  Trip trip;
  Poly stride;
};

struct Lifted {
  Nest nest;
  std::vector<TensorSource> tensors; ///< by tensor
  std::vector<SymbolSource> symbols; ///< by symbol
  Stream output;
  std::vector<Stream> inputs;               ///< must not overlap the output
  std::vector<std::pair<Poly, Poly>> equal; ///< strides assumed equal to the element size
  std::vector<std::pair<Trip, Trip>> equal_trips;
  std::vector<int> dim_loop;  ///< tree loop of each dim
  std::vector<int> loop_dim;  ///< dim of each tree loop
  std::set<int> conditions;   ///< side conditions (Affine)
  std::vector<int> prescans;  ///< predicates that vary
  std::vector<llvm::StoreInst *> stores;
  bool fast = false; ///< results may differ from clang's in the last bits (contract or reassoc)
};

class Lift {
public:
  Lift(Tree &tree, llvm::AAResults &aa, bool target_fuses) : tree_(tree), aa_(aa), fuses_(target_fuses) {}
  bool run(); ///< false: see why()
  const Refusal &why() const { return why_; }
  Lifted result;
  /// No execution of `a` touches what any execution of `b` touches, according to types, scopes and objects.
  bool no_alias(llvm::Instruction *a, llvm::Instruction *b);

private:
  enum class Phase : uint8_t { Init, Update, Final };
  struct PendingAccess {
    Poly base;
    std::vector<Poly> strides;
    llvm::Value *scalar = nullptr;
    bool guard_only = false; ///< read by a prescan, not by the kernel
    std::vector<llvm::Instruction *> instructions;
  };
  struct Accumulator { ///< one loop of a reduction through header phis
    int loop;
    llvm::PHINode *phi;
    llvm::Value *start, *next;
  };

  bool no(Why why, std::string detail = {});
  // lift.cpp: which loops are dims, what is written where
  bool collect();
  bool choose_path();
  bool phi_chain();
  bool unify(llvm::StoreInst *);
  bool walk();
  bool predicates();
  bool predicate_operand(llvm::Value *, int loop, int depth);
  // express.cpp: values to nodes
  int node(llvm::Value *, Phase, int user_loop);
  int compute(llvm::Instruction *, Phase, int loop);
  int arithmetic(llvm::Instruction *, Phase, int loop);
  int intrinsic(llvm::IntrinsicInst *, Phase, int loop);
  int choose(llvm::Value *condition, llvm::Value *if_true, llvm::Value *if_false, Phase, int loop);
  int load(llvm::LoadInst *, Phase, int loop);
  int scalar(llvm::Value *);
  int output_value();
  int refuse(Why why, std::string detail = {}) { no(why, std::move(detail)); return -1; }
  bool reassociable(llvm::Value *update);
  // access.cpp: addresses to tensors, strides and symbols
  int pending(const Form &, llvm::Instruction *);
  bool strides_of(const Form &, llvm::Instruction *, std::vector<Poly> *);
  bool finish_accesses();
  Int stride_value(const Poly &);
  Int extent_value(const Trip &, const std::string &dim);
  bool parallel(int loop) const { return output_form_.step.count(loop) || off_path_.count(loop); }
  bool all_parallel(int loop) const;
  bool is_output(const Form &, int loop, bool *same_point);

  Tree &tree_;
  llvm::AAResults &aa_;
  bool fuses_, scopes_change_ = false;
  Refusal why_;
  llvm::Type *type_ = nullptr;
  std::map<llvm::StoreInst *, Form> store_forms_;
  std::vector<Accumulator> chain_;        ///< outermost first; empty for reductions through memory
  llvm::StoreInst *update_store_ = nullptr; ///< reduction through memory
  llvm::StoreInst *main_store_ = nullptr;   ///< its loops (and the chain) are the dims
  llvm::Value *chain_result_ = nullptr;
  Form output_form_;                      ///< of the main store
  std::map<int, int> off_path_;           ///< loops beside the main path -> dim
  std::vector<PendingAccess> accesses_;
  std::map<std::pair<llvm::Value *, Phase>, int> memo_;
  std::map<llvm::LoadInst *, int> output_loads_; ///< value of the output element at that point of the program
  std::set<llvm::LoadInst *> accumulator_loads_;
  int current_ = -1;                      ///< node: value of the output element now
  int acc_ = -1, output_access_ = -1;
};

/// "gemm", "gemv", "stencil", ... for remarks.
std::string kind_of(const Nest &);

} // namespace vecwrap::raise
