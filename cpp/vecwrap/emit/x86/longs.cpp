// Arithmetic on vectors of i64 that AVX2 has no instructions for: it multiplies 32 bits, compares, and shifts without signs.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {

bool Avx::built_long(const VInst &i) {
  const Xmm d = reg(i.d);
  switch (i.op) {
  case VOp::VMax: case VOp::VMin: long_extreme(i); return true;
  case VOp::VAshr: long_shift(i); return true;
  case VOp::VAbs: sign_of(reg(i.t), reg(i.a)), vpxor(d, reg(i.a), reg(i.t)), vpsubq(d, d, reg(i.t)); return true;
  default: return false;
  }
}

/// The lower halves' whole product, and what either lower half makes of the other's upper half, moved up.
void Avx::long_product(const Xmm &to, const VInst &i, const Xmm &x, const Operand &y) {
  const Xmm t = reg(i.t), e = reg(i.e);
  vpsrlq(t, x, 32);
  vpmuludq(t, t, y);
  if (y.isMEM()) vmovdqu(e, static_cast<const Address &>(y)), vpsrlq(e, e, 32);
  else vpsrlq(e, y, 32);
  vpmuludq(e, e, x);
  vpaddq(t, t, e);
  vpsllq(t, t, 32);
  vpmuludq(e, x, y);
  vpaddq(to, t, e);
}

void Avx::long_extreme(const VInst &i) {
  const Xmm a = reg(i.a), b = i.mem_operand < 0 ? reg(i.b) : reg(i.e), t = reg(i.t);
  if (i.mem_operand >= 0) vmovdqu(b, operand(i));
  i.op == VOp::VMax ? vpcmpgtq(t, a, b) : vpcmpgtq(t, b, a);
  vblendvpd(reg(i.d), b, a, t);
}

void Avx::sign_of(const Xmm &to, const Xmm &a) {
  vpxor(to, to, to);
  vpcmpgtq(to, to, a);
}

/// Of a negative number the complement is shifted, which brings zeros in.
void Avx::long_shift(const VInst &i) {
  const Xmm d = reg(i.d), sign = reg(i.t);
  if (i.b >= 0) vpand(reg(i.e), reg(i.b), everywhere(shift_mask(p_.type)));
  sign_of(sign, reg(i.a));
  vpxor(d, reg(i.a), sign);
  if (i.b < 0) vpsrlq(d, d, uint8_t(i.imm));
  else vpsrlvq(d, d, reg(i.e));
  vpxor(d, d, sign);
}

} // namespace vecwrap::x86
