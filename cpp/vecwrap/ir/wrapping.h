// The ops on i32 and i64, for the interpreter: results wrap, as x86 and RISC-V compute them. `apply` is that of interpret.cpp.
#pragma once
#include "ir/nest.h"
#include <concepts>
#include <type_traits>

namespace vecwrap {

/// The bits of a predicate that say "unordered" mean nothing to integers.
inline bool compare(Pred pred, int64_t a, int64_t b) { return static_cast<int>(pred) & (a == b ? 1 : a > b ? 2 : 4); }

inline int64_t upper_half(Op op, int32_t a, int32_t b) {
  return op == Op::Mulh ? (int64_t(a) * b) >> 32 : int64_t((uint64_t(uint32_t(a)) * uint32_t(b)) >> 32);
}

template <std::signed_integral T> T apply(const Node &node, const T *v) {
  using Bits = std::make_unsigned_t<T>;
  const auto signed_in = [&](int k) { return v[node.in[k]]; };
  const auto in = [&](int k) { return Bits(v[node.in[k]]); };
  const auto count = [&] { return in(1) & (8 * sizeof(T) - 1); };
  switch (node.op) {
  case Op::Const: return T(node.value);
  case Op::Add: return T(in(0) + in(1));
  case Op::Sub: return T(in(0) - in(1));
  case Op::Mul: return T(in(0) * in(1));
  case Op::Fma: return T(in(0) * in(1) + in(2));
  case Op::Neg: return T(-in(0));
  case Op::Abs: return T(signed_in(0) < 0 ? -in(0) : in(0));
  case Op::Select: return compare(node.pred, signed_in(0), signed_in(1)) ? signed_in(2) : signed_in(3);
  case Op::And: return T(in(0) & in(1));
  case Op::Or: return T(in(0) | in(1));
  case Op::Xor: return T(in(0) ^ in(1));
  case Op::Shl: return T(in(0) << count());
  case Op::Ashr: return signed_in(0) >> count();
  case Op::Lshr: return T(in(0) >> count());
  case Op::Mulh: case Op::Umulh: return T(upper_half(node.op, int32_t(in(0)), int32_t(in(1))));
  default: return 0; // not an op of integers: validate
  }
}

} // namespace vecwrap
