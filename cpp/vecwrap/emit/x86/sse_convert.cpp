// Elements of another type than is computed in, on SSE2. Halves, which have no instructions, are made by arithmetic on their
// bits; 64-bit integers go through a general-purpose register, lane by lane.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {
namespace {

using Stored = vecwrap::Type;

bool is_half(Stored t) { return t == Stored::F16 || t == Stored::BF16; }

} // namespace

void Sse::load_one(const VInst &i) {
  const Xmm d(i.d);
  const RegExp e = place(i.mem);
  switch (*i.stored) {
  case Stored::F32:
    if (integral()) { cvttss2si(eax, dword[e]); break; }
    xorps(d, d), cvtss2sd(d, dword[e]);
    return;
  case Stored::F64: xorps(d, d), cvtsd2ss(d, qword[e]); return;
  case Stored::F16: movzx(eax, word[e]), movd(d, eax); return widen_half(d);
  case Stored::BF16: movzx(eax, word[e]), shl(eax, 16), movd(d, eax); return;
  case Stored::I32: movsxd(rax, dword[e]); break;
  case Stored::I64: mov(rax, qword[e]); break;
  case Stored::U8: movzx(eax, byte[e]); break;
  case Stored::I8: movsx(rax, byte[e]); break;
  case Stored::I16: movsx(rax, word[e]); break;
  case Stored::U16: movzx(eax, word[e]); break;
  }
  if (integral()) return bits64() ? movq(d, rax) : movd(d, eax);
  xorps(d, d);
  bits64() ? cvtsi2sd(d, rax) : cvtsi2ss(d, rax);
}

/// The address takes rax and rdx: the value waits in the temporary.
void Sse::store_one(const VInst &i) {
  const Xmm a(i.a), t(i.t);
  const Stored stored = *i.stored;
  if (stored == Stored::F32) return integral() ? cvtdq2ps(t, a) : cvtsd2ss(t, a), movss(memory(i.mem), t);
  if (stored == Stored::F64) return cvtss2sd(t, a), movsd(memory(i.mem), t);
  if (is_half(stored)) stored == Stored::F16 ? narrow_half(i) : narrow_bfloat(i);
  else if (integral()) movaps(t, a);
  else if (stored == Stored::I64) bits64() ? cvttsd2si(rax, a) : cvttss2si(rax, a), movq(t, rax);
  else bits64() ? cvttpd2dq(t, a) : cvttps2dq(t, a);
  lea(rax, ptr[place(i.mem)]);
  movq(rdx, t);
  switch (size_of(stored)) {
  case 8: mov(qword[rax], rdx); break;
  case 4: mov(dword[rax], edx); break;
  case 2: mov(word[rax], dx); break;
  default: mov(byte[rax], dl); break;
  }
}

void Sse::load_converted(const VInst &i) {
  if (i.lanes != Lanes::Tail) return load_vector(i, place(i.mem));
  Label whole, done;
  whole_tail(whole);
  copy_tail(i, false);
  load_vector(i, rsp - kScratch);
  jmp(done, T_NEAR);
  L(whole), load_vector(i, place(i.mem));
  L(done);
}

void Sse::store_converted(const VInst &i) {
  if (i.lanes != Lanes::Tail) return store_vector(i, place(i.mem));
  Label whole, done;
  whole_tail(whole);
  store_vector(i, rsp - kScratch);
  copy_tail(i, true);
  jmp(done, T_NEAR);
  L(whole), store_vector(i, place(i.mem));
  L(done);
}

void Sse::load_vector(const VInst &i, const RegExp &from) {
  const Xmm d(i.d), x = scratch(0);
  switch (*i.stored) {
  case Stored::F32: integral() ? (movups(d, ptr[from]), cvttps2dq(d, d)) : cvtps2pd(d, qword[from]); return;
  case Stored::F64: movups(x, ptr[from]), movups(d, ptr[from + 16]), cvtpd2ps(x, x), cvtpd2ps(d, d), movlhps(x, d), movaps(d, x); return;
  case Stored::I64: return load_lanes(i, from);
  case Stored::F16: movq(d, qword[from]), xorps(x, x), punpcklwd(d, x); return widen_half(d);
  case Stored::BF16: movq(x, qword[from]), xorps(d, d), punpcklwd(d, x); return;
  case Stored::I32: bits64() ? movq(d, qword[from]) : movups(d, ptr[from]); break;
  case Stored::U8: case Stored::I8:
    if (bits64()) movzx(eax, word[from]), movd(d, eax);
    else movd(d, dword[from]);
    punpcklbw(d, d), punpcklwd(d, d);
    *i.stored == Stored::U8 ? psrld(d, 24) : psrad(d, 24);
    break;
  case Stored::I16: case Stored::U16:
    bits64() ? movd(d, dword[from]) : movq(d, qword[from]);
    punpcklwd(d, d);
    *i.stored == Stored::U16 ? psrld(d, 16) : psrad(d, 16);
    break;
  }
  if (integral()) return bits64() ? longs_of(d) : void();
  bits64() ? cvtdq2pd(d, d) : cvtdq2ps(d, d);
}

void Sse::low_words(const Xmm &t, const Xmm &a) { bits64() ? pshufd(t, a, 0x08) : movaps(t, a); }

void Sse::store_vector(const VInst &i, const RegExp &to) {
  const Xmm a(i.a), t(i.t);
  switch (*i.stored) {
  case Stored::F32: integral() ? (cvtdq2ps(t, a), movups(ptr[to], t)) : (cvtpd2ps(t, a), movlps(qword[to], t)); return;
  case Stored::F64: cvtps2pd(t, a), movups(ptr[to], t), movhlps(t, a), cvtps2pd(t, t), movups(ptr[to + 16], t); return;
  case Stored::I64: return store_lanes(i, to);
  case Stored::F16: case Stored::BF16:
    *i.stored == Stored::F16 ? narrow_half(i) : narrow_bfloat(i);
    return store_words(to, t);
  default: integral() ? low_words(t, a) : bits64() ? cvttpd2dq(t, a) : cvttps2dq(t, a); break;
  }
  if (size_of(*i.stored) == 2) return store_words(to, t);
  if (*i.stored == Stored::I32) return bits64() ? movq(qword[to], t) : movups(ptr[to], t);
  pslld(t, 24), psrld(t, 24), packssdw(t, t), packuswb(t, t);
  if (!bits64()) return movd(dword[to], t);
  lea(rax, ptr[to]);
  movd(edx, t);
  mov(word[rax], dx);
}

/// The lower half of each 32-bit lane: as signed numbers they are packed without saturation.
void Sse::store_words(const RegExp &to, const Xmm &t) {
  pslld(t, 16), psrad(t, 16), packssdw(t, t);
  bits64() ? movd(dword[to], t) : movq(qword[to], t);
}

void Sse::load_lanes(const VInst &i, const RegExp &from) {
  const Xmm d(i.d), x = scratch(0);
  lea(rax, ptr[from]);
  for (int lane = p_.lanes - 1; lane >= 0; --lane) { // what is there moves up
    mov(rdx, qword[rax + 8 * lane]);
    xorps(x, x);
    bits64() ? cvtsi2sd(x, rdx) : cvtsi2ss(x, rdx);
    pslldq(d, 16 / p_.lanes);
    bits64() ? movsd(d, x) : movss(d, x);
  }
}

void Sse::store_lanes(const VInst &i, const RegExp &to) {
  const Xmm t(i.t);
  lea(rax, ptr[to]);
  movaps(t, Xmm(i.a));
  for (int lane = 0; lane < p_.lanes; ++lane) {
    bits64() ? cvttsd2si(rdx, t) : cvttss2si(rdx, t);
    mov(qword[rax + 8 * lane], rdx);
    psrldq(t, 16 / p_.lanes);
  }
}

/// The fields in a float's places are a number that is 2^112 too small, denormal ones included; infinities and NaN get the
/// exponent of those.
void Sse::widen_half(const Xmm &d) {
  const Xmm size = scratch(0), top = scratch(1);
  movaps(size, d), andps(size, words(0x7fff));
  xorps(d, size), pslld(d, 16);
  pslld(size, 13), movaps(top, size);
  mulps(size, words(0x77800000));
  pcmpgtd(top, words(0x0f7fffff)), andps(top, words(0x7f800000));
  orps(size, top), orps(d, size);
}

/// Normal numbers are rounded in integers; denormal ones by a sum whose last place is theirs, 0.5's. Then what is too large, and
/// NaN.
void Sse::narrow_half(const VInst &i) {
  const Xmm a(i.a), size(i.t), value(i.e), x = scratch(0), y = scratch(1);
  constexpr uint32_t kHalf = 0x3f000000, kLeastNormal = 0x38800000, kTooLarge = 0x477fefff, kInfinity = 0x7f800000;
  movaps(size, a), andps(size, words(0x7fffffff));
  movaps(x, size), addps(x, words(kHalf)), psubd(x, words(kHalf));
  movaps(y, size), psrld(y, 13), andps(y, words(1)), paddd(y, size), paddd(y, words(0xfffu - (112u << 23))), psrld(y, 13);
  movaps(value, words(kLeastNormal)), pcmpgtd(value, size);
  andps(x, value), andnps(value, y), orps(value, x);
  movaps(x, size), pcmpgtd(x, words(kTooLarge)), movaps(y, x);
  andps(y, words(0x7c00)), andnps(x, value), orps(x, y);
  pcmpgtd(size, words(kInfinity)), andps(size, words(0x0200)), orps(size, x);
  movaps(value, a), psrld(value, 16), andps(value, words(0x8000)), orps(size, value);
}

/// a + 0x7fff + (the lowest bit that stays), in integers; NaN becomes all ones.
void Sse::narrow_bfloat(const VInst &i) {
  const Xmm a(i.a), t(i.t), nan(i.e);
  movaps(t, a), pslld(t, 15), psrld(t, 31);
  paddd(t, a), paddd(t, words(0x7fff));
  movaps(nan, a), cmpps(nan, a, 3);
  orps(t, nan), psrld(t, 16);
}

} // namespace vecwrap::x86
