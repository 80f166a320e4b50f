// Logarithms and powers. x = 2^k m with m in [2/3, 4/3); s = (m - 1) / (m + 1), so |s| <= 1/5, and
// log m = 2 atanh s = s (2 + w (2/3 + w (2/5 + w T(w)))) with w = s^2.
#include "ir/math.h"
#include "ir/math_builder.h"
#include <cmath>
#include <limits>

namespace vecwrap {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// k and m - 1, which is exact. x is positive and finite; others give something that the caller replaces.
struct Reduced { int k, f; };

/// A factor brings x, denormal or huge, to where 2^-k is a normal number; three quarters of that have exponent k - 1.
Reduced reduce(Builder &b, int x) {
  constexpr double kUp = 64, kDown = -2;
  const int one = b.constant(1);
  const int near = b.op(Op::Mul, x, b.select(Pred::OLT, x, one, b.constant(std::exp2(kUp)), b.constant(std::exp2(kDown))));
  const int k = b.op(Op::Add, b.op(Op::Exponent, b.op(Op::Mul, near, b.constant(0.75))), one);
  const int m = b.op(Op::Mul, near, b.op(Op::Pow2, b.op(Op::Neg, k)));
  const int shift = b.select(Pred::OLT, x, one, b.constant(kUp), b.constant(kDown));
  return {b.op(Op::Sub, k, shift), b.op(Op::Sub, m, one)};
}

/// 2/5 + w T(w).
int atanh_rest(Builder &b, int w) {
  const int rest = b.single() ? b.polynomial(kAtanhF32, w) : b.polynomial(kAtanhF64, w);
  return b.op(Op::Fma, w, rest, b.constant(0.4));
}

/// What a logarithm is where x is not positive and finite.
int with_limits(Builder &b, int x, int result) {
  const int zero = b.constant(0), infinity = b.constant(kInfinity);
  const int outside = b.select(Pred::OEQ, x, zero, b.constant(-kInfinity), b.constant(std::nan("")));
  return b.select(Pred::OLE, x, zero, outside, b.select(Pred::OLT, x, infinity, result, x));
}

/// log2 of a positive, finite number.
Pair log2_pair(PairBuilder &b, int x) {
  const auto [k, f] = reduce(b, x);
  const Pair d = b.sum(b.constant(2), f);
  const int inverse = b.op(Op::Div, b.constant(1), d.hi), high = b.op(Op::Mul, f, inverse), minus = b.op(Op::Neg, high);
  const int rest = b.op(Op::Fma, minus, d.lo, b.op(Op::Fma, minus, d.hi, f));
  const Pair s{high, b.op(Op::Mul, rest, inverse)};
  const Pair w = b.product(s, s);
  const Pair inner = b.sum(b.pair(2. / 3, 3.700743415417188e-17), b.product(w, atanh_rest(b, w.hi)));
  const Pair log = b.product(s, b.sum(b.constant(2), b.product(w, inner)));
  return b.sum(k, b.product(log, b.pair(std::numbers::log2e, 2.0355273740931033e-17)));
}

/// 2^z; denormal and infinite where it should be, since 2^m is multiplied in two parts.
int exp2_of(PairBuilder &b, Pair z) {
  const int high = b.constant(130, 1026), low = b.constant(-152, -1078);
  const int whole = b.at_least(b.at_most(z.hi, high), low);
  const int rest = b.select(Pred::OEQ, whole, z.hi, z.lo, b.constant(0)); // NaN is in whole
  const int m = b.op(Op::Round, whole), half = b.op(Op::Round, b.op(Op::Mul, m, b.constant(0.5)));
  const int r = b.op(Op::Mul, b.op(Op::Add, b.op(Op::Sub, whole, m), rest), b.constant(std::numbers::ln2));
  const int one = b.constant(1), part = b.op(Op::Fma, b.op(Op::Fma, b.exp_rest(r), r, one), r, one);
  return b.op(Op::Mul, b.op(Op::Mul, part, b.op(Op::Pow2, half)), b.op(Op::Pow2, b.op(Op::Sub, m, half)));
}

/// `yes` if y is an odd integer, else `no`.
int if_odd(Builder &b, int y, int yes, int no) {
  const int half = b.op(Op::Mul, y, b.constant(0.5));
  const int whole = b.select(Pred::OEQ, b.op(Op::Round, y), y, yes, no);
  return b.select(Pred::OEQ, b.op(Op::Round, half), half, no, whole);
}

} // namespace

int build::log(Nest &nest, const int *in) {
  Builder b(nest);
  const double ln2 = b.rounded(std::numbers::ln2);
  const double below = b.single() ? std::numbers::ln2 - ln2 : 2.3190468138462996e-17;
  const auto [k, f] = reduce(b, in[0]);
  const int s = b.op(Op::Div, f, b.op(Op::Add, f, b.constant(2))), w = b.op(Op::Mul, s, s);
  const int half = b.op(Op::Mul, b.op(Op::Mul, f, f), b.constant(0.5)); // log m = f - (half - s (half + w ...))
  const int rest = b.op(Op::Fma, w, b.op(Op::Fma, w, atanh_rest(b, w), b.constant(2. / 3)), half);
  const int small = b.op(Op::Sub, half, b.op(Op::Fma, s, rest, b.op(Op::Mul, k, b.constant(below))));
  return with_limits(b, in[0], b.op(Op::Fma, k, b.constant(ln2), b.op(Op::Sub, f, small)));
}

int build::log2(Nest &nest, const int *in) {
  PairBuilder b(nest);
  const Pair log = log2_pair(b, in[0]);
  return with_limits(b, in[0], b.op(Op::Add, log.hi, log.lo));
}

/// C's pow (ISO C17, F.10.4.4). Exponents are clamped to where the result is 0, 1 or infinity whatever x is.
int build::pow(Nest &nest, const int *in) {
  PairBuilder b(nest);
  const int x = in[0], y = in[1], zero = b.constant(0), one = b.constant(1), size = b.op(Op::Abs, x);
  const int limit = b.constant(0x1p33, 0x1p65);
  const int power = b.at_least(b.at_most(y, limit), b.op(Op::Neg, limit));
  const int positive = exp2_of(b, b.product(log2_pair(b, size), power));
  const int signed_ = if_odd(b, y, b.op(Op::Neg, positive), positive);
  const int negative = b.select(Pred::OEQ, b.op(Op::Round, y), y, signed_, b.constant(std::nan("")));
  const int usual = b.select(Pred::OLT, x, zero, negative, positive);

  const int edge = if_odd(b, y, x, size); // of 0 and infinities
  const int turned = b.select(Pred::OLT, y, zero, b.op(Op::Div, one, edge), b.select(Pred::OGT, y, zero, edge, y));
  const int infinite = b.select(Pred::OEQ, size, b.constant(kInfinity), turned, usual);
  const int known = b.select(Pred::OEQ, x, zero, turned, infinite);
  return b.select(Pred::OEQ, y, zero, one, b.select(Pred::OEQ, x, one, one, known));
}

int build::rsqrt(Nest &nest, const int *in) {
  Builder b(nest);
  return b.op(Op::Div, b.constant(1), b.op(Op::Sqrt, in[0]));
}

} // namespace vecwrap
