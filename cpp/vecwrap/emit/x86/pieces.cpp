// Pieces of registers: transposes.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {

void Avx::place_piece(const VInst &i) {
  const Xmm d(i.d);
  if (i.a < 0 && i.imm == 0) return vmovups(d, memory(i.mem));
  if (i.a >= 0 && i.imm == 0) return vmovaps(d, Xmm(i.a));
  if (i.a < 0) return wide_ ? vinsertf32x4(Zmm(i.d), Zmm(i.d), memory(i.mem), uint8_t(i.imm)) : vinsertf128(Ymm(i.d), Ymm(i.d), memory(i.mem), uint8_t(i.imm));
  wide_ ? vinsertf32x4(Zmm(i.d), Zmm(i.d), Xmm(i.a), uint8_t(i.imm)) : vinsertf128(Ymm(i.d), Ymm(i.d), Xmm(i.a), uint8_t(i.imm));
}

void Avx::pick_piece(const VInst &i) {
  const uint8_t piece = uint8_t(i.imm);
  if (i.d >= 0 && piece == 0) return vmovaps(Xmm(i.d), Xmm(i.a));
  if (i.d >= 0) return wide_ ? vextractf32x4(Xmm(i.d), Zmm(i.a), piece) : vextractf128(Xmm(i.d), Ymm(i.a), piece);
  const Address to = memory(i.mem);
  if (piece == 0) return vmovups(to, Xmm(i.a));
  wide_ ? vextractf32x4(to, Zmm(i.a), piece) : vextractf128(to, Ymm(i.a), piece);
}

void Avx::insert(const VInst &i) {
  const Xmm d(i.d);
  const Address from = memory(i.mem);
  bits64() ? vmovhpd(d, d, from) : vinsertps(d, d, from, uint8_t(i.imm << 4));
}

void Avx::extract(const VInst &i) {
  const Xmm a(i.a);
  const Address to = memory(i.mem);
  if (i.imm == 0) return bits64() ? vmovsd(to, a) : vmovss(to, a);
  bits64() ? vmovhpd(to, a) : vextractps(to, a, uint8_t(i.imm));
}

void Avx::zip(const VInst &i) {
  const Xmm d = reg(i.d), a = reg(i.a), b = reg(i.b);
  if (i.stored && size_of(*i.stored) == 1) return i.op == VOp::VZipLo ? vpunpcklbw(d, a, b) : vpunpckhbw(d, a, b);
  if (i.stored) return i.op == VOp::VZipLo ? vpunpcklwd(d, a, b) : vpunpckhwd(d, a, b);
  if (i.op == VOp::VZipLo) bits64() ? vunpcklpd(d, a, b) : vunpcklps(d, a, b);
  else bits64() ? vunpckhpd(d, a, b) : vunpckhps(d, a, b);
}

} // namespace vecwrap::x86
