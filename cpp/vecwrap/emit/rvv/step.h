// What one instruction does on the machine: the words in which the table's semantics are written.
#pragma once
#include "emit/rvv/machine.h"
#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace vecwrap::rvv {

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
  uint16_t h(int k) const { return f(k) >> 16 == 0xffffffffffff ? uint16_t(f(k)) : kQuietNanH; }
  void h(int k, uint16_t bits) { m.f[reg(k)] = ~uint64_t(0) << 16 | bits; }
  Half half(int k) const { return Half::of_bits(h(k)); }
  void half(int k, float value) { h(k, canonical(Half(value)).bits()); }
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
    m.vl = uint64_t(avl) < uint64_t(m.vlmax()) ? avl : m.vlmax();
    x(0, m.vl);
  }

  template <class T> T element(int reg, int64_t e) const { return peek<T>(int64_t(&m.v[reg * m.vlenb + e * sizeof(T)])); }
  template <class T> void element(int reg, int64_t e, T value) const { poke<T>(int64_t(&m.v[reg * m.vlenb + e * sizeof(T)]), value); }
  /// What a register holds past the last element, and past the vector's length, is as good as anything.
  template <class T> void poison_tail() {
    const int64_t end = std::max(m.vlmax(), int64_t(m.vlenb / sizeof(T)));
    for (int64_t e = m.vl; e < end && !m.type.keep_tail; ++e) element<T>(reg(0), e, T(~T(0)));
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

  /// Field f of all lanes is one vector; lanes follow each other.
  template <class T> int field(int f) const {
    const int emul = m.type.lmul + std::countr_zero(unsigned(8 * sizeof(T))) - std::countr_zero(unsigned(m.type.sew));
    return reg(0) + (f << std::max(emul, 0));
  }
  template <class T> void load_segments(int fields) {
    const int64_t end = std::max(m.vlmax(), int64_t(m.vlenb / sizeof(T)));
    for (int f = 0; f < fields; ++f)
      for (int64_t e = 0; e < end; ++e)
        if (e < m.vl) element<T>(field<T>(f), e, peek<T>(x(1) + (e * fields + f) * int64_t(sizeof(T))));
        else if (!m.type.keep_tail) element<T>(field<T>(f), e, T(~T(0)));
  }
  template <class T> void store_segments(int fields) {
    for (int64_t e = 0; e < m.vl * fields; ++e) poke<T>(x(1) + e * int64_t(sizeof(T)), element<T>(field<T>(int(e % fields)), e / fields));
  }
  void load_indexed() {
    of_width(m.type.sew, [&]<class T>(T) { fill<T>([&](int64_t e) { return peek<T>(x(1) + element<int64_t>(reg(2), e)); }); });
  }

  /// f on an unsigned integer of so many bits, or on one and the number of that size.
  template <class F> static void of_width(int bits, F f) {
    switch (bits) {
    case 8: return f(uint8_t());
    case 16: return f(uint16_t());
    case 32: return f(uint32_t());
    case 64: return f(uint64_t());
    default: throw std::logic_error("no elements of " + std::to_string(bits) + " bits");
    }
  }
  template <class F> void of_number(F f) { 
    m.type.sew == 16 ? f(uint16_t(), Half()) : m.type.sew == 32 ? f(uint32_t(), float()) : f(uint64_t(), double());
  }

  /// Operand k for element e, as bits.
  template <class U> U operand(int k, int64_t e) const {
    if (!has(k)) return 0;
    switch (kind(k)) {
    case 'x': return U(x(k));
    case 'i': return U(imm(k));
    case 'f': return sizeof(U) == 2 ? U(h(k)) : sizeof(U) == 4 ? U(w(k)) : U(f(k));
    default: return element<U>(reg(k), e);
    }
  }
  /// d[e] = value(e), all read before any is written: the destination may be part of a source.
  template <class D, class F> void fill(F value) {
    std::vector<D> result(size_t(m.vl));
    for (int64_t e = 0; e < m.vl; ++e) result[e] = value(e);
    for (int64_t e = 0; e < m.vl; ++e) element<D>(reg(0), e, result[e]);
    poison_tail<D>();
  }
  template <class F> void bits(F value) {
    of_width(m.type.sew, [&]<class U>(U) {
      fill<U>([&](int64_t e) { return U(value(operand<U>(0, e), operand<U>(1, e), operand<U>(2, e), bit(0, e))); });
    });
  }
  template <class F> void numbers(F value) {
    of_number([&]<class U, class T>(U, T) {
      const auto of = [&](int k, int64_t e) { return of_bits<T>(operand<U>(k, e)); };
      fill<U>([&](int64_t e) { return bits_of(canonical(T(value(of(0, e), of(1, e), of(2, e))))); });
    });
  }
  /// Elements of `to` bits from those of `from` bits.
  template <class F> void convert(int to, int from, F value) {
    of_width(to, [&]<class D>(D d) {
      of_width(from, [&]<class S>(S) { fill<D>([&](int64_t e) { return D(value(d, operand<S>(1, e))); }); });
    });
  }
  void extend(int parts, bool sign) {
    convert(m.type.sew, m.type.sew / parts, [&]<class D, class S>(D, S a) { return sign ? D(std::make_signed_t<S>(a)) : D(a); });
  }
  void narrow() {
    convert(m.type.sew, 2 * m.type.sew, [&]<class D, class S>(D, S a) { return D(a >> distance(S(imm(2)))); });
  }

  /// Twice as wide: d + a * b, of integers with a sign or without.
  template <bool SignedA, bool SignedB> void widening() {
    twice([&]<class D, class S>(D, S) {
      const auto whole = [](bool sign, S v) { return sign ? uint64_t(int64_t(std::make_signed_t<S>(v))) : uint64_t(v); };
      fill<D>([&](int64_t e) { return D(operand<D>(0, e) + whole(SignedA, operand<S>(1, e)) * whole(SignedB, operand<S>(2, e))); });
    });
  }
  void widening() { ///< the same, of numbers; the product is exact
    twice([&]<class D, class S>(D d, S) {
      if constexpr (sizeof(D) > 2) {
        using T = std::conditional_t<sizeof(D) == 4, float, double>;
        fill<D>([&](int64_t e) {
          return float_bits(d, std::fma(T(real(operand<S>(1, e))), T(real(operand<S>(2, e))), std::bit_cast<T>(operand<D>(0, e))));
        });
      }
    });
  }
  /// f on unsigned integers of twice vtype's width, and of that.
  template <class F> void twice(F f) {
    if (m.type.sew == 8) return f(uint16_t(), uint8_t());
    m.type.sew == 16 ? f(uint32_t(), uint16_t()) : f(uint64_t(), uint32_t());
  }

  void poison_mask() {
    for (int64_t e = m.vl; e < m.vlenb * 8; ++e) bit(reg(0), e, true); // mask results have agnostic tails
  }
  template <class F> void mask_of(F value) {
    std::vector<bool> result(size_t(m.vl)); // the destination may be part of a source
    for (int64_t e = 0; e < m.vl; ++e) result[e] = value(e);
    for (int64_t e = 0; e < m.vl; ++e) bit(reg(0), e, result[e]);
    poison_mask();
  }
  template <class F> void mask(F value) {
    of_number([&]<class U, class T>(U, T) {
      mask_of([&](int64_t e) { return value(of_bits<T>(operand<U>(1, e)), of_bits<T>(operand<U>(2, e))); });
    });
  }
  template <class F> void compare(F value) {
    of_width(m.type.sew, [&]<class U>(U) {
      using Signed = std::make_signed_t<U>;
      mask_of([&](int64_t e) { return value(Signed(operand<U>(1, e)), Signed(operand<U>(2, e))); });
    });
  }
  template <class F> void masks(F value) {
    mask_of([&](int64_t e) { return value(bit(reg(1), e), has(2) && bit(reg(2), e)); });
  }

  void first() {
    if (m.type.sew == 16) return h(0, element<uint16_t>(reg(1), 0));
    m.type.sew == 32 ? f32(0, element<uint32_t>(reg(1), 0)) : f(0, element<uint64_t>(reg(1), 0));
  }
  void slide_down() {
    of_width(m.type.sew, [&]<class U>(U) {
      fill<U>([&](int64_t e) { return uint64_t(x(2)) < uint64_t(m.vlmax() - e) ? element<U>(reg(1), e + x(2)) : U(0); });
    });
  }
  /// The first element of operand 2 and all of operand 1, in order: one of the orders that the unordered sum may take.
  void sum() { fold_numbers([](auto a, auto b) { return a + b; }); }
  template <class F> void fold_numbers(F join) {
    of_number([&]<class U, class T>(U, T) {
      fold<U>([&](U a, U b) { return bits_of(canonical(T(join(of_bits<T>(a), of_bits<T>(b))))); });
    });
  }
  template <class F> void fold_integers(F join) {
    of_width(m.type.sew, [&]<class U>(U) { fold<U>([&](U a, U b) { return U(join(a, b)); }); });
  }
  template <class U, class F> void fold(F join) {
    U total = element<U>(reg(2), 0);
    for (int64_t e = 0; e < m.vl; ++e) total = join(total, element<U>(reg(1), e));
    if (m.vl) element<U>(reg(0), 0, total);
    for (int64_t e = 1; e < m.vlenb / int64_t(sizeof(U)) && m.vl && !m.type.keep_tail; ++e) element<U>(reg(0), e, U(~U(0)));
  }
};

} // namespace vecwrap::rvv
