// The exponential and its relatives, and the table of all functions. NaN goes through all of them: bounds are written
// so that the comparison with NaN keeps it.
#include "ir/math.h"
#include "ir/math_builder.h"

namespace vecwrap {
namespace {

/// The bounds lie beyond infinity, and where the scale is 0 as well: a product that only rounds to 0 is slow on Intel's cores (150 cycles;
/// what a mask keeps out of a softmax is as small).
int exp_of(Nest &nest, int x) {
  Builder b(nest);
  const Scaled e = b.exp(b.at_least(b.at_most(x, b.constant(89, 710)), b.constant(-176, -1418)));
  return b.op(Op::Mul, b.op(Op::Mul, e.part, e.scale), e.scale);
}

int erf_single(Builder &b, int x) {
  constexpr double kBound = 3.92;
  x = b.at_least(b.at_most(x, b.constant(kBound)), b.constant(-kBound));
  const int u = b.op(Op::Mul, x, x), above = b.op(Op::Mul, x, b.polynomial(kErfAbove, u));
  return b.op(Op::Fma, x, b.constant(0.25), b.op(Op::Div, above, b.monic(kErfBelow, u)));
}

int erf_double(Builder &b, int x) {
  const int size = b.at_most(b.op(Op::Abs, x), b.constant(2 * kErfMiddle));
  const int minus = b.expm1(b.op(Op::Neg, b.op(Op::Mul, size, b.polynomial(kErfF64, b.op(Op::Sub, size, b.constant(kErfMiddle))))));
  const int zero = b.constant(0);
  return b.select(Pred::OLT, x, zero, minus, b.op(Op::Sub, zero, minus));
}

} // namespace

int build::exp(Nest &nest, const int *in) { return exp_of(nest, in[0]); }

int build::sigmoid(Nest &nest, const int *in) {
  Builder b(nest);
  const int one = b.constant(1);
  return b.op(Op::Div, one, b.op(Op::Add, one, exp_of(nest, b.op(Op::Neg, in[0]))));
}

/// (e^2x - 1) / (e^2x - 1 + 2). Beyond the bounds the result is 1.
int build::tanh(Nest &nest, const int *in) {
  Builder b(nest);
  const int x = b.at_least(b.at_most(in[0], b.constant(10, 20)), b.constant(-10, -20));
  const int part = b.expm1(b.op(Op::Add, x, x));
  return b.op(Op::Div, part, b.op(Op::Add, part, b.constant(2)));
}

/// f32: x/4 + x P(x^2) / Q(x^2): the quotient is small where the sum is near 1, so its roundings do not count there.
/// f64: 1 - e^-g(|x|), g(x) = -log(1 - erf(x)): one polynomial from 0 to where the result is 1.
int build::erf(Nest &nest, const int *in) {
  Builder b(nest);
  return b.single() ? erf_single(b, in[0]) : erf_double(b, in[0]);
}

int math(Nest &nest, const std::string &name, const std::vector<int> &in) {
  for (const MathFunction &f : kMath)
    if (name == f.name && int(in.size()) == f.operands)
      return f.build(nest, in.data());
  return -1;
}

} // namespace vecwrap
