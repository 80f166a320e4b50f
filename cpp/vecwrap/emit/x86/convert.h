// Vectors of elements that are stored in another type than is computed in.
#pragma once
#include "ir/nest.h"
#include <xbyak/xbyak.h>

namespace vecwrap::x86 {

/// t = the upper halves of the rounded elements of a, as integers; `u` is overwritten. Any one size of registers.
void round_to_bf16(Xbyak::CodeGenerator &, bool wide, const Xbyak::Xmm &t, const Xbyak::Xmm &u, const Xbyak::Xmm &a);

/// For a vector register of the computed type. `masked`: k1 has one bit per element (AVX-512); k2 and k3 are overwritten.
class Conversion {
public:
  Conversion(Xbyak::CodeGenerator &g, bool wide, Type computed, Type stored)
      : g_(g), wide_(wide), bits64_(size_of(computed) == 8), integral_(wraps(computed)), stored_(stored) {}

  void load(int d, int t, const Xbyak::RegExp &from, bool masked) const;
  void store(const Xbyak::RegExp &to, int a, int t, int u, bool masked) const; ///< t and u are overwritten

private:
  Xbyak::Xmm full(int v) const { return wide_ ? Xbyak::Xmm(Xbyak::Zmm(v)) : Xbyak::Xmm(Xbyak::Ymm(v)); }
  Xbyak::Xmm half(int v) const { return wide_ ? Xbyak::Xmm(Xbyak::Ymm(v)) : Xbyak::Xmm(v); }
  Xbyak::Xmm lanes32(int v) const { return bits64_ ? half(v) : full(v); } ///< one 32-bit element per lane
  int full_bytes() const { return wide_ ? 64 : 32; }
  void load_longs(int d, const Xbyak::RegExp &from, bool masked) const;
  void low_words(int t, int a) const; ///< lanes32(t) = the lower halves of the integers in a
  void load_doubles(int d, int t, const Xbyak::RegExp &from, bool masked) const;
  void store_doubles(const Xbyak::RegExp &to, int a, int t, bool masked) const;
  void store_bytes(const Xbyak::RegExp &to, int t, bool masked) const;
  void store_words(const Xbyak::RegExp &to, int t, bool masked) const;

  Xbyak::CodeGenerator &g_;
  bool wide_, bits64_, integral_;
  Type stored_;
};

} // namespace vecwrap::x86
