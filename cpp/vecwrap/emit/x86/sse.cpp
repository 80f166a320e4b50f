// Arithmetic on the registers of SSE2, and which operation is emitted by what.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {
namespace {

using G = CodeGenerator;
constexpr Unary kAdd[] = {&G::addps, &G::addpd, &G::addss, &G::addsd};
constexpr Unary kSub[] = {&G::subps, &G::subpd, &G::subss, &G::subsd};
constexpr Unary kMul[] = {&G::mulps, &G::mulpd, &G::mulss, &G::mulsd};
constexpr Unary kDiv[] = {&G::divps, &G::divpd, &G::divss, &G::divsd};
constexpr Unary kMax[] = {&G::maxps, &G::maxpd, &G::maxss, &G::maxsd};
constexpr Unary kMin[] = {&G::minps, &G::minpd, &G::minss, &G::minsd};
constexpr Unary kSqrt[] = {&G::sqrtps, &G::sqrtpd, &G::sqrtss, &G::sqrtsd};

/// Pred -> immediate of cmpps (Intel SDM vol. 2, table 3-7), which knows no "greater": the operands change places, or the
/// comparison is made both ways.
enum class Ways : uint8_t { As, Swapped, Either, Both };
struct Comparison { uint8_t how; Ways ways; };
constexpr uint8_t kEq = 0, kLt = 1, kLe = 2, kUnord = 3, kNeq = 4, kNlt = 5, kNle = 6, kOrd = 7;
constexpr Comparison kComparisons[] = {
    {kEq, Ways::As},    {kEq, Ways::As},    {kLt, Ways::Swapped}, {kLe, Ways::Swapped}, {kLt, Ways::As},       {kLe, Ways::As},
    {kLt, Ways::Either}, {kOrd, Ways::As},  {kUnord, Ways::As},   {kNlt, Ways::Both},   {kNle, Ways::As},      {kNlt, Ways::As},
    {kNle, Ways::Swapped}, {kNlt, Ways::Swapped}, {kNeq, Ways::As}, {kNeq, Ways::As}};

} // namespace

void Sse::vector(const VInst &i) {
  const Xmm d(i.d), a(i.a);
  if (i.op == VOp::VCast) return integral() ? cvttps2dq(d, a) : cvtdq2ps(d, a);
  if (integral() && integer(i)) return;
  switch (i.op) {
  case VOp::VTail: tail(i); break;
  case VOp::VLoad: load(i); break;
  case VOp::VBcast: broadcast(i); break;
  case VOp::VStore: store(i); break;
  case VOp::VConst: constant(i); break;
  case VOp::VMov: copy(d, a); break;
  case VOp::VAdd: binary(kAdd, i, true); break;
  case VOp::VSub: binary(kSub, i, false); break;
  case VOp::VMul: binary(kMul, i, true); break;
  case VOp::VDiv: binary(kDiv, i, false); break;
  case VOp::VMax: binary(kMax, i, false); break;
  case VOp::VMin: binary(kMin, i, false); break;
  case VOp::VFma: fma(i); break;
  case VOp::VNeg: bits(i, &G::xorps, sign_bit()); break;
  case VOp::VAbs: bits(i, &G::andps, sign_bit() - 1); break;
  case VOp::VSqrt: (this->*kSqrt[column()])(d, a); break;
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
  case VOp::VZipLo: two(bits64() ? Unary(&G::unpcklpd) : &G::unpcklps, d, a, Xmm(i.b), false); break;
  case VOp::VZipHi: two(bits64() ? Unary(&G::unpckhpd) : &G::unpckhps, d, a, Xmm(i.b), false); break;
  case VOp::VDot: dot(i); break;
  case VOp::VGroup: group(i); break;
  default: select(i); break;
  }
}

/// d = f(a, b), whichever of them d is.
void Sse::two(Unary f, const Xmm &d, const Xmm &a, const Xmm &b, bool commutes) {
  if (d.getIdx() == b.getIdx() && d.getIdx() != a.getIdx()) {
    if (commutes) return (this->*f)(d, a);
    movaps(scratch(0), b), movaps(d, a);
    return (this->*f)(d, scratch(0));
  }
  copy(d, a);
  (this->*f)(d, b);
}

void Sse::binary(const Unary *row, const VInst &i, bool commutes) {
  const Unary f = row[column()];
  if (i.mem_operand < 0) return two(f, Xmm(i.d), Xmm(i.a), Xmm(i.b), commutes);
  copy(Xmm(i.d), Xmm(i.mem_operand == 0 ? i.b : i.a));
  (this->*f)(Xmm(i.d), i.mem_const ? everywhere(i.value) : memory(i.mem));
}

/// |a| + 2^mantissa - 2^mantissa where |a| is less than that, with the sign of a; else a, which has no fraction.
void Sse::round(const VInst &i) {
  const Xmm d(i.d), a(i.a), mask = scratch(0), whole = scratch(1);
  const uint64_t size = sign_bit() - 1, magic = bits_of(double(int64_t(1) << exponents_of(type_).mantissa));
  movaps(mask, a), andps(mask, packed(size));
  movaps(whole, mask);
  bits64() ? addpd(whole, packed(magic)) : addps(whole, packed(magic));
  bits64() ? subpd(whole, packed(magic)) : subps(whole, packed(magic));
  bits64() ? cmppd(mask, packed(magic), kLt) : cmpps(mask, packed(magic), kLt);
  andps(mask, packed(size));
  andps(whole, mask), andnps(mask, a), orps(mask, whole);
  movaps(d, mask);
}

void Sse::pow2(const VInst &i) {
  const Exponents e = exponents_of(type_);
  const Xmm d(i.d);
  copy(d, Xmm(i.a));
  (this->*kMax[column()])(d, everywhere(e.least));
  (this->*kMin[column()])(d, everywhere(e.greatest));
  (this->*kAdd[column()])(d, everywhere(pow2_magic(type_)));
  bits64() ? psllq(d, e.mantissa) : pslld(d, e.mantissa);
}

void Sse::exponent(const VInst &i) {
  const Exponents e = exponents_of(type_);
  const Xmm d(i.d);
  const double magic = double(int64_t(1) << e.mantissa);
  copy(d, Xmm(i.a));
  bits64() ? psllq(d, 1) : pslld(d, 1);
  bits64() ? psrlq(d, e.mantissa + 1) : psrld(d, e.mantissa + 1);
  orps(d, packed(bits_of(magic)));
  (this->*kSub[column()])(d, everywhere(magic + e.bias));
}

void Sse::biased(const VInst &i) {
  const int mantissa = exponents_of(type_).mantissa;
  const Xmm d(i.d);
  copy(d, Xmm(i.a));
  bits64() ? psllq(d, mantissa) : pslld(d, mantissa);
}

/// All ones in the lanes of `mask` where it holds.
void Sse::compare(const Xmm &mask, const Xmm &other, const VInst &i) {
  if (i.pred == Pred::False) return xorps(mask, mask);
  if (i.pred == Pred::True) return pcmpeqd(mask, mask);
  const auto [how, ways] = kComparisons[int(i.pred)];
  const Xmm x(ways == Ways::Swapped ? i.b : i.a), y(ways == Ways::Swapped ? i.a : i.b);
  movaps(mask, x);
  bits64() ? cmppd(mask, y, how) : cmpps(mask, y, how);
  if (ways != Ways::Either && ways != Ways::Both) return;
  movaps(other, y);
  bits64() ? cmppd(other, x, how) : cmpps(other, x, how);
  ways == Ways::Either ? orps(mask, other) : andps(mask, other);
}

void Sse::select(const VInst &i) {
  compare(scratch(0), scratch(1), i);
  blend(Xmm(i.d), Xmm(i.c), Xmm(i.e));
}

void Sse::blend(const Xmm &d, const Xmm &yes, const Xmm &no) {
  movaps(scratch(1), scratch(0));
  andps(scratch(1), yes), andnps(scratch(0), no), orps(scratch(0), scratch(1));
  movaps(d, scratch(0));
}

void Sse::merge(const VInst &i) {
  movaps(scratch(0), Xmm(p_.tail_reg));
  blend(Xmm(i.d), Xmm(i.a), Xmm(i.d));
}

/// The upper half of what is left comes down: 8 or 4 bytes.
void Sse::fold(const VInst &i) { pshufd(Xmm(i.d), Xmm(i.a), i.imm * size_of(p_.type) == 8 ? 0xee : 0x55); }

} // namespace vecwrap::x86
