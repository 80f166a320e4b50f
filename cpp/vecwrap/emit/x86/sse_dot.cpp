// Step dot with SSE2: lanes of two words, into which bytes are widened (Intel SDM vol. 2, PMADDWD).
#include "emit/x86/sse.h"

namespace vecwrap::x86 {

/// d is c: accumulators.
void Sse::dot(const VInst &i) {
  copy(Xmm(i.d), Xmm(i.c));
  movaps(Xmm(i.t), Xmm(i.a)), pmaddwd(Xmm(i.t), Xmm(i.b)), paddd(Xmm(i.d), Xmm(i.t));
}

/// rax is the address of the first row, and goes to the second, if there is one.
void Sse::group(const VInst &i) {
  lea(rax, ptr[place(i.mem)]);
  if (i.mem_bcast) return group_everywhere(i);
  const Xmm d(i.d), t(i.t);
  Label done;
  row(i, d);
  xorps(t, t);
  if (most_rows(i) == 2) next_row(i, 1, done), row(i, t);
  L(done);
  punpcklwd(d, t);
}

void Sse::group_everywhere(const VInst &i) {
  const Xmm d(i.d);
  Label done;
  xorps(d, d);
  for (int q = 0; q < most_rows(i); ++q) {
    if (q) next_row(i, q, done);
    load_element(edx, *i.stored, rax);
    pinsrw(d, edx, uint8_t(q));
  }
  L(done);
  if (!is_one(i)) pshufd(d, d, 0);
}

/// Words in the register's lower half; in a tail only as many as there are, through the red zone.
void Sse::row(const VInst &i, const Xmm &d) {
  const bool bytes = size_of(*i.stored) == 1;
  if (i.lanes == Lanes::Tail) {
    Label next; // the last one first
    mov(ptr[rsp - 8], rcx);
    tail_bits();
    bsr(edx, edx);
    L(next);
    load_element(ecx, *i.stored, rax + rdx * size_of(*i.stored));
    mov(word[rsp + rdx * 2 - kScratch], cx);
    dec(edx);
    jns(next);
    mov(rcx, ptr[rsp - 8]);
    return movq(d, ptr[rsp - kScratch]);
  }
  if (!bytes) return movq(d, ptr[rax]);
  movd(d, ptr[rax]);
  if (*i.stored == vecwrap::Type::I8) return punpcklbw(d, d), psraw(d, 8);
  xorps(scratch(0), scratch(0)), punpcklbw(d, scratch(0));
}

} // namespace vecwrap::x86
