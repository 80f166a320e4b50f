// Which loops become dims, outermost first, and which of them are reductions.
#include "llvm/lift.h"
#include <algorithm>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

bool Lift::all_parallel(int loop) const {
  for (int l : tree_.path(loop))
    if (!parallel(l))
      return false;
  return true;
}

/// Accumulations through header phis: floats, and integers that do not count.
bool Lift::find_chain() {
  for (size_t i = 0; i < tree_.loops.size(); i++) {
    TreeLoop &loop = tree_.loops[i];
    bool seen = false;
    for (PHINode &phi : loop.header->phis()) {
      Type *type = phi.getType();
      if (!type->isFloatingPointTy() && (computed_ || !type->isIntegerTy() || tree_.affine.any_form(&phi)))
        continue;
      if (seen || (type->isFloatingPointTy() && type != computed_))
        return no(seen ? Why::ReductionShape : Why::MixedTypes);
      seen = true;
      int latch = phi.getIncomingBlock(0) == loop.latch ? 0 : 1;
      chain_.push_back({int(i), &phi, phi.getIncomingValue(1 - latch), phi.getIncomingValue(latch)});
    }
  }
  for (size_t i = 1; i < chain_.size(); i++)
    if (tree_.loops[chain_[i].loop].parent != chain_[i - 1].loop)
      return no(Why::ReductionShape, "two accumulations side by side");
  return true;
}

/// The store whose loops, with those of the accumulation, are the dims. An accumulation through memory is the store that runs
/// under a loop which does not move it.
bool Lift::find_main_store(int *innermost) {
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
  if (update_store_) {
    main_store_ = update_store_;
    *innermost = tree_.loop_of(update_store_);
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
    *innermost = chain_.back().loop;
  } else {
    main_store_ = result.stores.back();
    *innermost = tree_.loop_of(main_store_);
  }
  return true;
}

bool Lift::choose_path() {
  int innermost = -1;
  if (!find_chain() || !find_main_store(&innermost))
    return false;
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
  if (result.dim_loop.size() > 8) // guard_tests.cpp: eight terms of 2^59 bytes fit in 64 bits
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

} // namespace vecwrap::raise
