// Loads and stores: masked tails, strided lanes, other types in memory, constants.
#include "emit/x86/convert.h"
#include "emit/x86/avx.h"

namespace vecwrap::x86 {

Xmm Avx::reg(int v, bool one) const {
  if (p_.lanes == 1 || one) return Xmm(v);
  return wide_ ? Xmm(Zmm(v)) : Xmm(Ymm(v));
}

void Avx::broadcast(const Xmm &d, const Address &from) {
  if (p_.lanes == 1) bits64() ? vmovsd(d, from) : vmovss(d, from);
  else if (bits64()) wide_ ? vbroadcastsd(Zmm(d.getIdx()), from) : vbroadcastsd(Ymm(d.getIdx()), from);
  else vbroadcastss(d, from);
}

Xmm Avx::distances(const VInst &i) {
  const Xmm t = !bits64() ? reg(i.t) : wide_ ? Xmm(Ymm(i.t)) : Xmm(i.t);
  wide_ ? vmovdqu32(t, ptr[rip + distances_[i.imm]]) : vmovdqu(t, ptr[rip + distances_[i.imm]]);
  return t;
}

void Avx::lanes_mask(const VInst &i) {
  const bool tail = i.lanes == Lanes::Tail;
  if (wide_) return tail ? kmovw(k2, k1) : kxnorw(k2, k2, k2);
  const Ymm e(i.e);
  tail ? vmovaps(e, Ymm(p_.tail_reg)) : vpcmpeqd(e, e, e);
}

Reg64 Avx::first_lane(const VInst &i) {
  lea(rax, ptr[place(i.mem)]);
  return rax;
}

void Avx::gather(const VInst &i) {
  const Xmm d = reg(i.d), t = distances(i);
  lanes_mask(i);
  const Reg64 base = first_lane(i);
  if (wide_) {
    vpxord(d, d, d);
    return bits64() ? vgatherdpd(Zmm(i.d) | k2, ptr[base + Ymm(t.getIdx())]) : vgatherdps(Zmm(i.d) | k2, ptr[base + Zmm(t.getIdx())]);
  }
  vxorps(d, d, d);
  bits64() ? vgatherdpd(Ymm(i.d), ptr[base + Xmm(t.getIdx())], Ymm(i.e)) : vgatherdps(Ymm(i.d), ptr[base + Ymm(t.getIdx())], Ymm(i.e));
}

void Avx::scatter(const VInst &i) {
  const Xmm t = distances(i);
  lanes_mask(i);
  const Reg64 base = first_lane(i);
  bits64() ? vscatterdpd(ptr[base + Ymm(t.getIdx())] | k2, Zmm(i.a)) : vscatterdps(ptr[base + Zmm(t.getIdx())] | k2, Zmm(i.a));
}

void Avx::load_converted(const VInst &i) {
  const Xmm d(i.d);
  const RegExp e = place(i.mem);
  switch (*i.stored) {
  case vecwrap::Type::F32:
    if (integral()) { vcvttss2si(eax, dword[e]); break; }
    vxorps(d, d, d), vcvtss2sd(d, d, dword[e]);
    return;
  case vecwrap::Type::F64: vxorps(d, d, d), vcvtsd2ss(d, d, qword[e]); return;
  case vecwrap::Type::I32: movsxd(rax, dword[e]); break;
  case vecwrap::Type::I64: mov(rax, qword[e]); break;
  case vecwrap::Type::U8: movzx(eax, byte[e]); break;
  case vecwrap::Type::I8: movsx(rax, byte[e]); break;
  case vecwrap::Type::I16: movsx(rax, word[e]); break;
  case vecwrap::Type::U16: movzx(eax, word[e]); break;
  case vecwrap::Type::F16: movzx(eax, word[e]), vmovd(d, eax), vcvtph2ps(d, d); return;
  case vecwrap::Type::BF16: movzx(eax, word[e]), shl(eax, 16), vmovd(d, eax); return;
  }
  if (integral()) return bits64() ? vmovq(d, rax) : vmovd(d, eax);
  vxorps(d, d, d);
  bits64() ? vcvtsi2sd(d, d, rax) : vcvtsi2ss(d, d, rax);
}

void Avx::store_converted(const VInst &i) {
  const Xmm a(i.a), t(i.t);
  if (*i.stored == vecwrap::Type::F32) return integral() ? vcvtdq2ps(t, a) : vcvtsd2ss(t, a, a), vmovss(memory(i.mem), t);
  if (*i.stored == vecwrap::Type::F64) return vcvtss2sd(t, a, a), vmovsd(memory(i.mem), t);
  if (*i.stored == vecwrap::Type::F16) return vcvtps2ph(t, a, 0), vpextrw(memory(i.mem), t, 0);
  if (*i.stored == vecwrap::Type::BF16) return round_to_bf16(*this, wide_, t, Xmm(i.e), a), vpextrw(memory(i.mem), t, 0);
  const bool wide = *i.stored == vecwrap::Type::I64;
  const Reg64 whole = rax;
  if (integral()) return store_low(i, a);
  if (wide) bits64() ? vcvttsd2si(whole, a) : vcvttss2si(whole, a), vmovq(t, whole), vmovq(memory(i.mem), t);
  else bits64() ? vcvttsd2si(eax, a) : vcvttss2si(eax, a), vmovd(t, eax), store_low(i, t);
}

void Avx::store_low(const VInst &i, const Xmm &from) {
  const int bytes = size_of(*i.stored);
  const Address to = memory(i.mem);
  bytes == 1 ? vpextrb(to, from, 0) : bytes == 2 ? vpextrw(to, from, 0) : vmovd(to, from);
}

void Avx::load_everywhere(const VInst &i) {
  load_converted(i);
  if (p_.lanes == 1) return;
  if (!bits64()) vbroadcastss(reg(i.d), Xmm(i.d));
  else wide_ ? vbroadcastsd(Zmm(i.d), Xmm(i.d)) : vbroadcastsd(Ymm(i.d), Xmm(i.d));
}

void Avx::load_vector_converted(const VInst &i) {
  const Conversion convert(*this, wide_, type_, *i.stored);
  if (i.lanes != Lanes::Tail || wide_) return convert.load(i.d, i.t, place(i.mem), i.lanes == Lanes::Tail);
  Label whole, done;
  whole_tail(whole);
  copy_tail(i, false);
  convert.load(i.d, i.t, rsp - kScratch, false);
  jmp(done, T_NEAR);
  L(whole), convert.load(i.d, i.t, place(i.mem), false);
  L(done);
}

void Avx::store_vector_converted(const VInst &i) {
  const Conversion convert(*this, wide_, type_, *i.stored);
  if (i.lanes != Lanes::Tail || wide_) return convert.store(place(i.mem), i.a, i.t, i.e, i.lanes == Lanes::Tail);
  Label whole, done;
  whole_tail(whole);
  convert.store(rsp - kScratch, i.a, i.t, i.e, false);
  copy_tail(i, true);
  jmp(done, T_NEAR);
  L(whole), convert.store(place(i.mem), i.a, i.t, i.e, false);
  L(done);
}

void Avx::load(const VInst &i) {
  if (i.stored) return is_one(i) ? load_converted(i) : load_vector_converted(i);
  const Address from = memory(i.mem);
  const bool one = p_.lanes == 1 || i.lanes == Lanes::One;
  const Xmm d = reg(i.d, one);
  if (one) bits64() ? vmovsd(d, from) : vmovss(d, from);
  else if (i.lanes == Lanes::All) bits64() ? vmovupd(d, from) : vmovups(d, from);
  else if (wide_) bits64() ? vmovupd(d | k1 | T_z, from) : vmovups(d | k1 | T_z, from);
  else bits64() ? vmaskmovpd(d, reg(p_.tail_reg), from) : vmaskmovps(d, reg(p_.tail_reg), from);
}

void Avx::store(const VInst &i) {
  if (i.stored) return is_one(i) ? store_converted(i) : store_vector_converted(i);
  const Address to = memory(i.mem);
  const bool one = p_.lanes == 1 || i.lanes == Lanes::One;
  const Xmm a = reg(i.a, one);
  if (one) bits64() ? vmovsd(to, a) : vmovss(to, a);
  else if (i.stream) bits64() ? vmovntpd(to, a) : vmovntps(to, a);
  else if (i.lanes == Lanes::All) bits64() ? vmovupd(to, a) : vmovups(to, a);
  else if (wide_) bits64() ? vmovupd(to | k1, a) : vmovups(to | k1, a);
  else bits64() ? vmaskmovpd(to, reg(p_.tail_reg), a) : vmaskmovps(to, reg(p_.tail_reg), a);
}

void Avx::tail(const VInst &i) {
  if (p_.lanes == 1) return;
  const int size = size_of(i.stored.value_or(p_.type));
  if (wide_ && i.stored) { // up to 64 of them
    if (i.a < 0) mov(rax, (uint64_t(1) << i.value2) - 1);
    else mov(rdx, -1), bzhi(rax, rdx, read(i.a, rax));
    return kmovq(k1, rax);
  }
  if (wide_) {
    if (i.a < 0) mov(eax, (1u << i.value2) - 1);
    else mov(edx, -1), bzhi(eax, edx, read(i.a, rax).cvt32());
    return kmovd(k1, eax);
  }
  const Xmm mask = reg(p_.tail_reg);
  uses_masks_ = true;
  lea(rax, ptr[rip + masks_]);
  if (i.a < 0) return vmovups(mask, ptr[rax + int(32 - i.value2 * size)]);
  if (Reg64 n = read(i.a, rdx); n.getIdx() != rdx.getIdx()) mov(rdx, n);
  neg(rdx);
  vmovups(mask, ptr[rax + rdx * size + 32]);
}

void Avx::constant(const VInst &i) {
  const Xmm d = reg(i.d);
  uint64_t word = bits_of(i.value);
  if (!word) return wide_ || i.d > 15 ? vpxord(d, d, d) : vxorps(d, d, d);
  broadcast(d, ptr[rip + pool(word, 1)]);
}

Address Avx::everywhere(double value) {
  if (p_.lanes == 1 && !integral()) return ptr[rip + pool(bits_of(value), 1)]; // integers read whole registers
  return wide_ && p_.lanes > 1 ? ptr_b[rip + pool(bits_of(value), 1)] : ptr[rip + pool(bits64() ? bits_of(value) : bits_of(value) << 32 | bits_of(value), 4)];
}

void Avx::tables() {
  for (auto &[stride, label] : distances_) {
    align_to(kLine);
    L(label);
    for (int64_t lane = 0; lane < p_.lanes; ++lane) dd(uint32_t(int32_t(lane * stride)));
  }
  shuffle_tables(), spread_tables(), shape_tables();
  if (!uses_masks_) return;
  align_to(kLine);
  L(masks_);
  for (int i = 0; i < 8; ++i) dq(i < 4 ? ~uint64_t(0) : 0);
}

} // namespace vecwrap::x86
