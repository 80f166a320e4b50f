// The two half precisions, as bits: IEEE's binary16, and the upper half of a float. To nearest, ties to
// even; NaN stays NaN and becomes quiet.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

namespace vecwrap {

inline float from_bf16(uint16_t h) { return std::bit_cast<float>(uint32_t(h) << 16); }

inline uint16_t to_bf16(float v) {
  const uint32_t bits = std::bit_cast<uint32_t>(v);
  return uint16_t(std::isnan(v) ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float from_f16(uint16_t h) {
  const int exponent = h >> 10 & 31, fraction = h & 1023;
  const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                                    : std::ldexp(float(exponent ? fraction + 1024 : fraction), (exponent ? exponent : 1) - 25);
  return h >> 15 ? -size : size;
}

template <class T> uint16_t to_f16(T v) {
  const uint16_t sign = std::signbit(v) ? 0x8000 : 0;
  const T size = std::fabs(v);
  if (std::isnan(v)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const int exponent = size < 0x1p-14f ? -14 : std::ilogb(size); // of the last place: 10 less
  const int places = int(std::rint(std::ldexp(size, 10 - exponent))); // at most 2048, which carries into the exponent
  return uint16_t(sign | (size < 0x1p-14f ? places : ((exponent + 15) << 10) + places - 1024));
}

/// A binary16 to compute with. Operations are those of float, whose results are rounded once more when they become a Half: for
/// +, -, *, / and sqrt the same as rounding once (24 >= 2 * 11 + 2: Figueroa, When is double rounding innocuous?, 1995).
class Half {
public:
  Half() = default;
  template <class T> explicit Half(T v) : value_(from_f16(to_f16(float(v)))) {}
  static Half of_bits(uint16_t bits) { Half h; return h.value_ = from_f16(bits), h; }
  uint16_t bits() const { return to_f16(value_); }
  operator float() const { return value_; }

private:
  float value_ = 0;
};

/// a * b + c, rounded once.
inline float fused(float a, float b, float c) { return std::fma(a, b, c); }
inline double fused(double a, double b, double c) { return std::fma(a, b, c); }
/// The product is exact in double. Where the sum is not, the one of its two neighbours that is odd stands for it, which no later
/// rounding to so few bits takes for a tie (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008).
inline Half fused(Half a, Half b, Half c) {
  const double product = double(a) * double(b), addend = c;
  double sum = product + addend;
  const double part = sum - product, lost = (product - (sum - part)) + (addend - part);
  const uint64_t bits = std::bit_cast<uint64_t>(sum);
  if (std::isfinite(sum) && lost != 0 && !(bits & 1)) sum = std::bit_cast<double>(bits + ((lost > 0) == (sum > 0) ? 1 : -1));
  return Half::of_bits(to_f16(sum));
}

} // namespace vecwrap
