// The state of one apply: steps one by one (steps.cpp), then checks of what only holds for the whole (apply.cpp).
#pragma once
#include "schedule/apply.h"

namespace vecwrap {

class Applier {
public:
  Applier(const Nest &nest, const Target &target) : target_(target) { tree_.nest = nest; }
  Result<LoopTree> run(const Sentence &, const std::vector<std::string> &bodies);

private:
  bool no(const char *name, std::string detail) {
    refusal_ = {name, std::move(detail)};
    return false;
  }
  Refusal refuse_in(const Step &step) const { return {refusal_.name, refusal_.detail + " in " + print(step)}; }
  const Dim &dim_of(const Loop &loop) const { return tree_.nest.dims[loop.dim]; }

  // steps.cpp
  int find(const std::string &loop) const;
  int find_or_refuse(const std::string &loop);
  bool one(const Step &);
  bool collapse(const Step &);
  bool split(const Step &);
  bool reorder(const Step &);
  bool vectorize(const Step &);
  bool strided(const Step &);
  bool stream(const Step &);
  bool tail(const Step &);
  bool matrix(const Step &);
  template <class F> bool mark(const Step &, F);

  // apply.cpp
  bool check_chains();
  bool check_reduction_order();
  bool find_scope();
  bool place_bodies(const std::vector<std::string> &bodies);
  bool check_vector();
  bool check_lanes();
  bool check_unroll();
  bool check_dot();
  bool check_tail();
  bool check_matrix();
  bool check_pipeline();
  bool place_packs();
  bool place_prefetches();
  bool check_partial_sums();

  static bool never_iterates(const Loop &loop) { return loop.chunk.is_const() && loop.chunk.value <= loop.step; }

  const Target &target_;
  LoopTree tree_;
  std::vector<Step> packs_, prefetches_, tails_;
  Refusal refusal_;
};

} // namespace vecwrap
