// Maps the scalar registers of a vector program to general-purpose registers or stack slots: linear scan over
// live intervals, the least used one spilled whole.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap {

struct GprMap {
  std::vector<int> gpr;  ///< per scalar register: 0..count-1, or -1
  std::vector<int> slot; ///< per scalar register: stack slot, or -1
  int slots = 0;
  double spilled = 0;  ///< how often those in slots are used; a use in a loop counts eight times
  double innermost = 1; ///< what a use in the innermost loop counts
};

GprMap allocate_gprs(const VProgram &, int count);

} // namespace vecwrap
