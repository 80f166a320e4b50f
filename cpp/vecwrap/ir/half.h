// The two half precisions that tensors store, as bits: IEEE's binary16, and the upper half of a float. To nearest, ties to
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

inline uint16_t to_f16(float v) {
  const uint16_t sign = std::signbit(v) ? 0x8000 : 0;
  const float size = std::fabs(v);
  if (std::isnan(v)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const int exponent = size < 0x1p-14f ? -14 : std::ilogb(size); // of the last place: 10 less
  const int places = int(std::rint(std::ldexp(size, 10 - exponent))); // at most 2048, which carries into the exponent
  return uint16_t(sign | (size < 0x1p-14f ? places : ((exponent + 15) << 10) + places - 1024));
}

} // namespace vecwrap
