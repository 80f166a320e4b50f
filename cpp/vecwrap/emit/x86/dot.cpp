// Lanes of narrow elements (step dot): dot products (Intel SDM vol. 2, VPDPBUSD, VPDPWSSD, VPMADDWD,
// VDPBF16PS), and how rows of memory
// become lanes.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {

/// d is c: accumulators.
void Avx::dot(const VInst &i) {
  const Xmm d = reg(i.d);
  if (i.d != i.c) vmovaps(d, reg(i.c));
  if (i.t >= 0) return vpmaddwd(reg(i.t), reg(i.a), reg(i.b)), vpaddd(d, d, reg(i.t));
  const PreferredEncoding form = wide_ ? EvexEncoding : VexEncoding;
  const bool bytes = size_of(*i.stored) == 1;
  const auto emit = [&](const Operand &b) { !integral() ? vdpbf16ps(d, reg(i.a), b) : bytes ? vpdpbusd(d, reg(i.a), b, form) : vpdpwssd(d, reg(i.a), b, form); };
  if (i.mem_operand < 0) return emit(reg(i.b));
  emit(memory(i.mem, i.mem_bcast));
}

/// rax is the address of the first row, and goes from row to row.
void Avx::group(const VInst &i) {
  lea(rax, ptr[place(i.mem)]);
  if (i.mem_bcast) return group_everywhere(i);
  group_rows(i, p_.lanes * size_of(i.other));
}

void Avx::group_everywhere(const VInst &i) {
  const int size = size_of(i.other), most = most_rows(i);
  if (widens(i) && i.b < 0 && i.stride < 0 && most == 2 && i.imm == 1) return widen_group(i);
  const Xmm d(i.d);
  Label done;
  wide_ ? vpxord(d, d, d) : vpxor(d, d, d);
  for (int q = 0; q < most; ++q) {
    if (q) next_row(i, q, done);
    if (widens(i)) load_element(edx, *i.stored, rax), vpinsrw(d, d, edx, uint8_t(q));
    else size == 1 ? vpinsrb(d, d, byte[rax], uint8_t(q)) : vpinsrw(d, d, word[rax], uint8_t(q));
  }
  L(done);
  if (!is_one(i)) vpbroadcastd(reg(i.d), d);
}

/// Two bytes, one beside the other, for all lanes.
void Avx::widen_group(const VInst &i) {
  const bool one = is_one(i);
  const Xmm d = reg(i.d, one), narrow = wide_ && !one ? Xmm(Ymm(i.d)) : Xmm(i.d);
  if (one) movzx(eax, word[rax]), vmovd(narrow, eax);
  else vpbroadcastw(narrow, word[rax]);
  *i.stored == vecwrap::Type::U8 ? vpmovzxbw(d, narrow) : vpmovsxbw(d, narrow);
}

/// Rows of `bytes` one behind the other in the register, then element by element.
void Avx::group_rows(const VInst &i, int bytes) {
  const int most = most_rows(i);
  const Xmm d(i.d), t(i.t);
  Label done;
  for (int q = 0; q < most; ++q) {
    if (q) next_row(i, q, done);
    row(i, q ? t : d, bytes);
    if (!q) continue;
    if (bytes == 32) vinserti64x4(Zmm(i.d), Zmm(i.d), Ymm(i.t), uint8_t(q));
    else if (wide_) vinserti32x4(Zmm(i.d), Zmm(i.d), t, uint8_t(q));
    else if (bytes == 16) vinserti128(Ymm(i.d), Ymm(i.d), t, uint8_t(q));
    else if (q == 1) vpunpcklqdq(d, d, t);
    else if (q == 2) vinserti128(Ymm(i.d), Ymm(i.d), t, 1);
    else vpermq(Ymm(i.t), Ymm(i.t), 0x00), vpblendd(Ymm(i.d), Ymm(i.d), Ymm(i.t), 0xc0);
  }
  L(done);
  shuffle_rows(i);
}

/// The register's lower `bytes`, zeros above; in a tail only as many elements as there are.
void Avx::row(const VInst &i, const Xmm &d, int bytes) {
  if (wide_ || i.lanes != Lanes::Tail) return load_row(i, d, bytes, rax);
  Label whole, done;
  whole_tail(whole);
  pieces_of_row(i, d);
  jmp(done);
  L(whole), load_row(i, d, bytes, rax);
  L(done);
}

/// Fewer elements than lanes: 1, 2, 4 at once, as the bits of their number say, from the last ones on.
void Avx::pieces_of_row(const VInst &i, const Xmm &d) {
  const int size = size_of(*i.stored);
  popcnt(edx, edx);
  vpxor(d, d, d);
  for (int unit = 1; unit < p_.lanes; unit *= 2) {
    const RegExp from = rax + rdx * size;
    Label next;
    test(edx, unit);
    jz(next);
    this->CodeGenerator::sub(edx, unit);
    vpslldq(d, d, uint8_t(unit * size));
    switch (unit * size) {
    case 1: vpinsrb(d, d, byte[from], 0); break;
    case 2: vpinsrw(d, d, word[from], 0); break;
    case 4: vpinsrd(d, d, dword[from], 0); break;
    default: vpinsrq(d, d, qword[from], 0); break;
    }
    L(next);
  }
  if (widens(i)) *i.stored == vecwrap::Type::U8 ? vpmovzxbw(d, d) : vpmovsxbw(d, d);
}

void Avx::load_row(const VInst &i, const Xmm &d, int bytes, const RegExp &from) {
  const Xmm full = bytes == 32 ? Xmm(Ymm(d.getIdx())) : d;
  const Xmm to = wide_ && i.lanes == Lanes::Tail ? full | k1 | T_z : full;
  if (widens(i)) return *i.stored == vecwrap::Type::U8 ? vpmovzxbw(to, ptr[from]) : vpmovsxbw(to, ptr[from]);
  if (wide_) return size_of(*i.stored) == 1 ? vmovdqu8(to, ptr[from]) : vmovdqu16(to, ptr[from]);
  bytes == 16 ? vmovdqu(d, ptr[from]) : vmovq(d, ptr[from]);
}

/// Piece p of the result needs the rows' words for its four lanes; then the bytes of each piece
/// are put in order.
void Avx::shuffle_rows(const VInst &i) {
  const Ymm d = wide_ ? Ymm(Zmm(i.d)) : Ymm(i.d), t = wide_ ? Ymm(Zmm(i.t)) : Ymm(i.t);
  Label &table = shuffles_[size_of(i.other)];
  wide_ ? vmovdqu32(t, ptr[rip + table]) : vmovdqu(t, ptr[rip + table]);
  vpermd(d, t, d);
  vpshufb(d, d, ptr[rip + table + p_.lanes * 4]);
}

void Avx::widen(const VInst &i, const Xmm &d, const RegExp &from) {
  if (widens(i)) return *i.stored == vecwrap::Type::U8 ? vpmovzxbw(d, ptr[from]) : vpmovsxbw(d, ptr[from]);
  if (!wide_) return vmovdqu(d, ptr[from]);
  size_of(*i.stored) == 1 ? vmovdqu8(d, ptr[from]) : vmovdqu16(d, ptr[from]);
}

/// What AVX2 cannot mask passes through the red zone.
void Avx::elements(const VInst &i) {
  const Xmm d = reg(i.d);
  if (i.lanes != Lanes::Tail) return widen(i, d, place(i.mem));
  if (wide_) return widen(i, d | k1 | T_z, place(i.mem));
  const int size = size_of(i.other);
  Label whole, done;
  whole_tail(whole);
  lea(rax, ptr[place(i.mem)]);
  vpmovmskb(edx, Ymm(p_.tail_reg));
  popcnt(edx, edx);
  if (size > 1) shr(edx, 1);
  copy_pieces(size_of(*i.stored), p_.lanes * 4 / size, false);
  widen(i, d, rsp - kScratch);
  vpand(d, d, reg(p_.tail_reg));
  jmp(done, T_NEAR);
  L(whole), widen(i, d, place(i.mem));
  L(done);
}

void Avx::spread(const VInst &i) {
  const Xmm d = reg(i.d);
  const Ymm words = wide_ ? Ymm(Zmm(i.d)) : Ymm(i.d), order = i.t < 0 ? words : wide_ ? Ymm(Zmm(i.t)) : Ymm(i.t);
  const Address table = ptr[rip + spreads_[size_of(i.other)]];
  wide_ ? vmovdqu32(order, table) : vmovdqu(order, table);
  if (!widens(i)) return vpermd(words, order, memory(i.mem));
  *i.stored == vecwrap::Type::U8 ? vpmovzxbw(d, memory(i.mem)) : vpmovsxbw(d, memory(i.mem));
  vpermd(words, order, words);
}

/// Per element size: which word of a row each word comes from.
void Avx::spread_tables() {
  const int pieces = p_.lanes / 4;
  for (auto &[size, label] : spreads_) {
    align_to(kLine);
    L(label);
    for (int word = 0; word < p_.lanes; ++word) {
      const int piece = word / 4, vector = word % 4 / size, at = word % size;
      dd(uint32_t((vector * pieces + piece) * size + at));
    }
  }
}

/// Per element size: which word of the rows each word comes from, then the order of the bytes of each piece.
void Avx::shuffle_tables() {
  for (auto &[size, label] : shuffles_) {
    const int rows = 4 / size, words = p_.lanes / rows, run = 4 / rows; // words of a row; of a row in a piece
    align_to(kLine);
    L(label);
    for (int word = 0; word < p_.lanes; ++word) {
      const int piece = word / 4, q = word % 4 / run, at = word % run;
      dd(uint32_t(q * words + piece * run + at));
    }
    for (int byte = 0; byte < p_.lanes * 4; ++byte) {
      const int lane = byte % 16 / 4, q = byte % 4 / size, part = byte % size;
      db(uint8_t(q * 4 * size + lane * size + part));
    }
  }
}

} // namespace vecwrap::x86
