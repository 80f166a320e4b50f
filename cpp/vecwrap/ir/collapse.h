// Two dims that walk through memory as one: rows that lie one behind the other.
#pragma once
#include "ir/nest.h"

namespace vecwrap {

/// Why `outer` and `inner` cannot be one dim; empty if they can. Their points keep their order.
std::string why_not_collapse(const Nest &, int outer, int inner);
/// Makes them one, under the name of `outer`; the dims behind `inner` move up.
void collapse(Nest &, int outer, int inner);

} // namespace vecwrap
