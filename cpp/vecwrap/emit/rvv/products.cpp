// Multiply-adds of vectors: by the form that overwrites what need not be kept, or that widens its factors.
#include "emit/rvv/emitter.h"
#include <stdexcept>
#include <utility>

namespace vecwrap::rvv {
namespace {

/// Widening multiply-adds by the factors' types; vv has no form whose first one only is unsigned.
struct Widening { bool number, a_unsigned, b_unsigned; Op vv, vx; };
constexpr Widening kWidening[] = {
    {true, false, false, Op::VfwmaccVV, Op::VfwmaccVF},    {false, false, false, Op::VwmaccVV, Op::VwmaccVX},
    {false, false, true, Op::VwmaccsuVV, Op::VwmaccsuVX},  {false, true, false, Op::VwmaccsuVV, Op::VwmaccusVX},
    {false, true, true, Op::VwmaccuVV, Op::VwmaccuVX},
};

const Widening &widening_of(Type a, Type b) {
  const bool number = a == Type::F16 || a == Type::F32;
  for (const Widening &row : kWidening)
    if (row.number == number && row.a_unsigned == (a == Type::U16) && row.b_unsigned == (b == Type::U16)) return row;
  throw std::logic_error("no widening product of such types");
}

} // namespace

/// d = d op (a, b): the forms take their multiplicands in the order scalar, vector; `third` is a vector in place of b.
void Emitter::multiply_add(const Need &n, int d, Operand a, Operand b, Op vv, Op vf, int third) {
  const Operand scalar = a.scalar ? a : b, vector = third >= 0 ? Operand{false, third} : a.scalar ? b : a;
  if (scalar.scalar) return out_.put(n, vf, d, lane(scalar.reg), vector.reg);
  out_.put(n, vv, d, third >= 0 ? b.reg : a.reg, third >= 0 ? third : b.reg);
}

/// d = a * b + c by the form that overwrites the addend, or a multiplicand if d is one; copies where neither fits.
void Emitter::fma(const VInst &i) {
  const Need n = need(i.lanes, true);
  const Op acc[] = {integral() ? Op::VmaccVV : Op::VfmaccVV, integral() ? Op::VmaccVX : Op::VfmaccVF};
  const Op add[] = {integral() ? Op::VmaddVV : Op::VfmaddVV, integral() ? Op::VmaddVX : Op::VfmaddVF};
  const int d = v(i.d);
  Operand a = operand(i, 0), b = operand(i, 1), c = operand(i, 2);
  if (a.scalar && b.scalar) move(n, v(i.t), a), a = {false, v(i.t)};
  const bool on_a = !a.scalar && a.reg == d, on_b = !b.scalar && b.reg == d;
  if ((on_a || on_b) && c.scalar) move(n, v(i.t), c), c = {false, v(i.t)};
  if (!c.scalar && c.reg == d) return multiply_add(n, d, a, b, acc[0], acc[1]);
  if (on_a) return multiply_add(n, d, b, b, add[0], add[1], c.reg);
  if (on_b) return multiply_add(n, d, a, a, add[0], add[1], c.reg);
  move(n, d, c);
  multiply_add(n, d, a, b, acc[0], acc[1]);
}

/// d = a * b + c, a and b of half the size. The destination may be no factor's vector.
void Emitter::widen(const VInst &i) {
  const Need n = need(i.lanes, true), half = of_bits(4 * size_of(p_.type), i.lanes);
  Operand a = operand(i, 0), b = operand(i, 1);
  const Operand c = operand(i, 2);
  Type of_a = *i.stored, of_b = i.other;
  const bool factor = (!a.scalar && a.reg == v(i.d)) || (!b.scalar && b.reg == v(i.d));
  const int d = factor ? v(i.t) : v(i.d);
  move(n, d, c);
  if (b.scalar || (!a.scalar && of_a == Type::U16)) std::swap(a, b), std::swap(of_a, of_b); // scalars stand first, else what has a sign
  const Widening &row = widening_of(of_a, of_b);
  out_.put(half, a.scalar ? row.vx : row.vv, d, a.scalar ? lane(a.reg) : a.reg, b.reg);
  if (factor) move(n, v(i.d), {false, d});
}

} // namespace vecwrap::rvv
