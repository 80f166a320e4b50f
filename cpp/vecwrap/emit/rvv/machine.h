// The machine that the table's semantics speak about: registers, vl and vtype; memory is this process's.
#pragma once
#include "emit/rvv/isa.h"
#include "ir/half.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace vecwrap::rvv {

struct Machine {
  static constexpr int kFallThrough = -1, kReturn = -2, kTowardsZero = 1;
  explicit Machine(int vlenb) : vlenb(vlenb), v(32 * size_t(vlenb), 0xff) {}

  int64_t x[32] = {};
  uint64_t f[32] = {};
  int vlenb; ///< bytes of a vector register
  std::vector<uint8_t> v;
  int64_t vl = 0;
  Vtype type;
  int rounding = 0; ///< frm: to nearest (even), or kTowardsZero; only conversions of vectors to integers heed it
  int64_t next = kFallThrough; ///< label to go on at

  int64_t vlmax() const { return elements(type.sew, type.lmul); }
  int64_t elements(int sew, int lmul) const { return (int64_t(vlenb) * 8 << (lmul + 3)) / sew >> 3; }
};

constexpr uint32_t kSignS = 1u << 31, kQuietNanS = 0x7fc00000;
constexpr uint16_t kQuietNanH = 0x7e00, kSignH = 0x8000;
constexpr uint64_t kSignD = uint64_t(1) << 63, kQuietNanD = 0x7ff8000000000000;
template <class U> U sign_of(U) { return U(U(1) << (8 * sizeof(U) - 1)); }
/// A shift's distance: as many bits of it count as tell an element's bits apart.
template <class U> int distance(U by) { return int(by & (8 * sizeof(U) - 1)); }
/// Copies of the sign come in.
template <class U> U shifted_down(U a, int by) { return U(std::make_signed_t<U>(a) >> by); }
/// The lower half of a product. (Unsigned integers of 16 bits become signed ones, whose products may overflow.)
template <class U> U product(U a, U b) { return U(uint64_t(a) * uint64_t(b)); }
/// The upper half.
template <class U> U upper(U a, U b) { return U((unsigned __int128)a * b >> 8 * sizeof(U)); }
template <class U> U upper_signed(U a, U b) { return U(__int128(std::make_signed_t<U>(a)) * std::make_signed_t<U>(b) >> 8 * sizeof(U)); }
template <class U> U greatest_signed(U a, U b) { return std::make_signed_t<U>(a) < std::make_signed_t<U>(b) ? b : a; }
template <class U> U least_signed(U a, U b) { return std::make_signed_t<U>(a) < std::make_signed_t<U>(b) ? a : b; }

/// maximumNumber and minimumNumber: a number rather than NaN, +0 above -0.
template <class T> T largest(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? b : a;
  return a == b ? (std::signbit(a) ? b : a) : a > b ? a : b;
}
template <class T> T smallest(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? b : a;
  return a == b ? (std::signbit(a) ? a : b) : a < b ? a : b;
}

/// A whole number in I; the nearest one if it is out of range, the largest for NaN.
template <class I> I to_int(double whole) {
  const double limit = std::ldexp(1.0, std::numeric_limits<I>::digits);
  if (!(whole < limit)) return std::numeric_limits<I>::max();
  return whole < -limit ? std::numeric_limits<I>::min() : I(whole);
}

inline float canonical(float v) { return std::isnan(v) ? std::bit_cast<float>(kQuietNanS) : v; }
inline Half canonical(Half v) { return std::isnan(v) ? Half::of_bits(kQuietNanH) : v; }
inline double canonical(double v) { return std::isnan(v) ? std::bit_cast<double>(kQuietNanD) : v; }
// A number's bits, and back.
inline uint16_t bits_of(Half v) { return v.bits(); }
inline uint32_t bits_of(float v) { return std::bit_cast<uint32_t>(v); }
inline uint64_t bits_of(double v) { return std::bit_cast<uint64_t>(v); }
template <class T, class U> T of_bits(U bits) {
  if constexpr (sizeof(U) == 2) return Half::of_bits(bits);
  else return std::bit_cast<T>(bits);
}
/// Integer registers wrap around.
inline int64_t wrap(uint64_t bits) { return int64_t(bits); }
// Elements as bits: numbers of that size to integers, and from them; of other sizes.
inline double real(uint8_t) { throw std::logic_error("bytes are no numbers"); }
inline double real(uint16_t h) { return from_f16(h); }
inline double real(uint32_t bits) { return std::bit_cast<float>(bits); }
inline double real(uint64_t bits) { return std::bit_cast<double>(bits); }
template <class U> U rounded(U bits, int mode) {
  return U(to_int<std::make_signed_t<U>>(mode == Machine::kTowardsZero ? std::trunc(real(bits)) : std::rint(real(bits))));
}
/// The bits of a number of the first operand's size, rounded once.
inline uint8_t float_bits(uint8_t, double v) { return uint8_t(real(uint8_t(v))); }
inline uint16_t float_bits(uint16_t, double v) { return std::isnan(v) ? kQuietNanH : to_f16(float(v)); }
inline uint32_t float_bits(uint32_t, double v) { return std::bit_cast<uint32_t>(canonical(float(v))); }
inline uint64_t float_bits(uint64_t, double v) { return std::bit_cast<uint64_t>(canonical(v)); }
inline uint32_t number(uint32_t bits) { return std::bit_cast<uint32_t>(float(int32_t(bits))); }
inline uint64_t number(uint64_t bits) { return std::bit_cast<uint64_t>(double(int64_t(bits))); }
template <class U> U number(U bits) { return float_bits(bits, std::make_signed_t<U>(bits)); }

} // namespace vecwrap::rvv
