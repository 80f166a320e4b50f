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

/// What of an integer is needed, or known: its lowest `bits` bits, or the i32 that all of it, of that width, extends to. Sums and
/// products carry the lowest bits from operands to results; comparisons and extensions need whole values. Of 32 bits it is the same.
/// Floats are always whole: the default.
struct Bits {
  enum Kind : uint8_t { Low, Signed, Unsigned } kind = Low;
  unsigned bits = 32;
  auto operator<=>(const Bits &) const = default;
};
/// Does a value known in one way serve where it is needed in another?
inline bool serves(Bits has, Bits wanted) { return wanted.kind == Bits::Low ? has.bits >= wanted.bits : has == wanted; }

/// The type in memory of what LLVM holds in this one.
std::optional<vecwrap::Type> stored_as(llvm::Type *, bool is_signed);
/// The nest's predicate: its bits say equal, greater, less and unordered.
Pred predicate_of(llvm::CmpInst::Predicate);
/// Integers in memory have no sign: that of a load's first extension.
bool extends_signed(const llvm::LoadInst *);

/// What the unit's machine has: multiply-adds that round once, arithmetic on halves in vectors.
struct Arithmetic {
  bool fuses, halves;
};

class Lift {
public:
  Lift(Tree &tree, llvm::AAResults &aa, Arithmetic has) : tree_(tree), aa_(aa), fuses_(has.fuses), halves_(has.halves) {}
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
    vecwrap::Type stored = vecwrap::Type::F32;
    llvm::Value *scalar = nullptr;
    bool guard_only = false; ///< read by a prescan, not by the kernel
    std::vector<llvm::Instruction *> instructions;
  };
  struct Group { ///< accesses that differ by a constant are one tensor
    Poly base;
    std::vector<Poly> strides;
    vecwrap::Type stored;
    int tensor, stream;
    bool output;
    std::optional<int64_t> offset_of(const PendingAccess &) const;
  };
  struct Accumulator { ///< one loop of a reduction through header phis
    int loop;
    llvm::PHINode *phi;
    llvm::Value *start, *next;
  };

  /// A node, and what of its value is right.
  struct Known {
    int node = -1;
    Bits has;
  };

  bool no(Why why, std::string detail = {});
  int refuse(Why why, std::string detail = {}) { no(why, std::move(detail)); return -1; }
  // lift.cpp: in program order, what happens to one output element
  bool walk();
  bool pass_chain(int order);
  bool pass_load(llvm::LoadInst *);
  bool pass_store(llvm::StoreInst *);
  bool first_that_lifts(const std::vector<Bits> &, llvm::function_ref<bool(Bits)>);
  // stores.cpp: what is written, and the type that it was computed in
  bool collect();
  bool add_store(llvm::StoreInst *);
  bool choose_type();
  Bits root_bits(llvm::StoreInst *, llvm::Value **computed) const;
  int root(llvm::StoreInst *, Phase, Bits);
  bool rounds() const; ///< what is stored is not the number that was computed
  bool output_is_signed() const;
  // dims.cpp: which loops are dims
  bool choose_path();
  bool find_chain();
  bool find_main_store(int *innermost);
  bool phi_chain();
  bool unify(llvm::StoreInst *);
  bool all_parallel(int loop) const;
  bool parallel(int loop) const { return output_form_.step.count(loop) || off_path_.count(loop); }
  bool is_output(const Form &, int loop, bool *same_point);
  // predicates.cpp: the branches that must go one way
  bool predicates();
  bool predicate_operand(llvm::Value *, int loop, int depth);
  // express.cpp: values to nodes
  int node(llvm::Value *, Phase, int user_loop, Bits = {});
  int compute(llvm::Instruction *, Phase, int loop, Bits);
  int choose(llvm::Value *condition, llvm::Value *if_true, llvm::Value *if_false, Phase, int loop, Bits);
  int load(llvm::LoadInst *, vecwrap::Type stored, Phase, int loop, Bits);
  int converted(llvm::CastInst *, Phase, int loop);
  int constant(llvm::Constant *, Bits);
  int scalar(llvm::Value *, bool is_signed);
  int output_value();
  // floats.cpp
  int arithmetic(llvm::Instruction *, Phase, int loop);
  int intrinsic(llvm::IntrinsicInst *, Phase, int loop);
  bool reassociable(llvm::Value *update);
  // integers.cpp
  int integer(llvm::Instruction *, Phase, int loop, Bits);
  int extension(llvm::CastInst *, Phase, int loop, Bits);
  int integer_binary(llvm::BinaryOperator *, Phase, int loop, Bits);
  int saturated(llvm::SaturatingInst *, Phase, int loop, Bits);
  int integer_intrinsic(llvm::IntrinsicInst *, Phase, int loop, Bits);
  bool compared(llvm::CmpInst::Predicate, llvm::Value *, llvm::Value *, Phase, int loop, int operands[2]);
  int flipped(int node);
  // bits.cpp
  int cut(int node, Bits wanted);
  int as(Known, Bits wanted);
  int cut(llvm::Value *, Phase, int loop, Bits wanted);
  int binary(Op, llvm::Value *left, llvm::Value *right, Phase, int loop, Bits);
  int bitwise(llvm::BinaryOperator *, Phase, int loop, Bits);
  int shift(llvm::BinaryOperator *, Phase, int loop, Bits);
  // divide.cpp
  int divided(llvm::BinaryOperator *, Phase, int loop, Bits);
  int quotient(int number, const llvm::APInt &divisor, bool is_signed);
  // access.cpp: addresses to tensors, strides and symbols
  int pending(const Form &, llvm::Instruction *, vecwrap::Type stored);
  bool strides_of(const Form &, llvm::Instruction *, std::vector<Poly> *);
  bool finish_accesses();
  void assume_contiguous();
  int add_tensor(const std::string &name, vecwrap::Type stored);
  bool add_access(PendingAccess &, bool output);
  Group &group_of(const PendingAccess &, bool output, int64_t *offset);
  bool reads_neighbours() const;
  Int stride_value(const Poly &);
  Int extent_value(const Trip &, const std::string &dim);

  Tree &tree_;
  llvm::AAResults &aa_;
  bool fuses_, halves_, scopes_change_ = false;
  Refusal why_;
  llvm::Type *type_ = nullptr;     ///< of what is stored
  llvm::Type *computed_ = nullptr; ///< of floats that the nest computes with; null: it computes with integers
  std::map<llvm::StoreInst *, Form> store_forms_;
  std::vector<Accumulator> chain_;        ///< outermost first; empty for reductions through memory
  llvm::StoreInst *update_store_ = nullptr; ///< reduction through memory
  llvm::StoreInst *main_store_ = nullptr;   ///< its loops (and the chain) are the dims
  llvm::Value *chain_result_ = nullptr;
  Form output_form_;                      ///< of the main store
  std::map<int, int> off_path_;           ///< loops beside the main path -> dim
  std::vector<PendingAccess> accesses_;
  std::vector<Group> groups_;
  int scalars_ = 0;
  std::map<std::tuple<llvm::Value *, Phase, Bits>, int> memo_;
  std::map<llvm::LoadInst *, Known> output_loads_; ///< value of the output element at that point of the program
  std::set<llvm::LoadInst *> accumulator_loads_;
  Known current_;                         ///< value of the output element now
  Known acc_;
  bool cuts_ = true; ///< may numbers be cut off to make them whole?
  bool written_ = false, reduced_ = false; ///< the output element has been stored; its reduction is over
  int output_access_ = -1;
};

/// "gemm", "gemv", "stencil", ... for remarks.
std::string kind_of(const Nest &);

} // namespace vecwrap::raise
