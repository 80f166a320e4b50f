// The structure of a nest: what it writes, which loops are parallel or reductions, in which order things happen
// to one output element.
#include "llvm/lift.h"
#include <algorithm>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IntrinsicInst.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

bool Lift::no(Why why, std::string detail) {
  if (why_.name.empty())
    why_ = refusal(why, std::move(detail));
  return false;
}

bool Lift::run() {
  if (!tree_.build()) {
    why_ = tree_.why();
    return false;
  }
  return collect() && choose_path() && walk() && predicates() && finish_accesses();
}

bool Lift::all_parallel(int loop) const {
  for (int l : tree_.path(loop))
    if (!parallel(l))
      return false;
  return true;
}

bool Lift::collect() {
  for (BasicBlock *block : tree_.root().blocks())
    for (Instruction &instruction : *block) {
      if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
        scopes_change_ |= call->getIntrinsicID() == Intrinsic::experimental_noalias_scope_decl;
      for (User *user : instruction.users())
        if (!tree_.root().contains(cast<Instruction>(user)))
          return no(Why::LiveOut);
    }
  for (Instruction *instruction : tree_.sequence) {
    auto *store = dyn_cast<StoreInst>(instruction);
    if (!store)
      continue;
    Type *type = store->getValueOperand()->getType();
    if (!type->isFloatTy() && !type->isDoubleTy())
      return no(Why::MixedTypes, "a store of something else than float or double");
    if (type_ && type_ != type)
      return no(Why::MixedTypes);
    type_ = type;
    auto form = tree_.affine.form(store->getPointerOperand());
    if (!form)
      return no(Why::NonAffine, "the address of a store is not affine in the loop counters");
    for (auto &[loop, step] : form->step)
      if (!tree_.contains(loop, tree_.loop_of(store)))
        return no(Why::NonAffine, "a loop counter used after its loop");
    store_forms_[store] = *form;
    result.stores.push_back(store);
  }
  if (result.stores.empty())
    return no(Why::OutputShape, "no store runs at every point");
  result.nest.type = type_->isFloatTy() ? vecwrap::Type::F32 : vecwrap::Type::F64;
  return true;
}

/// Finds the loops that become dims, outermost first, and the kind of reduction.
bool Lift::choose_path() {
  // Accumulations through header phis.
  for (size_t i = 0; i < tree_.loops.size(); i++) {
    TreeLoop &loop = tree_.loops[i];
    bool seen = false;
    for (PHINode &phi : loop.header->phis()) {
      if (!phi.getType()->isFloatingPointTy())
        continue;
      if (seen || phi.getType() != type_)
        return no(seen ? Why::ReductionShape : Why::MixedTypes);
      seen = true;
      int latch = phi.getIncomingBlock(0) == loop.latch ? 0 : 1;
      chain_.push_back({int(i), &phi, phi.getIncomingValue(1 - latch), phi.getIncomingValue(latch)});
    }
  }
  for (size_t i = 1; i < chain_.size(); i++)
    if (tree_.loops[chain_[i].loop].parent != chain_[i - 1].loop)
      return no(Why::ReductionShape, "two accumulations side by side");

  // Accumulation through memory: the store that runs under a loop which does not move it.
  for (StoreInst *store : result.stores) {
    bool reduces = false;
    for (int loop : tree_.path(tree_.loop_of(store)))
      reduces |= !store_forms_[store].step.count(loop);
    if (!reduces)
      continue;
    if (update_store_ || !chain_.empty())
      return no(update_store_ && chain_.empty() &&
                        store_forms_[store].base != store_forms_[update_store_].base
                    ? Why::ManyOutputs
                    : Why::ReductionShape);
    update_store_ = store;
  }
  int innermost;
  if (update_store_) {
    main_store_ = update_store_;
    innermost = tree_.loop_of(update_store_);
  } else if (!chain_.empty()) {
    int around = tree_.loops[chain_[0].loop].parent;
    for (StoreInst *store : result.stores)
      if (tree_.loop_of(store) == around)
        main_store_ = store;
    for (StoreInst *store : result.stores)
      if (tree_.contains(chain_[0].loop, tree_.loop_of(store)))
        return no(Why::Recurrence);
    if (around < 0)
      return no(Why::ScalarOutput);
    if (!main_store_)
      return no(Why::ReductionShape, "the sum is not stored right after its loops");
    innermost = chain_.back().loop;
  } else {
    main_store_ = result.stores.back();
    innermost = tree_.loop_of(main_store_);
  }
  output_form_ = store_forms_[main_store_];
  result.conditions.insert(output_form_.conditions.begin(), output_form_.conditions.end());

  // Dims in loop order.
  std::set<Poly> seen_strides;
  result.loop_dim.assign(tree_.loops.size(), -1);
  static const char *const kNames[] = {"i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
  for (int loop : tree_.path(innermost)) {
    auto step = output_form_.step.find(loop);
    bool reduction = step == output_form_.step.end();
    bool carries = std::any_of(chain_.begin(), chain_.end(), [&](auto &link) { return link.loop == loop; });
    if (carries && !reduction)
      return no(Why::Recurrence);
    if (reduction && !carries && !update_store_)
      return no(Why::NotAReduction);
    const Trip &trip = tree_.loops[loop].trip;
    const bool once = trip.is_const() && trip.value() == 1; // a stride that is never taken
    if (!reduction && !once && !seen_strides.insert(step->second).second)
      return no(Why::OutputOverlaps);
    int dim = int(result.dim_loop.size());
    result.loop_dim[loop] = dim;
    result.dim_loop.push_back(loop);
    result.nest.add_dim(kNames[dim], extent_value(tree_.loops[loop].trip, kNames[dim]), reduction);
  }
  if (seen_strides.empty())
    return no(Why::ScalarOutput);
  if (result.dim_loop.size() > 8) // guard.cpp: eight terms of 2^59 bytes fit in 64 bits
    return no(Why::TooDeep);
  for (StoreInst *store : result.stores)
    if (!unify(store))
      return false;
  for (size_t i = 0; i < tree_.loops.size(); i++) {
    if (result.loop_dim[i] < 0)
      return no(Why::DeadLoop);
    auto &conditions = tree_.loops[i].conditions;
    result.conditions.insert(conditions.begin(), conditions.end());
  }
  return chain_.empty() || phi_chain();
}

/// The accumulation passes through its loops unchanged: only the innermost one computes.
bool Lift::phi_chain() {
  auto exit_value = [&](const Accumulator &link) -> Value * {
    return tree_.loops[link.loop].rotated ? tree_.strip(link.next) : link.phi;
  };
  for (size_t i = 0; i + 1 < chain_.size(); i++)
    if (tree_.strip(chain_[i + 1].start) != chain_[i].phi ||
        tree_.strip(chain_[i].next) != exit_value(chain_[i + 1]))
      return no(Why::ReductionShape);
  chain_result_ = exit_value(chain_[0]);
  return true;
}

/// Every store writes the same elements: loops beside the main path stand for dims with the same stride and extent.
bool Lift::unify(StoreInst *store) {
  const Form &form = store_forms_[store];
  if (form.base != output_form_.base)
    return no((form.base - output_form_.base).without_const().is_zero() ? Why::OutputShape : Why::ManyOutputs);
  result.conditions.insert(form.conditions.begin(), form.conditions.end());
  std::set<int> covered;
  for (int loop : tree_.path(tree_.loop_of(store))) {
    auto step = form.step.find(loop);
    int dim = result.loop_dim[loop];
    if (step == form.step.end()) {
      if (store != update_store_)
        return no(Why::NotAReduction);
      continue;
    }
    for (size_t d = 0; dim < 0 && d < result.dim_loop.size(); d++) {
      auto main = output_form_.step.find(result.dim_loop[d]);
      if (main == output_form_.step.end() || main->second != step->second)
        continue;
      dim = int(d);
      const Trip &mine = tree_.loops[loop].trip, &other = tree_.loops[result.dim_loop[d]].trip;
      if (mine.is_const() && other.is_const() && mine != other)
        return no(Why::OutputShape, "two loops over the output run over different ranges");
      if (mine != other)
        result.equal_trips.push_back({mine, other});
      off_path_[loop] = dim;
      result.loop_dim[loop] = dim;
    }
    if (dim < 0 || !covered.insert(dim).second)
      return no(Why::OutputShape);
    auto main = output_form_.step.find(result.dim_loop[dim]);
    if (main == output_form_.step.end() || main->second != step->second)
      return no(Why::OutputShape);
  }
  if (covered.size() != output_form_.step.size())
    return no(Why::OutputShape, "a store covers only part of the output");
  return true;
}

bool Lift::is_output(const Form &form, int loop, bool *same_point) {
  *same_point = false;
  if (form.base != output_form_.base)
    return false;
  std::map<int, Poly> by_dim, expected;
  for (auto &[l, step] : form.step)
    by_dim[result.loop_dim[l]] = step;
  for (auto &[l, step] : output_form_.step)
    expected[result.loop_dim[l]] = step;
  *same_point = by_dim == expected && (all_parallel(loop) || !chain_.empty() || update_store_);
  return true;
}

/// Program order: what the output element holds at each load and store of it.
bool Lift::walk() {
  Nest &nest = result.nest;
  std::vector<Poly> strides;
  if (!strides_of(output_form_, main_store_, &strides))
    return false;
  output_access_ = pending(output_form_, main_store_);
  for (auto &[store, form] : store_forms_)
    accesses_[output_access_].instructions.push_back(store);

  bool reduction_done = false;
  int chain_order = chain_.empty() ? -1 : tree_.blocks[tree_.loops[chain_[0].loop].header].order;
  auto pass_chain = [&](int order) {
    if (chain_.empty() || reduction_done || order < chain_order)
      return true;
    reduction_done = true;
    int around = tree_.loops[chain_[0].loop].parent;
    nest.init = node(tree_.strip(chain_[0].start), Phase::Init, around);
    if (nest.init < 0)
      return false;
    acc_ = nest.acc();
    nest.update = node(tree_.strip(chain_.back().next), Phase::Update, chain_.back().loop);
    return nest.update >= 0 && (uses_acc(nest, nest.update) || no(Why::NotAReduction));
  };
  for (Instruction *instruction : tree_.sequence) {
    int loop = tree_.loop_of(instruction), order = tree_.blocks[instruction->getParent()].order;
    bool inside_chain = !chain_.empty() && tree_.contains(chain_[0].loop, loop);
    if (auto *load = dyn_cast<LoadInst>(instruction); load && load->getType() == type_) {
      auto form = tree_.affine.form(load->getPointerOperand());
      bool same_point = false;
      if (!form || !is_output(*form, loop, &same_point))
        continue;
      if (!same_point)
        return no(Why::LoopCarried);
      result.conditions.insert(form->conditions.begin(), form->conditions.end());
      accesses_[output_access_].instructions.push_back(load);
      if (update_store_ && loop == tree_.loop_of(update_store_) && nest.update < 0)
        accumulator_loads_.insert(load);
      else if (all_parallel(loop) && !inside_chain) {
        if (!pass_chain(order))
          return false;
        output_loads_[load] = output_value();
      } // else refused if the value is needed
    }
    auto *store = dyn_cast<StoreInst>(instruction);
    if (!store)
      continue;
    if (!pass_chain(order))
      return false;
    if (store == update_store_) {
      nest.init = output_value();
      acc_ = nest.acc();
      nest.update = node(store->getValueOperand(), Phase::Update, loop);
      if (nest.update < 0)
        return false;
      if (!uses_acc(nest, nest.update))
        return no(Why::NotAReduction);
      nest.reassoc = reassociable(store->getValueOperand());
      current_ = acc_;
      reduction_done = true;
      continue;
    }
    bool before = nest.has_reduction() && !reduction_done;
    current_ = node(store->getValueOperand(), before ? Phase::Init : Phase::Final, loop);
    if (current_ < 0)
      return false;
  }
  if (!chain_.empty())
    nest.reassoc = reassociable(tree_.strip(chain_.back().next));
  nest.final = current_;
  if (nest.has_reduction() && (nest.update < 0 || !uses_acc(nest, nest.final)))
    return no(Why::NotAReduction);
  result.fast |= nest.reassoc;
  return true;
}

/// The branches that must go one way.
bool Lift::predicates() {
  for (size_t i = 0; i < tree_.predicates.size(); i++) {
    Predicate &predicate = tree_.predicates[i];
    if (!predicate.varying)
      continue;
    // Testing all values of the condition must be much cheaper than the nest: it may not move with the innermost loop.
    if (result.loop_dim[predicate.loop] == int(result.dim_loop.size()) - 1 ||
        tree_.path(predicate.loop).size() >= result.dim_loop.size())
      return no(Why::PredicatePerPoint);
    auto *compare = cast<FCmpInst>(predicate.branch->getCondition());
    if (!predicate_operand(compare->getOperand(0), predicate.loop, 0) ||
        !predicate_operand(compare->getOperand(1), predicate.loop, 0))
      return false;
    result.prescans.push_back(int(i));
  }
  return true;
}

/// The prescan can compute this value: loads that cannot see the output, and arithmetic.
bool Lift::predicate_operand(Value *value, int loop, int depth) {
  if (isa<Constant>(value) || !tree_.affine.in_nest(value))
    return true;
  auto *instruction = cast<Instruction>(value);
  if (depth > 8 || isa<PHINode, FreezeInst>(instruction) || !tree_.contains(tree_.loop_of(instruction), loop))
    return no(Why::ConditionOnIndex, "a condition that the guard cannot compute ahead");
  if (auto *load = dyn_cast<LoadInst>(instruction)) {
    auto form = load->getType()->isFloatingPointTy() ? tree_.affine.form(load->getPointerOperand()) : std::nullopt;
    bool same_point;
    if (!form)
      return no(Why::ConditionOnIndex, "a condition on a value that is not loaded in an affine way");
    if (is_output(*form, loop, &same_point))
      return no(Why::PredicatePerPoint, "a condition on the output");
    size_t known = accesses_.size();
    int access = pending(*form, load);
    if (accesses_.size() > known)
      accesses_[access].guard_only = true;
    return access >= 0;
  }
  if (instruction->mayReadOrWriteMemory() || !isSafeToSpeculativelyExecute(instruction))
    return no(Why::ConditionOnIndex);
  for (Value *operand : instruction->operands())
    if (!isa<Function>(operand) && !predicate_operand(operand, loop, depth + 1))
      return false;
  return true;
}

bool Lift::no_alias(Instruction *a, Instruction *b) {
  auto location = [&](Instruction *access) {
    AAMDNodes tags = access->getAAMetadata();
    if (scopes_change_) // scopes declared inside the nest say nothing about other iterations
      tags.Scope = tags.NoAlias = nullptr;
    return MemoryLocation::getBeforeOrAfter(getLoadStorePointerOperand(access), tags);
  };
  return aa_.isNoAlias(location(a), location(b));
}

std::string kind_of(const Nest &nest) {
  int parallel = 0, reduction = 0, moving = 0;
  for (const Dim &dim : nest.dims)
    (dim.reduction ? reduction : parallel)++;
  for (size_t i = 0; i < nest.accesses.size(); i++) {
    bool moves = false;
    for (Int stride : nest.accesses[i].strides)
      moves |= !stride.is_zero();
    moving += moves && int(i) != nest.out;
  }
  if (reduction == 0)
    return moving > 2 ? "stencil" : "elementwise";
  if (reduction == 1)
    return parallel == 1 ? "gemv" : parallel == 2 ? "gemm" : parallel == 3 ? "batched gemm" : "contraction";
  return parallel >= 2 ? "convolution" : "contraction";
}

} // namespace vecwrap::raise
