// Each function is a few lines over a Builder, which knows the nest's precision. NaN goes through all of them: bounds
// are written so that the comparison with NaN keeps it.
#include "ir/math.h"
#include "ir/math_tables.h"
#include <cmath>
#include <numbers>
#include <span>

namespace vecwrap {
namespace {

class Builder {
public:
  explicit Builder(Nest &nest) : nest_(nest) {}

  bool single() const { return nest_.type == Type::F32; }
  double rounded(double v) const { return single() ? double(float(v)) : v; }
  int constant(double v) { return nest_.constant(rounded(v)); }
  int constant(double single_value, double double_value) { return constant(single() ? single_value : double_value); }
  int op(Op op, int a, int b = -1, int c = -1) { return nest_.add(op, a, b, c); }
  int at_most(int x, int bound) { return nest_.select(Pred::OLT, bound, x, bound, x); }
  int at_least(int x, int bound) { return nest_.select(Pred::OGT, bound, x, bound, x); }

  int polynomial(std::span<const double> coefficients, int x) {
    int sum = constant(coefficients.back());
    for (size_t i = coefficients.size() - 1; i-- > 0;)
      sum = op(Op::Fma, sum, x, constant(coefficients[i]));
    return sum;
  }

  /// Q(r) with e^r = 1 + r + r^2 Q(r), |r| <= ln 2.
  int exp_rest(int r) { return single() ? polynomial(kExpF32, r) : polynomial(kExpF64, r); }

  /// e^z - 1, where |z| is moderate: 2^m (e^r - 1) + (2^m - 1), exact in the second part.
  int expm1(int z) {
    const int m = op(Op::Round, op(Op::Mul, z, constant(std::numbers::log2e)));
    const int r = op(Op::Fma, m, constant(-std::numbers::ln2), z);
    const int part = op(Op::Fma, op(Op::Mul, r, r), exp_rest(r), r), scale = op(Op::Pow2, m);
    return op(Op::Fma, scale, part, op(Op::Sub, scale, constant(1)));
  }

private:
  Nest &nest_;
};

/// x = m * 2 ln 2 + r; e^x = e^r * 2^m * 2^m: half the exponent at a time is a normal number wherever e^x is in range,
/// and its square makes infinities and denormals as they should be. The bounds lie beyond both.
int exp(Nest &nest, int x) {
  Builder b(nest);
  constexpr double kStep = 2 * std::numbers::ln2, kBelowStep = 4.638093627692599e-17; // 2 ln 2 in two doubles
  const double high = b.rounded(kStep), low = b.single() ? kStep - high : kBelowStep;
  x = b.at_least(b.at_most(x, b.constant(89, 710)), b.constant(-104, -746));
  const int m = b.op(Op::Round, b.op(Op::Mul, x, b.constant(std::numbers::log2e / 2)));
  const int r = b.op(Op::Fma, m, b.constant(-low), b.op(Op::Fma, m, b.constant(-high), x));
  const int one = b.constant(1), scale = b.op(Op::Pow2, m);
  const int part = b.op(Op::Fma, b.op(Op::Fma, b.exp_rest(r), r, one), r, one);
  return b.op(Op::Mul, b.op(Op::Mul, part, scale), scale);
}

int sigmoid(Nest &nest, int x) {
  Builder b(nest);
  const int one = b.constant(1);
  return b.op(Op::Div, one, b.op(Op::Add, one, exp(nest, b.op(Op::Neg, x))));
}

/// (e^2x - 1) / (e^2x - 1 + 2). Beyond the bounds the result is 1.
int tanh(Nest &nest, int x) {
  Builder b(nest);
  x = b.at_least(b.at_most(x, b.constant(10, 20)), b.constant(-10, -20));
  const int part = b.expm1(b.op(Op::Add, x, x));
  return b.op(Op::Div, part, b.op(Op::Add, part, b.constant(2)));
}

/// 1 - e^-g(|x|), g(x) = -log(1 - erf(x)): one polynomial from 0 to where the result is 1.
int erf(Nest &nest, int x) {
  constexpr double kErfSlope = 1.128379225730896; // 2 / sqrt(pi) in single precision
  Builder b(nest);
  const int size = b.at_most(b.op(Op::Abs, x), b.constant(3.95));
  const int g = b.op(Op::Fma, size, b.polynomial(kErfF32, size), b.op(Op::Mul, size, b.constant(kErfSlope)));
  const int z = b.op(Op::Neg, g);
  const int minus = b.expm1(z), zero = b.constant(0);
  return nest.select(Pred::OLT, x, zero, minus, b.op(Op::Neg, minus));
}

} // namespace

const MathFunction kMath[kMathFunctions] = {{"exp", exp, true}, {"tanh", tanh, true}, {"sigmoid", sigmoid, true}, {"erf", erf, false}};

int math(Nest &nest, const std::string &name, int x) {
  for (const MathFunction &f : kMath)
    if (name == f.name && (f.f64 || nest.type == Type::F32))
      return f.build(nest, x);
  return -1;
}

} // namespace vecwrap
