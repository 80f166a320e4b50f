// Lanes of narrow elements (step dot): dot products (Intel SDM vol. 2, VPDPBUSD, VPDPWSSD, VPMADDWD), and how rows of memory
// become lanes.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {

/// d is c: accumulators.
void Avx::dot(const VInst &i) {
  const Xmm d = reg(i.d);
  if (i.d != i.c) vmovaps(d, reg(i.c));
  if (!vnni_) return vpmaddwd(reg(i.t), reg(i.a), reg(i.b)), vpaddd(d, d, reg(i.t));
  const PreferredEncoding form = wide_ ? EvexEncoding : VexEncoding;
  const bool bytes = size_of(*i.stored) == 1;
  const auto emit = [&](const Operand &b) { bytes ? vpdpbusd(d, reg(i.a), b, form) : vpdpwssd(d, reg(i.a), b, form); };
  if (i.mem_operand < 0) return emit(reg(i.b));
  emit(memory(i.mem, i.mem_bcast));
}

/// rax is the address of the first row, and goes from row to row.
void Avx::group(const VInst &i) {
  lea(rax, ptr[place(i.mem)]);
  if (i.mem_bcast) return group_everywhere(i);
  group_rows(i, p_.lanes * size_of(*i.stored));
}

/// To the next row, or to done if there is none.
void Avx::next_row(const VInst &i, int q, Label &done) {
  if (i.b >= 0) in_register(i.b) ? cmp(gpr(i.b), q) : cmp(slot(i.b), q), jle(done, T_NEAR);
  if (i.stride >= 0) this->CodeGenerator::add(rax, read(i.stride, rdx));
  else if (i.imm) this->CodeGenerator::add(rax, int(i.imm));
}

void Avx::group_everywhere(const VInst &i) {
  const int size = size_of(*i.stored), most = i.b >= 0 ? 4 / size : int(i.value2);
  const Xmm d(i.d);
  Label done;
  wide_ ? vpxord(d, d, d) : vpxor(d, d, d);
  for (int q = 0; q < most; ++q) {
    if (q) next_row(i, q, done);
    size == 1 ? vpinsrb(d, d, byte[rax], uint8_t(q)) : vpinsrw(d, d, word[rax], uint8_t(q));
  }
  L(done);
  if (!is_one(i)) vpbroadcastd(reg(i.d), d);
}

/// Rows of `bytes` one behind the other in the register, then element by element.
void Avx::group_rows(const VInst &i, int bytes) {
  const int most = i.b >= 0 ? 4 / size_of(*i.stored) : int(i.value2);
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
  const bool tail = i.lanes == Lanes::Tail, single = size_of(*i.stored) == 1;
  const Xmm full = bytes == 32 ? Xmm(Ymm(d.getIdx())) : d;
  if (wide_ && tail) return single ? vmovdqu8(full | k1 | T_z, ptr[rax]) : vmovdqu16(full | k1 | T_z, ptr[rax]);
  if (wide_) return vmovups(full, ptr[rax]);
  if (!tail) return bytes == 16 ? vmovdqu(d, ptr[rax]) : vmovq(d, ptr[rax]);
  Label next; // element by element, the last one first, through the red zone
  const int size = size_of(*i.stored);
  tail_bits();
  popcnt(edx, edx);
  mov(ptr[rsp - 8], rcx);
  L(next);
  const Reg data = single ? Reg(cl) : Reg(cx);
  mov(data, ptr[rax + rdx * size - size]);
  mov(ptr[rsp + rdx * size - size - kScratch], data);
  dec(edx);
  jnz(next);
  mov(rcx, ptr[rsp - 8]);
  bytes == 16 ? vmovdqu(d, ptr[rsp - kScratch]) : vmovq(d, ptr[rsp - kScratch]);
}

/// Piece p of the result needs the rows' words for its four lanes; then the bytes of each piece
/// are put in order.
void Avx::shuffle_rows(const VInst &i) {
  const Ymm d = wide_ ? Ymm(Zmm(i.d)) : Ymm(i.d), t = wide_ ? Ymm(Zmm(i.t)) : Ymm(i.t);
  Label &table = shuffles_[size_of(*i.stored)];
  wide_ ? vmovdqu32(t, ptr[rip + table]) : vmovdqu(t, ptr[rip + table]);
  vpermd(d, t, d);
  vpshufb(d, d, ptr[rip + table + p_.lanes * 4]);
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
