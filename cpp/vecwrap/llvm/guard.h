// Guard: the run-time test in front of a nest. It is a chain of blocks; any failing test goes to the original loop.
// Arithmetic in it wraps and carries no poison: its inputs are frozen, no flag is set. Loads of the nest are only
// repeated behind the tests that make the nest execute them.
#pragma once
#include "decide/few_rows.h"
#include "llvm/lift.h"
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

namespace vecwrap::raise {

/// Trip counts are below kMaxTrip, strides below kMaxStride bytes: eight products fit in 64 bits.
inline constexpr int64_t kMaxTrip = int64_t(1) << 28, kMaxStride = int64_t(1) << 31;
/// Points below which a nest is clang's: the guard and the call would cost more than vectors save (bench/small.py).
inline constexpr int64_t kMinPoints = 64;

class Guard {
public:
  Guard(llvm::Function &, Tree &, Lift &);
  /// Builds the chain; false if some test can never hold. On success the builder stands in the last block.
  /// `level`: what vecwrap_cpu_level() must return at least; 0 if it is not asked.
  bool build(uint64_t level);
  /// Removes everything again.
  void discard();

  llvm::BasicBlock *entry = nullptr, *fallback = nullptr;
  llvm::IRBuilder<> builder;
  llvm::Value *cpu_level = nullptr; ///< if asked for
  llvm::Value *output_low = nullptr, *output_high = nullptr; ///< bytes written: [low, high)

  llvm::Value *value_of(const Poly &); ///< i64
  llvm::Value *trip_value(const Trip &);
  llvm::Value *address(const Poly &);  ///< pointer, with the provenance of the base where there is one
  llvm::Value *scalar(llvm::Value *);
  /// Are the sizes those of the schedule for few rows?
  llvm::Value *is_few(const FewRows &);
  /// One more test: are there as many rows as a kernel needs to be better than the original loop?
  void enough_rows(const FewRows &);
  void enough_sums(const SumsApart &);

private:
  struct Range {
    llvm::Value *low, *high;
  };
  llvm::Value *constant(int64_t value) { return builder.getInt64(uint64_t(value)); }
  void test(llvm::Value *condition);
  void flush();
  llvm::Value *atom(int number);
  llvm::Value *pointer_atom(int number);
  llvm::Value *raw_atom(int number);
  llvm::Value *load_atom(const Atom &);
  llvm::Value *clone(llvm::Value *, std::map<llvm::Value *, llvm::Value *> &);
  llvm::Value *small(llvm::Value *value, int64_t low, int64_t high); ///< low <= value < high
  void require_loop(int loop);
  void require_predicate(int predicate);
  void require_execution(llvm::BasicBlock *);
  void enough_work();
  llvm::Value *has_few_rows(const FewRows &);
  llvm::Value *fills_vectors(const FewRows &);
  llvm::Value *points(const std::vector<int> &dims);
  llvm::Value *at_most(llvm::Value *value, int64_t most);
  void strides();
  void injective();
  void ranges();
  void loaded_atoms();
  void conditions();
  llvm::Value *wide(const Poly &);
  Range range_of(const Stream &);
  llvm::Value *disjoint(Range, Range);
  // prescan.cpp
  void prescan(const Predicate &);
  void dependences(llvm::Value *, std::map<int, int64_t> &loops);
  llvm::Value *at_point(llvm::Value *, const std::map<int, llvm::Value *> &counters,
                        std::map<llvm::Value *, llvm::Value *> &);

  llvm::Function &function_;
  Tree &tree_;
  Lift &lift_;
  Lifted &nest_;
  llvm::Value *pending_ = nullptr;
  bool never_ = false;
  std::vector<llvm::BasicBlock *> blocks_;
  std::map<int, llvm::Value *> raw_, atoms_;
  std::map<Poly, llvm::Value *> polys_;
  std::vector<std::pair<Trip, llvm::Value *>> trips_;
  std::map<llvm::Value *, llvm::Value *> clones_;
  std::vector<int> loop_state_, predicate_state_; ///< 0 open, 1 in progress, 2 tested
  std::set<int> loads_in_progress_, checked_loads_;
};

} // namespace vecwrap::raise
