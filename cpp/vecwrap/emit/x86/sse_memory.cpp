// Loads and stores of SSE2: tails element by element, lanes and pieces, constants.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {
namespace {

/// shufps: lanes x, y of the first operand, then z, w of the second.
constexpr uint8_t lanes(int x, int y, int z, int w) { return uint8_t(x | y << 2 | z << 4 | w << 6); }

} // namespace

void Sse::constant(const VInst &i) {
  const Xmm d(i.d);
  const uint64_t word = bits_of(i.value);
  if (!word) return xorps(d, d);
  if (!one()) return movaps(d, packed(word));
  bits64() ? movsd(d, everywhere(i.value)) : movss(d, everywhere(i.value));
}

void Sse::broadcast(const VInst &i) {
  const Xmm d(i.d);
  if (i.stored) load_one(i);
  else bits64() ? movsd(d, memory(i.mem)) : movss(d, memory(i.mem));
  if (!one()) splat(d);
}

void Sse::load(const VInst &i) {
  if (i.stored) return is_one(i) ? load_one(i) : load_converted(i);
  const Xmm d(i.d);
  if (is_one(i)) return bits64() ? movsd(d, memory(i.mem)) : movss(d, memory(i.mem));
  i.lanes == Lanes::All ? movups(d, memory(i.mem)) : load_tail(i);
}

void Sse::store(const VInst &i) {
  if (i.stored) return is_one(i) ? store_one(i) : store_converted(i);
  const Xmm a(i.a);
  if (is_one(i)) return bits64() ? movsd(memory(i.mem), a) : movss(memory(i.mem), a);
  if (i.stream) return movntps(memory(i.mem), a);
  i.lanes == Lanes::All ? movups(memory(i.mem), a) : store_tail(i);
}

/// As many lanes as there are, and zeros.
void Sse::load_tail(const VInst &i) {
  const Xmm d(i.d), third = scratch(0);
  Label done;
  lea(rax, ptr[place(i.mem)]);
  tail_bits();
  bits64() ? movsd(d, qword[rax]) : movss(d, dword[rax]);
  cmp(edx, 3);
  jb(done);
  if (!bits64()) {
    movsd(d, qword[rax]);
    je(done);
    movss(third, dword[rax + 8]);
    movlhps(d, third);
    cmp(edx, 15);
    jb(done);
  }
  movups(d, ptr[rax]);
  L(done);
}

void Sse::store_tail(const VInst &i) {
  const Xmm a(i.a), upper = scratch(0);
  Label done, more;
  lea(rax, ptr[place(i.mem)]);
  tail_bits();
  cmp(edx, 3);
  jae(more);
  bits64() ? movsd(qword[rax], a) : movss(dword[rax], a);
  jmp(done);
  L(more);
  if (bits64()) {
    movups(ptr[rax], a);
    return L(done);
  }
  movlps(qword[rax], a);
  je(done);
  movhlps(upper, a);
  movss(dword[rax + 8], upper);
  cmp(edx, 15);
  jb(done);
  movups(ptr[rax], a);
  L(done);
}

void Sse::tail(const VInst &i) {
  if (one()) return;
  const Xmm mask(p_.tail_reg);
  uses_masks_ = true;
  lea(rax, ptr[rip + masks_]);
  if (i.a < 0) return movups(mask, ptr[rax + int(16 - i.value2 * size_of(p_.type))]);
  if (const Reg64 n = read(i.a, rdx); n.getIdx() != rdx.getIdx()) mov(rdx, n);
  neg(rdx);
  movups(mask, ptr[rax + rdx * size_of(p_.type) + 16]);
}

/// The new element and a neighbour of its place change to and fro.
void Sse::insert(const VInst &i) {
  const Xmm d(i.d), x = scratch(0);
  const Address from = memory(i.mem);
  if (bits64()) return movhpd(d, from);
  movss(x, from);
  switch (i.imm) {
  case 1: shufps(x, d, lanes(0, 0, 0, 0)), shufps(x, d, lanes(2, 0, 2, 3)), movaps(d, x); break;
  case 2: shufps(x, d, lanes(0, 0, 3, 3)), shufps(d, x, lanes(0, 1, 0, 2)); break;
  default: shufps(x, d, lanes(0, 0, 2, 2)), shufps(d, x, lanes(0, 1, 2, 0)); break;
  }
}

void Sse::extract(const VInst &i) {
  const Xmm a(i.a), x = scratch(0);
  const Address to = memory(i.mem);
  if (i.imm == 0) return bits64() ? movsd(to, a) : movss(to, a);
  if (bits64()) return movhpd(to, a);
  pshufd(x, a, uint8_t(i.imm * 0x55));
  movss(to, x);
}

/// A register is one piece.
void Sse::place_piece(const VInst &i) { i.a < 0 ? movups(Xmm(i.d), memory(i.mem)) : copy(Xmm(i.d), Xmm(i.a)); }

void Sse::pick_piece(const VInst &i) { i.d < 0 ? movups(memory(i.mem), Xmm(i.a)) : copy(Xmm(i.d), Xmm(i.a)); }

void Sse::tables() {
  if (uses_masks_) {
    align_to(kLine);
    L(masks_);
    for (int i = 0; i < 4; ++i) dq(i < 2 ? ~uint64_t(0) : 0);
  }
  if (uses_fma_) fma_routine();
}

} // namespace vecwrap::x86
