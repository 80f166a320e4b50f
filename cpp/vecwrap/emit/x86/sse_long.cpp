// Arithmetic on i64 that SSE2 has no instructions for, from that on 32 bits.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {

/// Into scratch 0: the lower halves' whole product, and what either lower half makes of the other's upper half, moved up.
void Sse::long_multiply(const Xmm &a, const Xmm &b) {
  const Xmm x = scratch(0), y = scratch(1);
  movaps(x, a), psrlq(x, 32), pmuludq(x, b);
  movaps(y, b), psrlq(y, 32), pmuludq(y, a);
  paddq(x, y), psllq(x, 32);
  movaps(y, a), pmuludq(y, b), paddq(x, y);
}

/// The upper halves decide; where they are equal, the lower ones, without signs: the difference's upper half is what they borrow.
void Sse::long_greater(const Xmm &mask, const Xmm &a, const Xmm &b) {
  const Xmm other = scratch(1);
  movaps(mask, b), psubq(mask, a);
  movaps(other, a), pcmpeqd(other, b), andps(mask, other);
  movaps(other, a), pcmpgtd(other, b), orps(mask, other);
  pshufd(mask, mask, kUpperWords);
}

/// Of a negative number the complement is shifted, which brings zeros in. Shifts are by the first lane's distance, so the lanes of two
/// are shifted one after the other.
void Sse::long_shift(const VInst &i) {
  const Xmm x = scratch(0), sign = scratch(1), count = scratch(2);
  const auto by = [&](const Xmm &reg, auto distance) { i.op == VOp::VShl ? psllq(reg, distance) : psrlq(reg, distance); };
  if (i.op == VOp::VAshr) sign_of(sign, Xmm(i.a));
  movaps(x, Xmm(i.a));
  if (i.op == VOp::VAshr) xorps(x, sign);
  if (i.b < 0) by(x, int(i.imm));
  else {
    movaps(count, Xmm(i.b)), andps(count, packed(uint64_t(shift_mask(p_.type))));
    if (!one()) movaps(scratch(3), x);
    by(x, count);
    if (!one()) pshufd(count, count, 0xee), by(scratch(3), count), movsd(scratch(3), x), movaps(x, scratch(3));
  }
  if (i.op == VOp::VAshr) xorps(x, sign);
  movaps(Xmm(i.d), x);
}

void Sse::longs_of(const Xmm &d) {
  const Xmm sign = scratch(0);
  movaps(sign, d), psrad(sign, 31);
  punpckldq(d, sign);
}

} // namespace vecwrap::x86
