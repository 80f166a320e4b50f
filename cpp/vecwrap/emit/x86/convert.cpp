#include "emit/x86/convert.h"

namespace vecwrap::x86 {

using namespace Xbyak;
using Type = vecwrap::Type;

namespace {

constexpr uint8_t kUnordered = 3;  // vcmpps
constexpr uint8_t kNearestEven = 0; // vcvtps2ph

Xmm zeroing(const Xmm &d, bool masked) { return masked ? d | util::k1 | util::T_z : d; }
Address only(const Address &a, bool masked, const Opmask &k = util::k1) { return masked ? a | k : a; }

} // namespace

/// a + 0x7fff + (the lowest bit that stays), in integers; NaN becomes all ones.
void round_to_bf16(CodeGenerator &g, bool wide, const Xmm &t, const Xmm &u, const Xmm &a) {
  g.vpslld(t, a, 15);
  g.vpsrld(t, t, 31);
  if (wide) g.vpaddd(t, t, a), g.vpternlogd(u, u, u, 0xff);
  else g.vpaddd(t, t, a), g.vpcmpeqd(u, u, u);
  g.vpsrld(u, u, 17);
  g.vpaddd(t, t, u);
  if (wide) g.vcmpps(util::k2, a, a, kUnordered), g.vpternlogd(t | util::k2, t, t, 0xff);
  else g.vcmpps(u, a, a, kUnordered), g.vpor(t, t, u);
  g.vpsrld(t, t, 16);
}

void Conversion::load_longs(int d, const RegExp &from, bool masked) const {
  const Address m = util::ptr[from];
  const Xmm to = zeroing(full(d), masked);
  switch (stored_) {
  case Type::I32: return g_.vpmovsxdq(to, m);
  case Type::I16: return g_.vpmovsxwq(to, m);
  case Type::U16: return g_.vpmovzxwq(to, m);
  case Type::I8: return g_.vpmovsxbq(to, m);
  default: return g_.vpmovzxbq(to, m);
  }
}

void Conversion::low_words(int t, int a) const {
  if (!bits64_) g_.vmovaps(full(t), full(a));
  else if (wide_) g_.vpmovqd(half(t), full(a));
  else g_.vpshufd(Ymm(t), Ymm(a), 0x08), g_.vpermq(Ymm(t), Ymm(t), 0x08);
}

void Conversion::load(int d, int t, const RegExp &from, bool masked) const {
  const Address m = util::ptr[from];
  if (integral_ && bits64_) return load_longs(d, from, masked);
  switch (stored_) {
  case Type::F32: return integral_ ? g_.vcvttps2dq(zeroing(full(d), masked), m) : g_.vcvtps2pd(zeroing(full(d), masked), m);
  case Type::F64: return load_doubles(d, t, from, masked);
  case Type::I32: return bits64_ ? g_.vcvtdq2pd(zeroing(full(d), masked), m) : g_.vcvtdq2ps(zeroing(full(d), masked), m);
  case Type::I64: return g_.vcvtqq2pd(zeroing(full(d), masked), m);
  case Type::F16: return g_.vcvtph2ps(zeroing(full(d), masked), m);
  case Type::BF16: g_.vpmovzxwd(zeroing(full(d), masked), m); return g_.vpslld(full(d), full(d), 16);
  case Type::U8: g_.vpmovzxbd(zeroing(lanes32(d), masked), m); break;
  case Type::I8: g_.vpmovsxbd(zeroing(lanes32(d), masked), m); break;
  case Type::I16: g_.vpmovsxwd(zeroing(lanes32(d), masked), m); break;
  case Type::U16: g_.vpmovzxwd(zeroing(lanes32(d), masked), m); break;
  }
  if (integral_) return;
  bits64_ ? g_.vcvtdq2pd(full(d), half(d)) : g_.vcvtdq2ps(full(d), full(d));
}

/// Twice as wide as the register: each half by itself.
void Conversion::load_doubles(int d, int t, const RegExp &from, bool masked) const {
  const AddressFrame &size = wide_ ? util::zword : util::yword;
  g_.vcvtpd2ps(zeroing(half(d), masked), size[from]);
  if (masked) g_.kshiftrw(util::k3, util::k1, 8);
  g_.vcvtpd2ps(masked ? half(t) | util::k3 | util::T_z : half(t), size[from + full_bytes()]);
  if (wide_) g_.vinsertf64x4(Zmm(d), Zmm(d), Ymm(t), 1);
  else g_.vinsertf128(Ymm(d), Ymm(d), Xmm(t), 1);
}

void Conversion::store_doubles(const RegExp &to, int a, int t, bool masked) const {
  g_.vcvtps2pd(full(t), half(a));
  g_.vmovupd(only(util::ptr[to], masked), full(t));
  if (masked) g_.kshiftrw(util::k3, util::k1, 8);
  if (wide_) g_.vextractf64x4(Ymm(t), Zmm(a), 1);
  else g_.vextractf128(Xmm(t), Ymm(a), 1);
  g_.vcvtps2pd(full(t), half(t));
  g_.vmovupd(only(util::ptr[to + full_bytes()], masked, util::k3), full(t));
}

/// The lowest byte of each 32-bit element. Packing works within 16 bytes, so a permutation joins the halves.
void Conversion::store_bytes(const RegExp &to, int t, bool masked) const {
  const Address m = util::ptr[to];
  if (wide_) return g_.vpmovdb(only(m, masked), lanes32(t));
  const Xmm v = lanes32(t), low(t);
  g_.vpslld(v, v, 24), g_.vpsrld(v, v, 24);
  g_.vpackusdw(v, v, v);
  if (!bits64_) g_.vpermq(Ymm(t), Ymm(t), 0x08);
  g_.vpackuswb(low, low, low);
  bits64_ ? g_.vmovd(m, low) : g_.vmovq(m, low);
}

/// The lower half of each 32-bit element.
void Conversion::store_words(const RegExp &to, int t, bool masked) const {
  const Address m = util::ptr[to];
  const Xmm v = lanes32(t), low(t);
  if (wide_) return g_.vpmovdw(only(m, masked), v);
  g_.vpslld(v, v, 16), g_.vpsrld(v, v, 16);
  g_.vpackusdw(v, v, v);
  if (!bits64_) g_.vpermq(Ymm(t), Ymm(t), 0x08);
  bits64_ ? g_.vmovq(m, low) : g_.vmovdqu(m, low);
}

void Conversion::store(const RegExp &to, int a, int t, int u, bool masked) const {
  const Address m = only(util::ptr[to], masked);
  switch (stored_) {
  case Type::F32: integral_ ? g_.vcvtdq2ps(full(t), full(a)) : g_.vcvtpd2ps(half(t), full(a)); return g_.vmovups(m, lanes32(t));
  case Type::F64: return store_doubles(to, a, t, masked);
  case Type::I64: g_.vcvttpd2qq(full(t), full(a)); return g_.vmovupd(m, full(t));
  case Type::F16: return g_.vcvtps2ph(m, full(a), kNearestEven);
  case Type::BF16: round_to_bf16(g_, wide_, full(t), full(u), full(a)); return store_words(to, t, masked);
  case Type::I32: case Type::U8: case Type::I8: case Type::I16: case Type::U16: break;
  }
  if (integral_) low_words(t, a);
  else bits64_ ? g_.vcvttpd2dq(half(t), full(a)) : g_.vcvttps2dq(full(t), full(a));
  if (size_of(stored_) == 2) store_words(to, t, masked);
  else if (stored_ == Type::I32) g_.vmovups(m, lanes32(t));
  else store_bytes(to, t, masked);
}

} // namespace vecwrap::x86
