// Arithmetic on i32 and i64 with SSE2, which multiplies unsigned words of even lanes and has no extrema. Whole registers, also in
// scalar code. What i64 takes instead is in sse_long.cpp.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {

bool Sse::integer(const VInst &i) {
  const Xmm d(i.d), a(i.a), x = scratch(0), y = scratch(1);
  switch (i.op) {
  case VOp::VAdd: movaps(x, i.mem_operand == 0 ? Xmm(i.b) : a), plus(x, second(i)), movaps(d, x); break;
  case VOp::VSub: movaps(x, a), minus(x, second(i)), movaps(d, x); break;
  case VOp::VMul: multiply(i), movaps(d, x); break;
  case VOp::VFma: multiply(i), i.mem_operand == 2 ? plus(x, everywhere(i.value)) : plus(x, Xmm(i.c)), movaps(d, x); break;
  case VOp::VMax: case VOp::VMin: extreme(i); break;
  case VOp::VNeg: xorps(x, x), minus(x, a), movaps(d, x); break;
  case VOp::VAbs: sign_of(x, a), movaps(y, a), xorps(y, x), minus(y, x), movaps(d, y); break;
  case VOp::VAnd: bitwise(i, &CodeGenerator::andps); break;
  case VOp::VOr: bitwise(i, &CodeGenerator::orps); break;
  case VOp::VXor: bitwise(i, &CodeGenerator::xorps); break;
  case VOp::VShl: case VOp::VAshr: case VOp::VLshr: bits64() ? long_shift(i) : shift(i); break;
  case VOp::VMulh: case VOp::VUmulh: multiply_high(i); break;
  case VOp::VSelect: select_integers(i); break;
  default: return false;
  }
  return true;
}

void Sse::plus(const Xmm &d, const Operand &b) { bits64() ? paddq(d, b) : paddd(d, b); }
void Sse::minus(const Xmm &d, const Operand &b) { bits64() ? psubq(d, b) : psubd(d, b); }

/// All ones in negative lanes.
void Sse::sign_of(const Xmm &to, const Xmm &a) {
  movaps(to, a), psrad(to, 31);
  if (bits64()) pshufd(to, to, kUpperWords);
}

/// All ones in the lanes of `mask` where a > b; scratch 1 is overwritten.
void Sse::greater(const Xmm &mask, const Xmm &a, const Xmm &b) {
  if (bits64()) return long_greater(mask, a, b);
  movaps(mask, a), pcmpgtd(mask, b);
}

void Sse::equal(const Xmm &mask, const Xmm &a, const Xmm &b) {
  movaps(mask, a), pcmpeqd(mask, b);
  if (bits64()) pshufd(scratch(1), mask, kSwappedWords), andps(mask, scratch(1));
}

/// The operand that is in memory, which only a constant is, or b.
Xmm Sse::second(const VInst &i) {
  if (i.mem_operand < 0 || i.mem_operand == 2) return Xmm(i.b);
  movaps(scratch(2), everywhere(i.value));
  return scratch(2);
}

/// Even lanes, then odd ones, into scratch 0.
void Sse::multiply(const VInst &i) {
  if (bits64()) return long_multiply(Xmm(i.mem_operand == 0 ? i.b : i.a), second(i));
  const Xmm even = scratch(0), odd = scratch(1), other = scratch(2), b = second(i);
  movaps(even, Xmm(i.mem_operand == 0 ? i.b : i.a)), movaps(odd, even), psrlq(odd, 32);
  pmuludq(even, b);
  copy(other, b), psrlq(other, 32), pmuludq(odd, other);
  pshufd(even, even, 0x08), pshufd(odd, odd, 0x08), punpckldq(even, odd);
}

void Sse::extreme(const VInst &i) {
  const Xmm a(i.a), b = second(i), mask = scratch(0);
  i.op == VOp::VMax ? greater(mask, a, b) : greater(mask, b, a);
  blend(Xmm(i.d), a, b);
}

void Sse::bitwise(const VInst &i, Unary f) {
  movaps(scratch(0), Xmm(i.mem_operand == 0 ? i.b : i.a));
  (this->*f)(scratch(0), second(i));
  movaps(Xmm(i.d), scratch(0));
}

/// Of numbers without a sign; a negative one stands for 2^32 more, which is the other factor too much in the upper half.
void Sse::multiply_high(const VInst &i) {
  const Xmm a(i.a), b(i.b), even = scratch(0), odd = scratch(1), other = scratch(2);
  constexpr uint64_t kUpper = 0xffffffff00000000;
  movaps(even, a), pmuludq(even, b), psrlq(even, 32);
  movaps(odd, a), psrlq(odd, 32), movaps(other, b), psrlq(other, 32);
  pmuludq(odd, other), andps(odd, ptr[rip + pool(kUpper, 2)]), orps(even, odd);
  for (const auto &[sign, factor] : {std::pair(a, b), std::pair(b, a)})
    if (i.op == VOp::VMulh) movaps(odd, sign), psrad(odd, 31), andps(odd, factor), psubd(even, odd);
  movaps(Xmm(i.d), even);
}

/// There are shifts of all lanes by one distance only: for each bit of the distances, the lanes that have it are shifted by its value.
void Sse::shift(const VInst &i) {
  const Xmm d(i.d), x = scratch(0), has = scratch(1), shifted = scratch(2);
  const auto by = [&](const Xmm &reg, int n) { i.op == VOp::VShl ? pslld(reg, n) : i.op == VOp::VAshr ? psrad(reg, n) : psrld(reg, n); };
  if (i.b < 0) return copy(d, Xmm(i.a)), by(d, int(i.imm));
  movaps(x, Xmm(i.a));
  for (int bit = 0; bit < 5; ++bit) {
    movaps(has, Xmm(i.b)), pslld(has, 31 - bit), psrad(has, 31);
    movaps(shifted, x), by(shifted, 1 << bit);
    andps(shifted, has), andnps(has, x), orps(has, shifted);
    movaps(x, has);
  }
  movaps(d, x);
}

/// Of a predicate's bits integers know equal (1), greater (2) and less (4); what holds with equal does not hold without.
void Sse::select_integers(const VInst &i) {
  const Xmm a(i.a), b(i.b), mask = scratch(0);
  const int bits = int(i.pred) & 7;
  const bool not_wanted = bits == 3 || bits >= 5;
  const int how = not_wanted ? 7 - bits : bits; // equal, greater, less or nothing
  if (how == 0) xorps(mask, mask);
  else if (how == 1) equal(mask, a, b);
  else how == 2 ? greater(mask, a, b) : greater(mask, b, a);
  not_wanted ? blend(Xmm(i.d), Xmm(i.e), Xmm(i.c)) : blend(Xmm(i.d), Xmm(i.c), Xmm(i.e));
}

} // namespace vecwrap::x86
