// How partial results of a reduction are joined, in nests that allow it.
#pragma once
#include "ir/nest.h"
#include <optional>

namespace vecwrap {

struct Combine {
  Op op = Op::Add;    ///< Add, Mul, And, Or, Xor, or Select: the larger, or the smaller one
  int select = -1;    ///< the Select node between acc and something else, if op is Select
  double neutral = 0; ///< joining with it changes nothing; no such value for Select
};

/// Of an update that joins acc with something that does not use acc; nullopt for any other update.
std::optional<Combine> combine_of(const Nest &);

/// May the reduction points be visited in any order, and joined in any? Integers wrap: it makes no difference to them.
bool may_reorder(const Nest &);

/// Is the update acc + x, where x does not use acc? Then its order may be kept by an instruction that adds elements in order.
/// Returns x, or -1.
int added_in_order(const Nest &);

/// May every partial result start from init, without counting it more than once?
bool may_repeat_init(const Nest &, const Combine &);

} // namespace vecwrap
