// Sine and cosine: x = j pi/2 + r, |r| a little over pi/4, by Cody and Waite's subtraction of pi/2 in three parts. fma makes
// each part as long as a number: that holds while j has few bits, so beyond a bound the result is NaN and not a guess.
#include "ir/math.h"
#include "ir/math_builder.h"
#include <cmath>
#include <limits>

namespace vecwrap {
namespace {

constexpr double kHalfPi = 1.5707963267948966, kBelow[] = {6.123233995736766e-17, -1.4973849048591833e-33};

/// x - j pi/2. The first part leaves an exact difference; what the second and third round off goes into lo.
Pair reduce(PairBuilder &b, int x, int j) {
  const double rest = kHalfPi - b.rounded(kHalfPi);
  const double second = b.single() ? b.rounded(rest) : kBelow[0], third = b.single() ? rest - second + kBelow[0] : kBelow[1];
  const int first = b.op(Op::Fma, j, b.constant(-b.rounded(kHalfPi)), x);
  const Pair middle = b.product(j, b.constant(-second)), difference = b.any_sum(first, middle.hi);
  const int last = b.op(Op::Fma, j, b.constant(-third), b.op(Op::Add, difference.lo, middle.lo));
  return b.sum(difference.hi, last);
}

int sine(Builder &b, Pair r, int w) {
  const int rest = b.single() ? b.polynomial(kSinF32, w) : b.polynomial(kSinF64, w);
  return b.op(Op::Add, r.hi, b.op(Op::Fma, b.op(Op::Mul, r.hi, w), rest, r.lo));
}

int cosine(PairBuilder &b, Pair r, int w) {
  const int rest = b.single() ? b.polynomial(kCosF32, w) : b.polynomial(kCosF64, w);
  const Pair parabola = b.sum(b.constant(1), b.op(Op::Mul, w, b.constant(-0.5)));
  const int small = b.op(Op::Fma, b.op(Op::Neg, r.hi), r.lo, parabola.lo);
  return b.op(Op::Add, parabola.hi, b.op(Op::Fma, b.op(Op::Mul, w, w), rest, small));
}

/// sin(x + turns pi/2).
int turned(Nest &nest, int x, int turns) {
  PairBuilder b(nest);
  const int one = b.constant(1), bound = b.constant(0x1p20, 0x1p40);
  const int j = b.op(Op::Round, b.op(Op::Mul, x, b.constant(1 / kHalfPi)));
  const Pair r = reduce(b, x, j);
  const int w = b.op(Op::Mul, r.hi, r.hi);
  const int quarters = turns ? b.op(Op::Add, j, b.constant(turns)) : j;
  const int whole = b.op(Op::Round, b.op(Op::Fma, quarters, b.constant(0.25), b.constant(-0.375)));
  const int quadrant = b.op(Op::Fma, whole, b.constant(-4), quarters); // 0, 1, 2 or 3
  const int side = b.op(Op::Abs, b.op(Op::Sub, quadrant, b.constant(2)));
  const int value = b.select(Pred::OEQ, side, one, cosine(b, r, w), sine(b, r, w));
  const int result = b.select(Pred::OGT, quadrant, one, b.op(Op::Neg, value), value);
  return b.select(Pred::OLE, b.op(Op::Abs, x), bound, result, b.constant(std::nan("")));
}

} // namespace

int build::sin(Nest &nest, const int *in) {
  Builder b(nest);
  const int x = in[0];
  return b.select(Pred::OEQ, x, b.constant(0), x, turned(nest, x, 0)); // -0 stays
}

int build::cos(Nest &nest, const int *in) { return turned(nest, in[0], 1); }

} // namespace vecwrap
