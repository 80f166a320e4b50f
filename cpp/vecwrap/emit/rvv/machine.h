// The machine that the table's semantics speak about: registers, vl and vtype; memory is this process's.
#pragma once
#include "emit/rvv/isa.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace vecwrap::rvv {

struct Machine {
  static constexpr int kFallThrough = -1, kReturn = -2;
  explicit Machine(int vlenb) : vlenb(vlenb), v(32 * size_t(vlenb), 0xff) {}

  int64_t x[32] = {};
  uint64_t f[32] = {};
  int vlenb; ///< bytes of a vector register
  std::vector<uint8_t> v;
  int64_t vl = 0;
  Vtype type;
  int64_t next = kFallThrough; ///< label to go on at

  int64_t vlmax() const { return vlenb * 8 / type.sew * type.group; }
};

constexpr uint32_t kSignS = 1u << 31, kQuietNanS = 0x7fc00000;
constexpr uint64_t kSignD = uint64_t(1) << 63, kQuietNanD = 0x7ff8000000000000;
inline uint32_t sign_of(uint32_t) { return kSignS; }
inline uint64_t sign_of(uint64_t) { return kSignD; }

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
inline double canonical(double v) { return std::isnan(v) ? std::bit_cast<double>(kQuietNanD) : v; }
/// Integer registers wrap around.
inline int64_t wrap(uint64_t bits) { return int64_t(bits); }
// Elements as bits: converted to the nearest integer and from it.
inline uint32_t rounded(uint32_t bits) { return uint32_t(to_int<int32_t>(std::rint(double(std::bit_cast<float>(bits))))); }
inline uint64_t rounded(uint64_t bits) { return uint64_t(to_int<int64_t>(std::rint(std::bit_cast<double>(bits)))); }
inline uint32_t number(uint32_t bits) { return std::bit_cast<uint32_t>(float(int32_t(bits))); }
inline uint64_t number(uint64_t bits) { return std::bit_cast<uint64_t>(double(int64_t(bits))); }

/// One instruction on the machine: its operands by their position.
struct Step {
  Machine &m;
  const Insn &i;

  int reg(int k) const { return int(i.operand[k]); }
  int64_t imm(int k) const { return i.operand[k]; }
  char kind(int k) const { return row_of(i.op).operands[k]; }
  bool has(int k) const { return size_t(k) < std::strlen(row_of(i.op).operands); }
  int64_t x(int k) const { return m.x[reg(k)]; }
  void x(int k, int64_t value) { if (reg(k)) m.x[reg(k)] = value; }
  uint64_t f(int k) const { return m.f[reg(k)]; }
  void f(int k, uint64_t bits) { m.f[reg(k)] = bits; }
  void f32(int k, uint32_t bits) { m.f[reg(k)] = ~uint64_t(0) << 32 | bits; }
  uint32_t w(int k) const { return f(k) >> 32 == 0xffffffff ? uint32_t(f(k)) : kQuietNanS; } ///< NaN boxing
  float s(int k) const { return std::bit_cast<float>(w(k)); }
  void s(int k, float value) { f32(k, std::bit_cast<uint32_t>(canonical(value))); }
  double d(int k) const { return std::bit_cast<double>(f(k)); }
  void d(int k, double value) { f(k, std::bit_cast<uint64_t>(canonical(value))); }
  void branch(bool taken) { if (taken) m.next = imm(int(std::strlen(row_of(i.op).operands)) - 1); }

  template <class T> static T peek(int64_t address) {
    T value;
    std::memcpy(&value, reinterpret_cast<const void *>(address), sizeof value);
    return value;
  }
  template <class T> static void poke(int64_t address, T value) { std::memcpy(reinterpret_cast<void *>(address), &value, sizeof value); }
  template <class T> T read() const { return peek<T>(m.x[reg(2)] + imm(1)); }
  template <class T> void write(int64_t value) const { poke<T>(m.x[reg(2)] + imm(1), T(value)); }

  void vset(int64_t avl) {
    m.type = Vtype::decoded(imm(2));
    m.vl = avl < m.vlmax() ? avl : m.vlmax();
    x(0, m.vl);
  }

  template <class T> T element(int reg, int64_t e) const { return peek<T>(int64_t(&m.v[reg * m.vlenb + e * sizeof(T)])); }
  template <class T> void element(int reg, int64_t e, T value) const { poke<T>(int64_t(&m.v[reg * m.vlenb + e * sizeof(T)]), value); }
  template <class T> void poison_tail() {
    for (int64_t e = m.vl; e < m.vlmax() && !m.type.keep_tail; ++e) element<T>(reg(0), e, T(~T(0)));
  }
  bool bit(int reg, int64_t e) const { return m.v[reg * m.vlenb + e / 8] >> e % 8 & 1; }
  void bit(int reg, int64_t e, bool value) const {
    uint8_t &byte = m.v[reg * m.vlenb + e / 8];
    byte = uint8_t((byte & ~(1 << e % 8)) | value << e % 8);
  }

  template <class T> void load(int64_t stride) {
    for (int64_t e = 0; e < m.vl; ++e) element<T>(reg(0), e, peek<T>(x(1) + e * stride));
    poison_tail<T>();
  }
  template <class T> void store(int64_t stride) {
    for (int64_t e = 0; e < m.vl; ++e) poke<T>(x(1) + e * stride, element<T>(reg(0), e));
  }

  /// Operand k for element e, as bits.
  template <class U> U operand(int k, int64_t e) const {
    if (!has(k)) return 0;
    if (kind(k) == 'v') return element<U>(reg(k), e);
    if (kind(k) == 'x') return U(x(k));
    return sizeof(U) == 4 ? U(w(k)) : U(f(k));
  }
  template <class U, class F> void each(F body) {
    for (int64_t e = 0; e < m.vl; ++e) body(e, operand<U>(0, e), operand<U>(1, e), operand<U>(2, e), bit(0, e));
  }
  template <class F> void bits(F value) {
    const auto all = [&]<class U>(U) {
      each<U>([&](int64_t e, U d, U a, U b, bool k) { element<U>(reg(0), e, value(d, a, b, k)); });
      poison_tail<U>();
    };
    m.type.sew == 32 ? all(uint32_t()) : all(uint64_t());
  }
  template <class F> void numbers(F value) {
    const auto all = [&]<class U, class T>(U, T) {
      const auto of = [](U bits) { return std::bit_cast<T>(bits); };
      each<U>([&](int64_t e, U d, U a, U b, bool) { element<T>(reg(0), e, canonical(T(value(of(d), of(a), of(b))))); });
      poison_tail<U>();
    };
    m.type.sew == 32 ? all(uint32_t(), float()) : all(uint64_t(), double());
  }
  void poison_mask() {
    for (int64_t e = m.vl; e < m.vlenb * 8; ++e) bit(reg(0), e, true); // mask results have agnostic tails
  }
  template <class F> void mask(F value) {
    std::vector<bool> result(size_t(m.vl)); // the destination may be part of a source
    const auto all = [&]<class U, class T>(U, T) {
      each<U>([&](int64_t e, U, U a, U b, bool) { result[e] = value(std::bit_cast<T>(a), std::bit_cast<T>(b)); });
    };
    m.type.sew == 32 ? all(uint32_t(), float()) : all(uint64_t(), double());
    for (int64_t e = 0; e < m.vl; ++e) bit(reg(0), e, result[e]);
    poison_mask();
  }
  template <class F> void masks(F value) {
    for (int64_t e = 0; e < m.vl; ++e) bit(reg(0), e, value(bit(reg(1), e), has(2) && bit(reg(2), e)));
    poison_mask();
  }

  void first() { m.type.sew == 32 ? f32(0, element<uint32_t>(reg(1), 0)) : f(0, element<uint64_t>(reg(1), 0)); }
  void slide_down() {
    const auto all = [&]<class U>(U) {
      for (int64_t e = 0; e < m.vl; ++e)
        element<U>(reg(0), e, e + x(2) < m.vlmax() ? element<U>(reg(1), e + x(2)) : U(0));
      poison_tail<U>();
    };
    m.type.sew == 32 ? all(uint32_t()) : all(uint64_t());
  }
  /// The first element of operand 2 and all of operand 1, in order: one of the orders that the unordered sum may take.
  void sum() {
    const auto all = [&]<class U, class T>(U, T) {
      T total = element<T>(reg(2), 0);
      for (int64_t e = 0; e < m.vl; ++e) total = canonical(total + element<T>(reg(1), e));
      if (m.vl) element<T>(reg(0), 0, total);
      for (int64_t e = 1; e < m.vlenb / int64_t(sizeof(T)) && m.vl && !m.type.keep_tail; ++e) element<U>(reg(0), e, U(~U(0)));
    };
    m.type.sew == 32 ? all(uint32_t(), float()) : all(uint64_t(), double());
  }
};

} // namespace vecwrap::rvv
