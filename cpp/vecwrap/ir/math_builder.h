// What the functions of ir/math.h are written in.
#pragma once
#include "ir/math_tables.h"
#include "ir/nest.h"
#include <numbers>
#include <span>

namespace vecwrap {

inline constexpr double kErfMiddle = 2.96875; ///< kErfF64 is about here

/// part * scale * scale, where scale is a power of two: half the exponent at a time is a normal number wherever the value is
/// in range, and its square makes infinities and denormals as they should be.
struct Scaled { int part, scale; };

/// Adds nodes; it knows the nest's precision.
class Builder {
public:
  explicit Builder(Nest &nest) : nest_(nest) {}

  bool single() const { return nest_.type == Type::F32; }
  double rounded(double v) const { return single() ? double(float(v)) : v; }
  int constant(double v) { return nest_.constant(rounded(v)); }
  int constant(double single_value, double double_value) { return constant(single() ? single_value : double_value); }
  int op(Op op, int a, int b = -1, int c = -1) { return nest_.add(op, a, b, c); }
  int at_most(int x, int bound) { return nest_.select(Pred::OLT, bound, x, bound, x); }
  int select(Pred p, int x, int y, int yes, int no) { return nest_.select(p, x, y, yes, no); }
  int at_least(int x, int bound) { return nest_.select(Pred::OGT, bound, x, bound, x); }

  int polynomial(std::span<const double> coefficients, int x) {
    int sum = constant(coefficients.back());
    for (size_t i = coefficients.size() - 1; i-- > 0;)
      sum = op(Op::Fma, sum, x, constant(coefficients[i]));
    return sum;
  }

  /// The same with a highest coefficient of 1 beyond those.
  int monic(std::span<const double> coefficients, int x) {
    int sum = op(Op::Add, x, constant(coefficients.back()));
    for (size_t i = coefficients.size() - 1; i-- > 0;)
      sum = op(Op::Fma, sum, x, constant(coefficients[i]));
    return sum;
  }

  /// Q(r) with e^r = 1 + r + r^2 Q(r), |r| <= ln 2.
  int exp_rest(int r) { return single() ? polynomial(kExpF32, r) : polynomial(kExpF64, r); }

  /// e^(x + rest) for a tiny `rest`, if there is one: x = m * 2 ln 2 + r. The caller bounds x a little beyond the range. What is added
  /// to x / (2 ln 2) rounds it to m and leaves the exponent of 2^m in its lowest bits.
  Scaled exp(int x, int rest = -1) {
    constexpr double kStep = 2 * std::numbers::ln2, kBelowStep = 4.638093627692599e-17; // 2 ln 2 in two doubles
    const double high = rounded(kStep), low = single() ? kStep - high : kBelowStep;
    const int magic = constant(pow2_magic(nest_.type)), biased = op(Op::Fma, x, constant(std::numbers::log2e / 2), magic);
    const int m = op(Op::Sub, biased, magic);
    const int near = op(Op::Fma, m, constant(-high), x), below = constant(-low);
    const int r = rest < 0 ? op(Op::Fma, m, below, near) : op(Op::Add, near, op(Op::Fma, m, below, rest));
    const int one = constant(1), scale = op(Op::Biased, biased);
    return {op(Op::Fma, op(Op::Fma, exp_rest(r), r, one), r, one), scale};
  }

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

/// The unevaluated sum of two nodes: about twice the precision. |lo| is at most half a unit in hi's last place.
struct Pair { int hi, lo; };

/// Dekker's and Knuth's error-free steps: A floating-point technique for extending the available precision, 1971.
class PairBuilder : public Builder {
public:
  using Builder::Builder;

  /// A constant that `high + low` is, rounded to the nest's type twice.
  Pair pair(double high, double low) {
    return single() ? Pair{constant(high), constant(high - rounded(high) + low)} : Pair{constant(high), constant(low)};
  }
  /// a + b where |a| >= |b| or a is 0.
  Pair sum(int a, int b) {
    const int hi = op(Op::Add, a, b);
    return {hi, op(Op::Sub, b, op(Op::Sub, hi, a))};
  }
  /// a + b, whichever is the larger.
  Pair any_sum(int a, int b) {
    const int hi = op(Op::Add, a, b), from_b = op(Op::Sub, hi, a), from_a = op(Op::Sub, hi, from_b);
    return {hi, op(Op::Add, op(Op::Sub, a, from_a), op(Op::Sub, b, from_b))};
  }
  Pair sum(int a, Pair b) {
    const Pair s = sum(a, b.hi);
    return {s.hi, op(Op::Add, s.lo, b.lo)};
  }
  Pair sum(Pair a, Pair b) {
    const Pair s = sum(a.hi, b);
    return {s.hi, op(Op::Add, s.lo, a.lo)};
  }
  Pair product(int a, int b) {
    const int hi = op(Op::Mul, a, b);
    return {hi, op(Op::Fma, a, b, op(Op::Neg, hi))};
  }
  Pair product(Pair a, int b) {
    const Pair p = product(a.hi, b);
    return {p.hi, op(Op::Fma, a.lo, b, p.lo)};
  }
  Pair product(Pair a, Pair b) {
    const Pair p = product(a, b.hi);
    return {p.hi, op(Op::Fma, a.hi, b.lo, p.lo)};
  }
};

} // namespace vecwrap
