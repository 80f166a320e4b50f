// Loads and stores, and the conversions that come with them.
#include "emit/rvv/emitter.h"
#include <bit>

namespace vecwrap::rvv {
namespace {

constexpr int64_t kHintStep = 32;

} // namespace

Mem Emitter::place(const Mem &m, int scratch) {
  const int from = read(m.base, scratch);
  if (fits12(m.disp)) return {from, -1, 1, m.disp};
  out_.load_imm(kT0, m.disp);
  out_.put(Op::Add, scratch, from, kT0);
  return {scratch, -1, 1, 0};
}

int Emitter::address(const Mem &m, int scratch) {
  const Mem at = place(m, scratch);
  if (!at.disp) return at.base;
  out_.put(Op::Addi, scratch, at.base, at.disp);
  return scratch;
}

/// The instruction's distance is a multiple of 32.
void Emitter::prefetch(const VInst &i) {
  Mem m = place(i.mem, kT1);
  if (m.disp % kHintStep) out_.put(Op::Addi, kT1, m.base, m.disp), m = {kT1, -1, 1, 0};
  out_.put(Op::PrefetchR, m.disp, m.base);
}

void Emitter::load(const VInst &i) {
  if (is_uniform(i.d)) return load_scalar(f(i.d), i);
  if (i.narrow) return load_narrow(i);
  if (i.op == VOp::VBcast) return load_scalar(kF1, i), move(need(i.lanes, true), v(i.d), {true, kF1});
  i.stored ? load_converted(i) : move_memory(i, v(i.d), false);
}

void Emitter::load_scalar(int d, const VInst &i) {
  const Mem m = place(i.mem, kT1);
  const Type stored = i.stored.value_or(p_.type);
  if (i.narrow) return out_.put(stored == Type::F16 ? Op::Flh : Op::Flw, d, m.disp, m.base);
  const int x = in_word(d) ? d - kWord : kT0; // where integers go
  if (stored == p_.type && in_word(d)) return out_.put(of_word(Op::Lw, Op::Ld), x, m.disp, m.base);
  if (stored == p_.type) return out_.put(typed(Op::Flw, Op::Fld), d, m.disp, m.base);
  switch (stored) {
  case Type::F32:
    out_.put(Op::Flw, kF0, m.disp, m.base);
    if (!integral()) return out_.put(f16() ? Op::FcvtHS : Op::FcvtDS, d, kF0);
    out_.put(Op::FcvtLS, kT0, kF0), as_word(kT1);
    return from_word(d, kT0);
  case Type::F64: out_.put(Op::Fld, kF0, m.disp, m.base); return out_.put(Op::FcvtSD, d, kF0);
  case Type::I32: out_.put(Op::Lw, x, m.disp, m.base); break;
  case Type::I64: out_.put(Op::Ld, kT0, m.disp, m.base); break;
  case Type::I16: out_.put(Op::Lh, x, m.disp, m.base); break;
  case Type::U16: out_.put(Op::Lhu, x, m.disp, m.base); break;
  case Type::I8: out_.put(Op::Lb, x, m.disp, m.base); break;
  case Type::U8: out_.put(Op::Lbu, x, m.disp, m.base); break;
  case Type::F16: out_.put(Op::Flh, kF0, m.disp, m.base); return out_.put(Op::FcvtSH, d, kF0);
  case Type::BF16:
    out_.put(Op::Lhu, kT0, m.disp, m.base), out_.put(Op::Slli, kT0, kT0, 16);
    return out_.put(Op::FmvWX, d, kT0);
  }
  integral() ? from_word(d, x) : out_.put(typed(Op::FcvtSL, Op::FcvtDL), d, x);
}

void Emitter::store(const VInst &i) {
  if (is_uniform(i.a)) return store_scalar(f(i.a), i);
  if (i.stored && i.lanes == Lanes::One) return out_.put(need(Lanes::One, true), Op::VfmvFS, kF1, v(i.a)), store_scalar(kF1, i);
  i.stored ? store_converted(i) : move_memory(i, v(i.a), true);
}

void Emitter::store_scalar(int a, const VInst &i) {
  const Mem m = place(i.mem, kT1);
  const Type stored = i.stored.value_or(p_.type);
  if (stored == p_.type && !in_word(a)) return out_.put(typed(Op::Fsw, Op::Fsd), a, m.disp, m.base);
  int x = kT0;
  switch (stored) {
  case Type::F32:
    integral() ? out_.put(Op::FcvtSW, kF0, whole(a, kT0)) : out_.put(f16() ? Op::FcvtSH : Op::FcvtSD, kF0, a);
    return out_.put(Op::Fsw, kF0, m.disp, m.base);
  case Type::F64: out_.put(Op::FcvtDS, kF0, a); return out_.put(Op::Fsd, kF0, m.disp, m.base);
  case Type::F16: out_.put(Op::FcvtHS, kF0, a); return out_.put(Op::Fsh, kF0, m.disp, m.base);
  case Type::BF16: to_bfloat(a); break;
  default: integral() ? void(x = whole(a, kT0)) : to_integer(a, stored);
  }
  constexpr Op kStores[] = {Op::Sb, Op::Sh, Op::Sw, Op::Sd};
  const Op op = kStores[std::countr_zero(unsigned(size_of(stored)))];
  out_.put(op, x, m.disp, m.base);
}

/// t0 = the f register's upper half, to nearest, ties to even; see the vectors' one.
void Emitter::to_bfloat(int a) {
  out_.put(Op::FmaxS, kF0, a, a), out_.put(Op::FmvXW, kT0, kF0);
  out_.put(Op::Srli, kTail, kT0, 16), out_.put(Op::Andi, kTail, kTail, 1), out_.put(Op::Add, kT0, kT0, kTail);
  out_.load_imm(kTail, 0x7fff), out_.put(Op::Add, kT0, kT0, kTail), out_.put(Op::Srli, kT0, kT0, 16);
}

/// t0 = the f register, towards zero; what is out of range becomes the least value. The conversion answers with the nearest
/// one, and the largest for NaN, which no float is. t1 may hold an address; the tail's register is free where scalars are stored.
void Emitter::to_integer(int a, Type stored) {
  out_.put(typed(Op::FcvtLS, Op::FcvtLD), kT0, a);
  if (stored != Type::I64) return as_word(kTail);
  const int done = out_.label();
  out_.put(Op::Addi, kTail, kT0, 1), out_.put(Op::Bge, kTail, kT0, done), out_.put(Op::Mv, kT0, kTail), out_.place(done);
}

} // namespace vecwrap::rvv
