// Vector operations of plain x86-64: SSE2 in legacy encodings. Two operands, the first of which is overwritten; packed memory
// operands lie on multiples of 16 bytes, so only the pool of constants is one. No fused multiply-add, no rounding, no
// blends, no masks: what that takes is built from what there is. A private header of its parts: sse.cpp (arithmetic),
// sse_integer.cpp, sse_long.cpp,
// sse_memory.cpp, sse_convert.cpp, sse_dot.cpp, sse_fma.cpp.
#pragma once
#include "emit/x86/emitter.h"

namespace vecwrap::x86 {

/// One column per ps, pd, ss, sd.
using Unary = void (CodeGenerator::*)(const Xmm &, const Operand &);

class Sse : public Emitter {
public:
  using Emitter::Emitter;

private:
  void vector(const VInst &i) override;
  void tables() override;
  void tail_bits() override { bits64() ? movmskpd(edx, Xmm(p_.tail_reg)) : movmskps(edx, Xmm(p_.tail_reg)); }

  /// Registers of the emitter's own (sse_scratch), from the last one downwards.
  Xmm scratch(int n) const { return Xmm((p_.tail_reg >= 0 ? p_.tail_reg : 16) - 1 - n); }
  bool one() const { return p_.lanes == 1; }
  void copy(const Xmm &d, const Xmm &a) { if (d.getIdx() != a.getIdx()) movaps(d, a); }

  // Constants, as operands in memory.
  uint64_t doubled(uint64_t bits) const { return bits64() ? bits : bits << 32 | bits; }
  Address packed(uint64_t bits) { return ptr[rip + pool(doubled(bits), 2)]; } ///< in every lane, aligned
  Address words(uint32_t w) { return ptr[rip + pool(uint64_t(w) << 32 | w, 2)]; }
  Address everywhere(double value) { return one() && !integral() ? ptr[rip + pool(bits_of(value), 1)] : packed(bits_of(value)); }
  uint64_t sign_bit() const { return bits64() ? uint64_t(1) << 63 : uint64_t(1) << 31; }

  // sse.cpp
  void binary(const Unary *row, const VInst &i, bool commutes);
  void two(Unary f, const Xmm &d, const Xmm &a, const Xmm &b, bool commutes);
  void bits(const VInst &i, Unary f, uint64_t word) { copy(Xmm(i.d), Xmm(i.a)), (this->*f)(Xmm(i.d), packed(word)); }
  void round(const VInst &i);
  void pow2(const VInst &i);
  void exponent(const VInst &i);
  void biased(const VInst &i);
  void compare(const Xmm &mask, const Xmm &other, const VInst &i);
  void select(const VInst &i);
  void blend(const Xmm &d, const Xmm &yes, const Xmm &no); ///< by the mask in scratch 0; scratch 1 is overwritten
  void merge(const VInst &i);
  void fold(const VInst &i);

  // sse_integer.cpp: i32 and i64
  static constexpr uint8_t kUpperWords = 0xf5, kSwappedWords = 0xb1; ///< pshufd: of each 64 bits
  bool integer(const VInst &i); ///< false for what does not care for the type
  Xmm second(const VInst &i);   ///< operand b in a register
  void multiply(const VInst &i);
  void extreme(const VInst &i);
  void bitwise(const VInst &i, Unary f);
  void shift(const VInst &i);
  void multiply_high(const VInst &i);
  void select_integers(const VInst &i);
  void plus(const Xmm &d, const Operand &b);
  void minus(const Xmm &d, const Operand &b);
  void sign_of(const Xmm &to, const Xmm &a);
  void greater(const Xmm &mask, const Xmm &a, const Xmm &b);
  void equal(const Xmm &mask, const Xmm &a, const Xmm &b);

  // sse_long.cpp: i64
  void long_multiply(const Xmm &a, const Xmm &b);
  void long_greater(const Xmm &mask, const Xmm &a, const Xmm &b);
  void long_shift(const VInst &i);
  void longs_of(const Xmm &d); ///< two words become two numbers of i64

  // sse_memory.cpp
  void splat(const Xmm &d) { bits64() ? unpcklpd(d, d) : shufps(d, d, 0); }
  void constant(const VInst &i);
  void broadcast(const VInst &i);
  void load(const VInst &i);
  void store(const VInst &i);
  void load_tail(const VInst &i);
  void store_tail(const VInst &i);
  void tail(const VInst &i);
  void insert(const VInst &i);
  void extract(const VInst &i);
  void place_piece(const VInst &i);
  void pick_piece(const VInst &i);

  // sse_convert.cpp
  void load_one(const VInst &i);  ///< one element of another type
  void store_one(const VInst &i);
  void load_converted(const VInst &i);  ///< a vector of them
  void store_converted(const VInst &i);
  void load_vector(const VInst &i, const RegExp &from);
  void store_vector(const VInst &i, const RegExp &to);
  void low_words(const Xmm &t, const Xmm &a);  ///< the lower halves of integers, side by side
  void store_words(const RegExp &to, const Xmm &t);
  void load_lanes(const VInst &i, const RegExp &from);
  void store_lanes(const VInst &i, const RegExp &to);
  void widen_half(const Xmm &d);               ///< the halves in the lower 16 bits of each lane
  void narrow_half(const VInst &i);            ///< i.a -> the lower 16 bits of each lane of i.t; i.e is overwritten
  void narrow_bfloat(const VInst &i);

  // sse_dot.cpp
  void dot(const VInst &i);
  void group(const VInst &i);
  void group_everywhere(const VInst &i);
  void row(const VInst &i, const Xmm &d);

  // sse_fma.cpp
  void fma(const VInst &i);
  void read_operand(const Xmm &to, const VInst &i, int operand, int reg);
  void fma_routine();
  void fma_of_floats();
  void fma_of_doubles(); ///< through the x87
  void split_on_stack(int from, int high, int low);
  void push_extended(int at);
  void pop_extended(int at);
  void sum_of_two();
  void sum_to_odd();

  Label masks_, fma_;
  bool uses_masks_ = false, uses_fma_ = false;
};

} // namespace vecwrap::x86
