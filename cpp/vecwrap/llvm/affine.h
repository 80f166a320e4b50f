// Affine forms of integers and pointers inside one loop tree, without ScalarEvolution: it gives up on
// `sext i32 {{0,+,lda},+,1}<nw>`, while a walk over the instructions can push the extension through `nsw`
// (a poison address would be undefined behaviour at the access). Where no flag helps, the form carries a side
// condition "the exact value stays in range over the whole iteration box", which the guard tests.
#pragma once
#include "llvm/poly.h"
#include <functional>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Operator.h>

namespace vecwrap::raise {

/// How a value narrower than 64 bits becomes an i64. Pointers and i64 are exact modulo 2^64.
enum class Ext : uint8_t { Exact, Sign, Zero };

/// A value that does not change while the nest runs. Loads are kept by address: equal addresses are one atom.
struct Atom {
  llvm::Value *value = nullptr; ///< for loads: the first load seen
  Ext ext = Ext::Exact;
  bool load = false;
  Poly address;                           ///< loads only
  std::vector<llvm::LoadInst *> loads;    ///< all loads of the nest that this atom stands for
  unsigned bits() const { return value->getType()->isPointerTy() ? 64 : value->getType()->getIntegerBitWidth(); }
};

/// "form, computed without overflow, lies in the range of a `bits` wide (un)signed integer for all iterations".
struct RangeCondition {
  Form form;
  unsigned bits;
  bool is_signed;
  bool non_negative; ///< in addition: >= 0
};

bool is_address(const llvm::Value *); ///< in the usual address space

class Affine {
public:
  Affine(llvm::Loop &root, llvm::LoopInfo &loops, const llvm::DataLayout &layout,
         std::function<llvm::Value *(llvm::PHINode *)> resolve)
      : root_(root), loops_(loops), layout_(layout), resolve_(std::move(resolve)) {}

  void number(llvm::Loop *loop, int index) { numbers_[loop] = index; }
  /// Nothing if the value is not affine.
  std::optional<Form> form(llvm::Value *value, Ext ext = Ext::Exact);
  /// Sign or zero extension, whichever needs fewer side conditions.
  std::optional<Form> any_form(llvm::Value *value, Ext *chosen = nullptr);
  const std::vector<Atom> &atoms() const { return atoms_; }
  const RangeCondition &condition(int index) const { return conditions_[index]; }
  bool in_nest(llvm::Value *value) const;
  /// Computed from values before the nest by instructions that may run at any time and read no memory.
  bool invariant(llvm::Value *value);
  /// The poly can be evaluated in 128 bits without overflow (see guard_tests.cpp).
  bool checkable(const Form &) const;

private:
  std::optional<Form> compute(llvm::Value *, Ext);
  std::optional<Form> binary(llvm::BinaryOperator *, Ext);
  std::optional<Form> phi(llvm::PHINode *, Ext);
  std::optional<Form> gep(llvm::GEPOperator *, bool offset_only = false);
  std::optional<Form> extend(llvm::Value *operand, bool zero, bool nneg, Ext);
  std::optional<Form> truncated(llvm::TruncInst *, Ext);
  std::optional<Form> load(llvm::LoadInst *, Ext);
  Form atom(llvm::Value *, Ext);
  std::optional<Form> checked(Form, unsigned bits, bool is_signed, bool non_negative = false);

  llvm::Loop &root_;
  llvm::LoopInfo &loops_;
  const llvm::DataLayout &layout_;
  std::function<llvm::Value *(llvm::PHINode *)> resolve_;
  std::map<const llvm::Loop *, int> numbers_;
  std::vector<Atom> atoms_;
  std::vector<RangeCondition> conditions_;
  std::map<std::pair<llvm::Value *, Ext>, std::optional<Form>> memo_;
  std::map<llvm::Value *, bool> invariant_;
  int depth_ = 0;
};

} // namespace vecwrap::raise
