// Draft: a sentence under construction. Names stand for loops as in docs/sentence.md.
#pragma once
#include "ir/nest.h"
#include "schedule/sentence.h"

namespace vecwrap {

/// Appends the names of the dims.
inline void names(const Nest &nest, const std::vector<int> &dims, std::vector<std::string> &to) {
  for (int d : dims) to.push_back(nest.dims[d].name);
}

struct Draft {
  std::vector<Step> steps;
  void add(StepKind kind, std::vector<std::string> names, int64_t factor = 0) { steps.push_back({kind, names, factor}); }
  /// Splits off an inner loop of f iterations (unless the extent is that small) and returns its name.
  std::string split(const Nest &nest, int d, int64_t f, std::vector<std::string> &outer) {
    const Dim &dim = nest.dims[d];
    if (dim.extent.is_const() && dim.extent.value <= f) return dim.name;
    add(StepKind::Split, {dim.name}, f);
    outer.push_back(dim.name);
    return dim.name + ".1";
  }

  /// Splits off `outer_step`, then `step` from the inner part; small constant extents need fewer loops.
  std::string split_twice(const Nest &nest, int d, int64_t outer_step, int64_t step,
                                 std::vector<std::string> &outer, std::vector<std::string> &inner) {
    std::string name = split(nest, d, outer_step, outer);
    const Int extent = nest.dims[d].extent;
    if ((outer.empty() ? extent.value : outer_step) <= step) return name;
    add(StepKind::Split, {name}, step);
    inner.push_back(name);
    return nest.dims[d].name + (outer.empty() ? ".1" : ".2");
  }
};

} // namespace vecwrap
