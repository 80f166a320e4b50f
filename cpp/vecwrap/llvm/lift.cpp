// The structure of a nest: in program order, what happens to one output element.
#include "llvm/lift.h"

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {

/// How the values of an integer that is kept in so many bits may be known, the best first.
std::vector<Bits> ways_to_know(Type *type) {
  if (!type->isIntegerTy() || type->getIntegerBitWidth() >= 32)
    return {Bits{}};
  const unsigned bits = type->getIntegerBitWidth();
  return {{Bits::Unsigned, bits}, {Bits::Signed, bits}, {Bits::Low, bits}};
}

} // namespace

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

/// Takes back what an attempt has added before the next one.
bool Lift::first_that_lifts(const std::vector<Bits> &ways, function_ref<bool(Bits)> lifts) {
  if (ways.size() == 1)
    return lifts(ways[0]);
  const auto saved = std::tuple(result, accesses_, memo_, acc_, why_);
  for (Bits bits : ways) {
    cuts_ = bits == ways.back(); // where the lowest bits are enough, no operations to make more of them right
    const bool lifted = lifts(bits);
    cuts_ = true;
    if (lifted)
      return true;
    if (bits != ways.back())
      std::tie(result, accesses_, memo_, acc_, why_) = saved;
  }
  return false;
}

/// The accumulation through header phis, if it comes before this place.
bool Lift::pass_chain(int order) {
  if (chain_.empty() || reduced_ || order < tree_.blocks[tree_.loops[chain_[0].loop].header].order)
    return true;
  reduced_ = true;
  Nest &nest = result.nest;
  int around = tree_.loops[chain_[0].loop].parent;
  return first_that_lifts(ways_to_know(chain_[0].phi->getType()), [&](Bits bits) {
    nest.init = node(chain_[0].start, Phase::Init, around, bits);
    if (nest.init < 0)
      return false;
    acc_ = {nest.acc(), bits};
    nest.update = node(chain_.back().next, Phase::Update, chain_.back().loop, bits);
    return nest.update >= 0 && (uses_acc(nest, nest.update) || no(Why::NotAReduction));
  });
}

/// A load of what may be the output element.
bool Lift::pass_load(LoadInst *load) {
  int loop = tree_.loop_of(load);
  auto form = tree_.affine.form(load->getPointerOperand());
  bool same_point = false;
  if (!form || !is_output(*form, loop, &same_point))
    return true;
  if (!same_point)
    return no(Why::LoopCarried);
  result.conditions.insert(form->conditions.begin(), form->conditions.end());
  accesses_[output_access_].instructions.push_back(load);
  if (update_store_ && loop == tree_.loop_of(update_store_) && result.nest.update < 0) {
    accumulator_loads_.insert(load);
  } else if (all_parallel(loop) && (chain_.empty() || !tree_.contains(chain_[0].loop, loop))) {
    if (!pass_chain(tree_.blocks[load->getParent()].order))
      return false;
    if (written_ && rounds())
      return no(Why::MixedTypes, "a rounded value is read back");
    output_value();
    output_loads_[load] = current_;
  } // else refused if the value is needed
  return true;
}

bool Lift::pass_store(StoreInst *store) {
  Nest &nest = result.nest;
  if (!pass_chain(tree_.blocks[store->getParent()].order))
    return false;
  written_ = true;
  if (store != update_store_) {
    const Phase phase = nest.has_reduction() && !reduced_ ? Phase::Init : Phase::Final;
    return first_that_lifts(ways_to_know(type_), [&](Bits bits) {
      current_ = {root(store, phase, bits), bits};
      return current_.node >= 0;
    });
  }
  nest.init = output_value();
  const Bits start = current_.has;
  bool lifted = first_that_lifts(ways_to_know(type_), [&](Bits bits) {
    if (!serves(start, bits))
      return no(Why::MixedTypes, "an element that is read as signed and as unsigned");
    acc_ = {nest.acc(), bits};
    nest.update = root(store, Phase::Update, bits);
    return nest.update >= 0 && (uses_acc(nest, nest.update) || no(Why::NotAReduction));
  });
  if (!lifted)
    return false;
  nest.reassoc = reassociable(store->getValueOperand());
  current_ = acc_;
  reduced_ = true;
  return true;
}

/// Program order: what the output element holds at each load and store of it.
bool Lift::walk() {
  Nest &nest = result.nest;
  if (update_store_ && rounds())
    return no(Why::MixedTypes, "a sum that is rounded at every step");
  std::vector<Poly> strides;
  if (!strides_of(output_form_, main_store_, &strides))
    return false;
  output_access_ = pending(output_form_, main_store_, *stored_as(type_, output_is_signed()));
  for (auto &[store, form] : store_forms_)
    accesses_[output_access_].instructions.push_back(store);
  for (Instruction *instruction : tree_.sequence) {
    if (auto *load = dyn_cast<LoadInst>(instruction); load && load->getType() == type_ && !pass_load(load))
      return false;
    if (auto *store = dyn_cast<StoreInst>(instruction); store && !pass_store(store))
      return false;
  }
  if (!chain_.empty())
    nest.reassoc = reassociable(tree_.strip(chain_.back().next));
  nest.final = current_.node;
  if (nest.has_reduction() && (nest.update < 0 || !uses_acc(nest, nest.final)))
    return no(Why::NotAReduction);
  result.fast |= nest.reassoc;
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
