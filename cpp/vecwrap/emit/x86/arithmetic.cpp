// Arithmetic on vector registers, and which operation is emitted by what.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {
namespace {

using Fma = void (CodeGenerator::*)(const Xmm &, const Xmm &, const Operand &);

/// One row per operation.
constexpr Binary kAdd[] = {&CodeGenerator::vaddps, &CodeGenerator::vaddpd, &CodeGenerator::vaddss, &CodeGenerator::vaddsd};
constexpr Binary kSub[] = {&CodeGenerator::vsubps, &CodeGenerator::vsubpd, &CodeGenerator::vsubss, &CodeGenerator::vsubsd};
constexpr Binary kMul[] = {&CodeGenerator::vmulps, &CodeGenerator::vmulpd, &CodeGenerator::vmulss, &CodeGenerator::vmulsd};
constexpr Binary kDiv[] = {&CodeGenerator::vdivps, &CodeGenerator::vdivpd, &CodeGenerator::vdivss, &CodeGenerator::vdivsd};
constexpr Binary kMax[] = {&CodeGenerator::vmaxps, &CodeGenerator::vmaxpd, &CodeGenerator::vmaxss, &CodeGenerator::vmaxsd};
constexpr Binary kMin[] = {&CodeGenerator::vminps, &CodeGenerator::vminpd, &CodeGenerator::vminss, &CodeGenerator::vminsd};
constexpr Fma k132[] = {&CodeGenerator::vfmadd132ps, &CodeGenerator::vfmadd132pd, &CodeGenerator::vfmadd132ss, &CodeGenerator::vfmadd132sd};
constexpr Fma k213[] = {&CodeGenerator::vfmadd213ps, &CodeGenerator::vfmadd213pd, &CodeGenerator::vfmadd213ss, &CodeGenerator::vfmadd213sd};
constexpr Fma k231[] = {&CodeGenerator::vfmadd231ps, &CodeGenerator::vfmadd231pd, &CodeGenerator::vfmadd231ss, &CodeGenerator::vfmadd231sd};

/// Pred -> immediate of vcmpps (Intel SDM vol. 2, table 3-1), the quiet variants.
constexpr uint8_t kCompare[] = {0x0b, 0x00, 0x1e, 0x1d, 0x11, 0x12, 0x0c, 0x07, 0x03, 0x08, 0x16, 0x15, 0x19, 0x1a, 0x04, 0x0f};

} // namespace

void Avx::vector(const VInst &i) {
  if (i.op == VOp::VCast) return integral() ? vcvttps2dq(reg(i.d), reg(i.a)) : vcvtdq2ps(reg(i.d), reg(i.a));
  if (matrix(i)) return;
  if (integral() && integer(i)) return;
  switch (i.op) {
  case VOp::VTail: tail(i); break;
  case VOp::VLoad: load(i); break;
  case VOp::VBcast: i.stored ? load_everywhere(i) : broadcast(reg(i.d), memory(i.mem)); break;
  case VOp::VStore: store(i); break;
  case VOp::VConst: constant(i); break;
  case VOp::VMov: vmovaps(reg(i.d), reg(i.a)); break;
  case VOp::VAdd: binary(kAdd, i, true); break;
  case VOp::VSub: binary(kSub, i, false); break;
  case VOp::VMul: binary(kMul, i, true); break;
  case VOp::VDiv: binary(kDiv, i, false); break;
  case VOp::VMax: binary(kMax, i, false); break;
  case VOp::VMin: binary(kMin, i, false); break;
  case VOp::VFma: fma(i); break;
  case VOp::VNeg: bits(i, bits64() ? &CodeGenerator::vxorpd : &CodeGenerator::vxorps, bits64() ? 0x8000000000000000 : 0x8000000080000000); break;
  case VOp::VAbs: bits(i, bits64() ? &CodeGenerator::vandpd : &CodeGenerator::vandps, bits64() ? 0x7fffffffffffffff : 0x7fffffff7fffffff); break;
  case VOp::VSqrt: square_root(i); break;
  case VOp::VRound: round(i); break;
  case VOp::VPow2: pow2(i); break;
  case VOp::VExponent: exponent(i); break;
  case VOp::VBiased: biased(i); break;
  case VOp::VMerge: merge(i); break;
  case VOp::VFold: fold(i); break;
  case VOp::VInsert: insert(i); break;
  case VOp::VExtract: extract(i); break;
  case VOp::VPlace: place_piece(i); break;
  case VOp::VPick: pick_piece(i); break;
  case VOp::VZipLo: case VOp::VZipHi: zip(i); break;
  case VOp::VGather: gather(i); break;
  case VOp::VScatter: scatter(i); break;
  case VOp::VDot: dot(i); break;
  case VOp::VGroup: group(i); break;
  case VOp::VSpread: spread(i); break;
  case VOp::VRow: elements(i); break;
  default: select(i); break;
  }
}

void Avx::binary(const Binary *row, const VInst &i, bool commutes) {
  const Binary f = row[column()];
  if (i.mem_operand < 0) return (this->*f)(reg(i.d), reg(i.a), reg(i.b));
  const Address m = operand(i);
  (this->*f)(reg(i.d), reg(commutes && i.mem_operand == 0 ? i.b : i.a), m);
}

void Avx::fma(const VInst &i) {
  const int col = column();
  if (i.mem_operand == 2) {
    if (i.d == i.b) return (this->*k213[col])(reg(i.d), reg(i.a), operand(i));
    if (i.d != i.a) vmovaps(reg(i.d), reg(i.a));
    return (this->*k213[col])(reg(i.d), reg(i.b), operand(i));
  }
  if (i.mem_operand >= 0) {
    const int other = i.mem_operand == 0 ? i.b : i.a;
    const Address m = operand(i);
    if (i.d == other && i.d != i.c) return (this->*k132[col])(reg(i.d), reg(i.c), m);
    if (i.d != i.c) vmovaps(reg(i.d), reg(i.c));
    return (this->*k231[col])(reg(i.d), reg(other), m);
  }
  if (i.d == i.c) return (this->*k231[col])(reg(i.d), reg(i.a), reg(i.b));
  if (i.d == i.a) return (this->*k213[col])(reg(i.d), reg(i.b), reg(i.c));
  if (i.d == i.b) return (this->*k213[col])(reg(i.d), reg(i.a), reg(i.c));
  vmovaps(reg(i.d), reg(i.c));
  (this->*k231[col])(reg(i.d), reg(i.a), reg(i.b));
}

void Avx::square_root(const VInst &i) {
  const Xmm d = reg(i.d), a = reg(i.a);
  if (p_.lanes == 1) bits64() ? vsqrtsd(d, d, a) : vsqrtss(d, d, a);
  else bits64() ? vsqrtpd(d, a) : vsqrtps(d, a);
}

void Avx::round(const VInst &i) {
  constexpr uint8_t kNearestEven = 8; // inexact results raise nothing
  const Xmm d = reg(i.d), a = reg(i.a);
  if (wide_ && p_.lanes == 1) bits64() ? vrndscalesd(d, a, a, kNearestEven) : vrndscaless(d, a, a, kNearestEven);
  else if (wide_) bits64() ? vrndscalepd(d, a, kNearestEven) : vrndscaleps(d, a, kNearestEven);
  else if (p_.lanes == 1) bits64() ? vroundsd(d, a, a, kNearestEven) : vroundss(d, a, a, kNearestEven);
  else bits64() ? vroundpd(d, a, kNearestEven) : vroundps(d, a, kNearestEven);
}

void Avx::pow2(const VInst &i) {
  const Exponents e = exponents_of(type_);
  const Xmm d = reg(i.d);
  (this->*kMax[column()])(d, reg(i.a), everywhere(e.least));
  (this->*kMin[column()])(d, d, everywhere(e.greatest));
  (this->*kAdd[column()])(d, d, everywhere(pow2_magic(type_)));
  bits64() ? vpsllq(d, d, e.mantissa) : vpslld(d, d, e.mantissa);
}

void Avx::exponent(const VInst &i) {
  const Exponents e = exponents_of(type_);
  const Xmm d = reg(i.d), a = reg(i.a);
  const double magic = double(int64_t(1) << e.mantissa);
  const uint64_t word = bits64() ? bits_of(magic) : bits_of(magic) << 32 | bits_of(magic);
  bits64() ? vpsllq(d, a, 1) : vpslld(d, a, 1);
  bits64() ? vpsrlq(d, d, e.mantissa + 1) : vpsrld(d, d, e.mantissa + 1);
  bits64() ? vorpd(d, d, ptr[rip + pool(word, 8)]) : vorps(d, d, ptr[rip + pool(word, 8)]);
  (this->*kSub[column()])(d, d, everywhere(magic + e.bias));
}

void Avx::biased(const VInst &i) {
  const int mantissa = exponents_of(type_).mantissa;
  bits64() ? vpsllq(reg(i.d), reg(i.a), mantissa) : vpslld(reg(i.d), reg(i.a), mantissa);
}

void Avx::select(const VInst &i) {
  const Xmm d = reg(i.d), x = reg(i.a), y = reg(i.b), yes = reg(i.c), no = reg(i.e);
  const uint8_t how = kCompare[int(i.pred)];
  if (wide_) {
    bits64() ? vcmppd(k2, x, y, how) : vcmpps(k2, x, y, how);
    bits64() ? vblendmpd(d | k2, no, yes) : vblendmps(d | k2, no, yes);
    return;
  }
  const Xmm t = reg(i.t);
  bits64() ? vcmppd(t, x, y, how) : vcmpps(t, x, y, how);
  bits64() ? vblendvpd(d, no, yes, t) : vblendvps(d, no, yes, t);
}

void Avx::merge(const VInst &i) {
  const Xmm d = reg(i.d), a = reg(i.a);
  if (wide_) return bits64() ? vmovapd(d | k1, a) : vmovaps(d | k1, a);
  bits64() ? vblendvpd(d, d, a, reg(p_.tail_reg)) : vblendvps(d, d, a, reg(p_.tail_reg));
}

void Avx::fold(const VInst &i) {
  const Xmm d(i.d), a(i.a);
  switch (i.imm * size_of(p_.type)) {
  case 32: vextractf64x4(Ymm(i.d), Zmm(i.a), 1); break;
  case 16: wide_ ? vextractf32x4(d, Ymm(i.a), 1) : vextractf128(d, Ymm(i.a), 1); break;
  case 8: vpermilpd(d, a, 1); break;
  default: vmovshdup(d, a); break;
  }
}

} // namespace vecwrap::x86
