// Activations x * g(x) where g runs from 0 to 1. Far below zero 1 - (something near 1) would cancel: what is computed there is
// the tail itself, an exponential whose exponent is a pair of numbers where it is a rounded product.
#include "ir/math.h"
#include "ir/math_builder.h"

namespace vecwrap {
namespace {

/// |x|, or a bound from which on x g(x) is x and -x g(-x) is 0. NaN stays.
int size_of(Builder &b, int x, double single_bound, double double_bound) {
  return b.at_most(b.op(Op::Abs, x), b.constant(single_bound, double_bound));
}

/// x / (1 + e^-y), where the exponential e is e^-|y|: its quotient with 1 + e below zero. `size`: see size_of. The second factor
/// `scale` comes last, and below zero only: elsewhere the product could be denormal, which is slow.
int logistic(Builder &b, int x, int size, Scaled e) {
  const int zero = b.constant(0), one = b.constant(1), part = b.op(Op::Mul, e.part, e.scale);
  const int above = b.select(Pred::OLT, x, zero, b.op(Op::Mul, b.op(Op::Neg, size), part), x);
  const int quotient = b.op(Op::Div, above, b.op(Op::Fma, part, e.scale, one));
  return b.op(Op::Mul, quotient, b.select(Pred::OLT, x, zero, e.scale, one));
}

} // namespace

int build::silu(Nest &nest, const int *in) {
  Builder b(nest);
  const int size = size_of(b, in[0], 110, 752);
  return logistic(b, in[0], size, b.exp(b.op(Op::Neg, size)));
}

/// x / 2 (1 + tanh(y / 2)) with y / 2 = sqrt(2 / pi) (x + 0.044715 x^3). In a single number y would be off by its last place,
/// and e^y by as many as y is large.
int build::gelu_tanh(Nest &nest, const int *in) {
  PairBuilder b(nest);
  const int size = size_of(b, in[0], 11, 22);
  const Pair cubic = b.product(b.pair(kGeluCubic[0], kGeluCubic[1]), b.product(size, size));
  const Pair linear = b.pair(kGeluLinear[0], kGeluLinear[1]);
  const Pair sum = b.any_sum(linear.hi, cubic.hi);
  const Pair y = b.product({sum.hi, b.op(Op::Add, sum.lo, b.op(Op::Add, cubic.lo, linear.lo))}, size);
  return logistic(b, in[0], size, b.exp(y.hi, y.lo));
}

/// max(x, 0) - z/2 erfc(z / sqrt 2) at z = |x|, with erfc(z / sqrt 2) = e^(-z^2 / 2) P(z) / Q(z).
int build::gelu(Nest &nest, const int *in) {
  PairBuilder b(nest);
  const int z = size_of(b, in[0], kGeluBoundF32, kGeluBoundF64), less = b.op(Op::Mul, z, b.constant(-0.5)), zero = b.constant(0);
  const Pair square = b.product(less, z);
  const Scaled e = b.exp(square.hi, square.lo);
  const int above = b.single() ? b.polynomial(kGeluAboveF32, z) : b.polynomial(kGeluAboveF64, z);
  const int below = b.single() ? b.monic(kGeluBelowF32, z) : b.monic(kGeluBelowF64, z);
  const int tail = b.op(Op::Div, b.op(Op::Mul, b.op(Op::Mul, less, e.part), above), below);
  return b.op(Op::Fma, b.op(Op::Mul, tail, e.scale), e.scale, b.select(Pred::OLT, in[0], zero, zero, in[0]));
}

} // namespace vecwrap
