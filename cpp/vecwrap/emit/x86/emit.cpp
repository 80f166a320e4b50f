#include "emit/x86/emit.h"
#include "emit/x86/avx.h"
#include "emit/x86/sse.h"
#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace vecwrap::x86 {

int64_t Emitter::run() {
  const int64_t stack = prologue();
  for (const VInst &i : p_.code) one(i);
  epilogue();
  type_ = p_.type;
  constants();
  return stack;
}

int64_t Emitter::prologue() {
  push(rbp);
  mov(rbp, rsp);
  const int64_t fixed = 8 * (int64_t(std::size(kPool)) - kCallerSaved + 1 + map_.slots);
  int64_t rest = fixed; // touch each page, so a guard page is met in order
  for (; rest > kPage; rest -= kPage) {
    sub(rsp, int(kPage));
    mov(qword[rsp], rax);
  }
  sub(rsp, int(rest));
  for (size_t i = kCallerSaved; i < std::size(kPool); ++i)
    if (used(int(i))) mov(saved(int(i)), Reg64(kPool[i]));
  mov(qword[rbp - 8], rdi);
  if (p_.frame_bytes) {
    int64_t step = kPage - rest % kPage;
    for (int64_t left = p_.frame_bytes; left > 0; left -= std::exchange(step, kPage)) {
      sub(rsp, int(std::min(left, step)));
      mov(qword[rsp], rax);
    }
    and_(rsp, -64);
  }
  return fixed + p_.frame_bytes + 64 + 16 + kRoutine;
}

void Emitter::epilogue() {
  for (size_t i = kCallerSaved; i < std::size(kPool); ++i)
    if (used(int(i))) mov(Reg64(kPool[i]), saved(int(i)));
  leave_vectors();
  leave();
  ret();
}

bool Emitter::used(int pool) const {
  for (int g : map_.gpr)
    if (g == pool) return true;
  return false;
}

Reg64 Emitter::read(int s, const Reg64 &scratch) {
  if (in_register(s)) return gpr(s);
  mov(scratch, slot(s));
  return scratch;
}

void Emitter::write(int s) {
  if (!in_register(s)) mov(slot(s), rax);
}

RegExp Emitter::place(const Mem &m) {
  const RegExp e = read(m.base, rax) + int(m.disp);
  return m.index >= 0 ? e + read(m.index, rdx) * m.scale : e;
}

Address Emitter::memory(const Mem &m, bool broadcast) {
  const RegExp e = place(m);
  return broadcast ? ptr_b[e] : ptr[e];
}

void Emitter::one(const VInst &i) {
  type_ = i.type.value_or(p_.type);
  if (i.op == VOp::Note) return;
  if (i.op == VOp::Prefetch) return i.imm ? prefetcht1(memory(i.mem)) : prefetcht0(memory(i.mem));
  if (i.op < VOp::Label) scalar(i);
  else if (i.op <= VOp::BranchNe || i.op == VOp::BranchBits || i.op == VOp::Fence) control(i);
  else vector(i);
}

void Emitter::scalar(const VInst &i) {
  const Reg64 d = target(i.d);
  switch (i.op) {
  case VOp::SImm: mov(d, i.imm); break;
  case VOp::SArg: mov(rax, qword[rbp - 8]), mov(d, qword[rax + int(8 * i.imm)]); break;
  case VOp::SMov:
    if (Reg64 a = read(i.a, rax); a.getIdx() != d.getIdx()) mov(d, a);
    break;
  case VOp::SAdd: add(i); return;
  case VOp::SAddImm: add_imm(i); return;
  case VOp::SMul: { Reg64 a = read(i.a, rax), b = read(i.b, rdx); if (d.getIdx() == b.getIdx()) imul(d, a); else { if (a.getIdx() != d.getIdx()) mov(d, a); imul(d, b); } break; }
  case VOp::SMulImm:
    if (fits(i.imm)) imul(d, read(i.a, rax), int(i.imm));
    else { Reg64 a = read(i.a, rax); mov(rdx, i.imm); imul(rdx, a); mov(d, rdx); }
    break;
  case VOp::SMinImm:
    mov(rdx, i.imm);
    if (Reg64 a = read(i.a, rax); a.getIdx() != d.getIdx()) mov(d, a);
    cmp(d, rdx);
    cmovg(d, rdx);
    break;
  case VOp::SLoad:
    if (i.imm == 4) movsxd(d, dword[place(i.mem)]);
    else mov(d, qword[place(i.mem)]);
    break;
  default: lea(d, ptr[rsp + int(i.imm)]); break; // SFrame
  }
  write(i.d);
}

void Emitter::add(const VInst &i) {
  if (!in_register(i.d) && i.d == i.a) return this->CodeGenerator::add(slot(i.d), read(i.b, rdx));
  const Reg64 a = read(i.a, rax), b = read(i.b, rdx), d = target(i.d);
  if (d.getIdx() == a.getIdx()) this->CodeGenerator::add(d, b);
  else lea(d, ptr[a + b]);
  write(i.d);
}

void Emitter::add_imm(const VInst &i) {
  if (!fits(i.imm)) {
    mov(rdx, i.imm);
    this->CodeGenerator::add(rdx, read(i.a, rax));
    if (in_register(i.d)) mov(gpr(i.d), rdx);
    else mov(slot(i.d), rdx);
    return;
  }
  if (i.d == i.a && !in_register(i.d)) return this->CodeGenerator::add(slot(i.d), int(i.imm));
  const Reg64 a = read(i.a, rax), d = target(i.d);
  if (d.getIdx() == a.getIdx()) this->CodeGenerator::add(d, int(i.imm));
  else lea(d, ptr[a + int(i.imm)]);
  write(i.d);
}

void Emitter::control(const VInst &i) {
  if (i.op == VOp::Fence) return sfence();
  Label &target = labels_[i.imm];
  if (i.op == VOp::Label) return L(target);
  if (i.op == VOp::Jump) return jmp(target, T_NEAR);
  const Reg64 a = read(i.a, rax);
  if (i.op == VOp::BranchBits) return test(a, int(i.value2)), jnz(target, T_NEAR);
  if (i.b >= 0) cmp(a, read(i.b, rdx));
  else if (fits(i.value2)) cmp(a, int(i.value2));
  else mov(rdx, i.value2), cmp(a, rdx);
  switch (i.op) {
  case VOp::BranchLt: jl(target, T_NEAR); break;
  case VOp::BranchGe: jge(target, T_NEAR); break;
  case VOp::BranchEq: je(target, T_NEAR); break;
  default: jne(target, T_NEAR); break;
  }
}

void Emitter::copy_tail(const VInst &i, bool out) {
  lea(rax, ptr[place(i.mem)]);
  tail_bits();
  bsr(edx, edx), inc(edx);
  copy_pieces(size_of(*i.stored), p_.lanes, out);
}

/// 1, 2, 4 elements at once, as the bits of their number say, from the last ones on.
void Emitter::copy_pieces(int size, int most, bool out) {
  mov(ptr[rsp - 8], rcx);
  for (int unit = 1; unit <= most; unit *= 2) {
    Label next;
    test(edx, unit);
    jz(next, T_NEAR);
    this->CodeGenerator::sub(edx, unit);
    const int bytes = unit * size, word = std::min(bytes, 8);
    const Reg data = word == 1 ? Reg(cl) : word == 2 ? Reg(cx) : word == 4 ? Reg(ecx) : Reg(rcx);
    for (int at = 0; at < bytes; at += word) {
      const Address memory = ptr[rax + rdx * size + at], scratch = ptr[rsp + rdx * size + at - kScratch];
      mov(data, out ? scratch : memory);
      mov(out ? memory : scratch, data);
    }
    L(next);
  }
  mov(rcx, ptr[rsp - 8]);
}

void Emitter::whole_tail(Label &to) {
  tail_bits();
  cmp(edx, (1 << p_.lanes) - 1);
  je(to, T_NEAR);
}

void Emitter::next_row(const VInst &i, int q, Label &done) {
  if (i.b >= 0) in_register(i.b) ? cmp(gpr(i.b), q) : cmp(slot(i.b), q), jle(done, T_NEAR);
  if (i.stride >= 0) this->CodeGenerator::add(rax, read(i.stride, rdx));
  else if (i.imm) this->CodeGenerator::add(rax, int(i.imm));
}

void Emitter::load_element(const Reg32 &d, vecwrap::Type stored, const RegExp &from) {
  switch (stored) {
  case vecwrap::Type::U8: return movzx(d, byte[from]);
  case vecwrap::Type::I8: return movsx(d, byte[from]);
  default: return movsx(d, word[from]);
  }
}

uint64_t Emitter::bits_of(double value) const {
  if (integral() && bits64()) return uint64_t(int64_t(value));
  if (bits64()) {
    uint64_t word;
    std::memcpy(&word, &value, 8);
    return word;
  }
  if (integral()) return uint32_t(int32_t(value));
  float single = float(value);
  uint32_t word;
  std::memcpy(&word, &single, 4);
  return word;
}

void Emitter::pooled(Label &label, uint64_t word, int copies) {
  L(label);
  if (copies == 1 && !bits64()) return dd(uint32_t(word));
  for (int i = 0; i < copies; ++i) dq(word);
}

void Emitter::align_to(int bytes) {
  while (getSize() % bytes) db(0);
}

void Emitter::constants() {
  const bool vectors = std::any_of(pool_.begin(), pool_.end(), [](const auto &entry) { return entry.first.second > 1; });
  if (!pool_.empty()) align_to(vectors ? kLine : kScalar);
  for (int copies : {8, 4, 2, 1}) // largest first: none crosses a cache line (some 20 cycles a load), if the code begins on one
    for (auto &[key, label] : pool_)
      if (key.second == copies) pooled(label, key.first, copies);
  tables();
}

namespace {

Code run(Emitter &&emitter) {
  const int64_t stack = emitter.run();
  return {{emitter.getCode(), emitter.getCode() + emitter.getSize()}, stack};
}

} // namespace

Result<Code> emit(const VProgram &program, const Target &target) {
  const auto groups = std::count_if(program.code.begin(), program.code.end(), [](const VInst &i) { return i.op == VOp::VGroup; });
  const bool sse = target.isa == Isa::Sse;
  const size_t room = (program.code.size() + size_t(groups) * 4) * (sse ? 512 : 192) + 4096;
  const std::unique_ptr<uint8_t[]> buffer(new uint8_t[room]);
  const std::span<uint8_t> space(buffer.get(), room);
  try {
    return sse ? run(Sse(program, space)) : run(Avx(program, target, space));
  } catch (const std::exception &e) {
    return Refusal{"assembler", e.what()};
  }
}

} // namespace vecwrap::x86
