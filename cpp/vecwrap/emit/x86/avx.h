// Vector operations in VEX and EVEX encodings: AVX2 with FMA, and AVX-512. A private header of its parts: memory.cpp,
// arithmetic.cpp, pieces.cpp.
#pragma once
#include "emit/x86/emitter.h"

namespace vecwrap::x86 {

/// One column per ps, pd, ss, sd.
using Binary = void (CodeGenerator::*)(const Xmm &, const Operand &, const Operand &);
using Integer = void (CodeGenerator::*)(const Xmm &, const Xmm &, const Operand &); ///< of vectors only

class Avx : public Emitter {
public:
  Avx(const VProgram &p, const Target &t, std::span<uint8_t> buffer) : Emitter(p, buffer), wide_(t.isa == Isa::Avx512), vnni_(t.vnni) {}

private:
  void vector(const VInst &i) override;
  void leave_vectors() override;
  void tables() override;
  void tail_bits() override { bits64() ? vmovmskpd(edx, Ymm(p_.tail_reg)) : vmovmskps(edx, Ymm(p_.tail_reg)); }

  Xmm reg(int v, bool one = false) const;

  // dot.cpp
  void dot(const VInst &i);
  void group(const VInst &i);
  void group_everywhere(const VInst &i);
  void group_rows(const VInst &i, int bytes);
  void widen_group(const VInst &i);
  void row(const VInst &i, const Xmm &d, int bytes);
  void pieces_of_row(const VInst &i, const Xmm &d);
  void load_row(const VInst &i, const Xmm &d, int bytes, const RegExp &from);
  void shuffle_rows(const VInst &i);
  void spread(const VInst &i);
  void elements(const VInst &i);
  void widen(const VInst &i, const Xmm &d, const RegExp &from); ///< elements that fill d
  void shuffle_tables();
  void spread_tables();

  void multiply_add(const VInst &i);
  void negate(const VInst &i);
  void select_integers(const VInst &i);
  void integers(Integer f, bool commutes, const VInst &i);
  bool shift(const VInst &i);
  void multiply_high(const VInst &i, Integer f);
  bool integer(const VInst &i); ///< integer.cpp: arithmetic on i32 and i64; false for what does not care for the type
  bool built_long(const VInst &i); ///< longs.cpp: what AVX2 has no instruction for on i64
  void product(const Xmm &to, const VInst &i); ///< of a and b
  void long_product(const Xmm &to, const VInst &i, const Xmm &x, const Operand &y);
  void long_extreme(const VInst &i);
  void sign_of(const Xmm &to, const Xmm &a); ///< all ones in lanes of i64 that are negative
  void long_shift(const VInst &i);
  void broadcast(const Xmm &d, const Address &from);

  bool matrix(const VInst &i); ///< matrix.cpp: Intel's matrix unit; false for other operations
  void matrix_dot(const VInst &i);
  void shape_tables();

  // 16-byte pieces of registers. Loads and stores of them do not care for the type.
  void place_piece(const VInst &i);
  void pick_piece(const VInst &i);
  void insert(const VInst &i);
  void extract(const VInst &i);
  void zip(const VInst &i);

  /// The lanes' distances from the first one, 32 bits each, in register t; half as wide as the data of doubles.
  Xmm distances(const VInst &i);
  /// k2 or register e: the lanes that are read or written. A gather clears it.
  void lanes_mask(const VInst &i);
  /// A compressed displacement of EVEX would be scaled by Xbyak as for whole vectors: rax holds the address.
  Reg64 first_lane(const VInst &i);
  void gather(const VInst &i);
  void scatter(const VInst &i);

  /// One element of another type. Integers pass through rax; what is left in d must not delay the conversion.
  void load_converted(const VInst &i);
  /// The address may need rax and rdx, so the converted value waits in the temporary.
  void store_converted(const VInst &i);
  void store_low(const VInst &i, const Xmm &from); ///< as many bytes of an integer as are stored
  void load_everywhere(const VInst &i);
  /// Elements of another type. What AVX2 cannot mask is copied element by element to or from the red zone.
  void load_vector_converted(const VInst &i);
  void store_vector_converted(const VInst &i);

  void load(const VInst &i);
  void store(const VInst &i);
  /// Lanes 0..n-1 become active: k1 on AVX-512, a mask register on AVX2.
  void tail(const VInst &i);
  void constant(const VInst &i);

  /// The operand that is no register.
  Address operand(const VInst &i) { return i.mem_const ? everywhere(i.value) : memory(i.mem, i.mem_bcast); }
  void binary(const Binary *row, const VInst &i, bool commutes);
  /// d = a*b + c with whichever form needs no copy.
  void fma(const VInst &i);
  void bits(const VInst &i, Binary f, uint64_t word) { (this->*f)(reg(i.d), reg(i.a), ptr[rip + pool(word, 8)]); }
  void square_root(const VInst &i);
  void round(const VInst &i);
  /// The sum with the magic number holds exponent and bias in its lowest bits; a shift puts them into place. max and min
  /// answer with their second operand where the first is NaN.
  void pow2(const VInst &i);
  /// The exponent's bits become the lowest ones of 2^mantissa, from which that and the bias are subtracted.
  void exponent(const VInst &i);
  void biased(const VInst &i);
  /// The constant as a memory operand.
  Address everywhere(double value);
  void select(const VInst &i);
  void merge(const VInst &i);
  /// The upper half of what is left comes down: 32, 16, 8 or 4 bytes.
  void fold(const VInst &i);

  const bool wide_, vnni_;
  std::map<int, Label> shuffles_; ///< element size -> how rows become lanes
  std::map<int64_t, Label> configurations_; ///< of the program's shapes, by number
  std::map<int, Label> spreads_;  ///< element size -> where a row's words go
  std::map<int64_t, Label> distances_; // stride -> its multiples, one per lane
  Label masks_;
  bool uses_masks_ = false;
};

} // namespace vecwrap::x86
