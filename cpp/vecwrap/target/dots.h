// How targets sum products of elements that are stored in narrower types than they are added in (step dot).
#pragma once
#include "target/target.h"
#include <optional>
#include <vector>

namespace vecwrap {

/// One way of it: a lane holds `group` elements of each operand, whose products an instruction adds.
struct DotForm {
  int group = 1;
  std::optional<Type> widened = {}; ///< what narrower elements become as lanes are filled; else lanes hold them as they are stored
  bool apart = false;               ///< products are added in one instruction, the lane in another: a temporary between them
  Type element(Type stored) const { return widened.value_or(stored); }
};

/// All ways for products of a and b, as they are stored, in lanes of `computed`; the one with most products first.
std::vector<DotForm> dot_forms(const Target &, Type computed, Type a, Type b);
/// The way that takes `group` elements at once.
std::optional<DotForm> dot_form(const Target &, Type computed, Type a, Type b, int64_t group);

} // namespace vecwrap
