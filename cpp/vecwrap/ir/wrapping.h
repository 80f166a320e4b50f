// The ops on i32, for the interpreter: results wrap, as x86 and RISC-V compute them. `apply` is that of interpret.cpp.
#pragma once
#include "ir/nest.h"

namespace vecwrap {

/// The bits of a predicate that say "unordered" mean nothing to integers.
inline bool compare(Pred pred, int32_t a, int32_t b) { return static_cast<int>(pred) & (a == b ? 1 : a > b ? 2 : 4); }

inline int32_t apply(const Node &node, const int32_t *v) {
  const auto in = [&](int k) { return uint32_t(v[node.in[k]]); };
  switch (node.op) {
  case Op::Const: return int32_t(node.value);
  case Op::Add: return int32_t(in(0) + in(1));
  case Op::Sub: return int32_t(in(0) - in(1));
  case Op::Mul: return int32_t(in(0) * in(1));
  case Op::Fma: return int32_t(in(0) * in(1) + in(2));
  case Op::Neg: return int32_t(-in(0));
  case Op::Abs: return int32_t(v[node.in[0]] < 0 ? -in(0) : in(0));
  case Op::Select: return compare(node.pred, v[node.in[0]], v[node.in[1]]) ? v[node.in[2]] : v[node.in[3]];
  case Op::And: return int32_t(in(0) & in(1));
  case Op::Or: return int32_t(in(0) | in(1));
  case Op::Xor: return int32_t(in(0) ^ in(1));
  case Op::Shl: return int32_t(in(0) << (in(1) & kShiftMask));
  case Op::Ashr: return v[node.in[0]] >> (in(1) & kShiftMask);
  case Op::Lshr: return int32_t(in(0) >> (in(1) & kShiftMask));
  case Op::Mulh: return int32_t((int64_t(v[node.in[0]]) * v[node.in[1]]) >> 32);
  case Op::Umulh: return int32_t((uint64_t(in(0)) * in(1)) >> 32);
  default: return 0; // not an op of i32: validate
  }
}

} // namespace vecwrap
