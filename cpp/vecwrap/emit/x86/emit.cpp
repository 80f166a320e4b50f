#include "emit/x86/emit.h"
#include "emit/x86/convert.h"
#include "emit/gpr.h"
#include <algorithm>
#include <cstring>
#include <map>
#include <xbyak/xbyak.h>

namespace vecwrap::x86 {
namespace {

using namespace Xbyak;
using Binary = void (CodeGenerator::*)(const Xmm &, const Operand &, const Operand &);
using Fma = void (CodeGenerator::*)(const Xmm &, const Xmm &, const Operand &);

/// One row per operation, one column per ps, pd, ss, sd.
constexpr Binary kAdd[] = {&CodeGenerator::vaddps, &CodeGenerator::vaddpd, &CodeGenerator::vaddss, &CodeGenerator::vaddsd};
constexpr Binary kSub[] = {&CodeGenerator::vsubps, &CodeGenerator::vsubpd, &CodeGenerator::vsubss, &CodeGenerator::vsubsd};
constexpr Binary kMul[] = {&CodeGenerator::vmulps, &CodeGenerator::vmulpd, &CodeGenerator::vmulss, &CodeGenerator::vmulsd};
constexpr Binary kDiv[] = {&CodeGenerator::vdivps, &CodeGenerator::vdivpd, &CodeGenerator::vdivss, &CodeGenerator::vdivsd};
constexpr Binary kMax[] = {&CodeGenerator::vmaxps, &CodeGenerator::vmaxpd, &CodeGenerator::vmaxss, &CodeGenerator::vmaxsd};
constexpr Binary kMin[] = {&CodeGenerator::vminps, &CodeGenerator::vminpd, &CodeGenerator::vminss, &CodeGenerator::vminsd};
constexpr Fma k132[] = {&CodeGenerator::vfmadd132ps, &CodeGenerator::vfmadd132pd, &CodeGenerator::vfmadd132ss, &CodeGenerator::vfmadd132sd};
constexpr Fma k213[] = {&CodeGenerator::vfmadd213ps, &CodeGenerator::vfmadd213pd, &CodeGenerator::vfmadd213ss, &CodeGenerator::vfmadd213sd};
constexpr Fma k231[] = {&CodeGenerator::vfmadd231ps, &CodeGenerator::vfmadd231pd, &CodeGenerator::vfmadd231ss, &CodeGenerator::vfmadd231sd};

/// Pred -> immediate of vcmpps (Intel SDM vol. 2, table 3-1), the quiet variants.
constexpr uint8_t kCompare[] = {0x0b, 0x00, 0x1e, 0x1d, 0x11, 0x12, 0x0c, 0x07, 0x03, 0x08, 0x16, 0x15, 0x19, 0x1a, 0x04, 0x0f};

/// Registers of the scalar map, caller-saved first; rax and rdx are scratch, rbp the frame.
constexpr int kPool[] = {Operand::RCX, Operand::RSI, Operand::RDI, Operand::R8,  Operand::R9,  Operand::R10,
                         Operand::R11, Operand::RBX, Operand::R12, Operand::R13, Operand::R14, Operand::R15};
constexpr int kCallerSaved = 7;
constexpr int64_t kPage = 4096;
constexpr int kLine = 64;
constexpr int kScratch = 72; ///< the red zone below the stack pointer (128 bytes): a word, 64 bytes of elements

class Emitter : public CodeGenerator {
public:
  Emitter(const VProgram &p, const Target &t, std::vector<uint8_t> &buffer)
      : CodeGenerator(buffer.size(), buffer.data()), p_(p), wide_(t.isa == Isa::Avx512),
        map_(allocate_gprs(p, std::size(kPool))), labels_(p.labels) {}

  int64_t run() {
    const int64_t stack = prologue();
    for (const VInst &i : p_.code) one(i);
    epilogue();
    constants();
    return stack;
  }

private:
  // Frame, downwards from rbp: callee-saved registers, the argument pointer, slots; then the aligned buffer at rsp.
  int64_t prologue() {
    push(rbp);
    mov(rbp, rsp);
    const int64_t fixed = 8 * (int64_t(std::size(kPool)) - kCallerSaved + 1 + map_.slots);
    sub(rsp, int(fixed));
    for (size_t i = kCallerSaved; i < std::size(kPool); ++i)
      if (used(int(i))) mov(saved(int(i)), Reg64(kPool[i]));
    mov(qword[rbp - 8], rdi);
    if (p_.frame_bytes) {
      for (int64_t left = p_.frame_bytes; left > 0; left -= kPage) { // touch each page, so a guard page is met in order
        sub(rsp, int(std::min(left, kPage)));
        mov(qword[rsp], rax);
      }
      and_(rsp, -64);
    }
    return fixed + p_.frame_bytes + 64 + 16;
  }

  void epilogue() {
    for (size_t i = kCallerSaved; i < std::size(kPool); ++i)
      if (used(int(i))) mov(Reg64(kPool[i]), saved(int(i)));
    vzeroupper();
    leave();
    ret();
  }

  bool used(int pool) const {
    for (int g : map_.gpr)
      if (g == pool) return true;
    return false;
  }
  Address saved(int pool) const { return qword[rbp - 8 * (pool - kCallerSaved + 2)]; }
  Address slot(int s) const { return qword[rbp - 8 * (int64_t(std::size(kPool)) - kCallerSaved + 2 + map_.slot[s])]; }
  bool in_register(int s) const { return map_.gpr[s] >= 0; }
  Reg64 gpr(int s) const { return Reg64(kPool[map_.gpr[s]]); }

  /// The value of a scalar register in some general-purpose register, `scratch` if it lives on the stack.
  Reg64 read(int s, const Reg64 &scratch) {
    if (in_register(s)) return gpr(s);
    mov(scratch, slot(s));
    return scratch;
  }
  Reg64 target(int s) const { return in_register(s) ? gpr(s) : rax; }
  void write(int s) {
    if (!in_register(s)) mov(slot(s), rax);
  }
  static bool fits(int64_t v) { return v == int32_t(v); }

  RegExp place(const Mem &m) {
    const RegExp e = read(m.base, rax) + int(m.disp);
    return m.index >= 0 ? e + read(m.index, rdx) * m.scale : e;
  }
  Address memory(const Mem &m, bool broadcast = false) {
    const RegExp e = place(m);
    return broadcast ? ptr_b[e] : ptr[e];
  }

  int column() const { return (p_.lanes == 1 ? 2 : 0) + (p_.type == vecwrap::Type::F64); }
  bool f64() const { return p_.type == vecwrap::Type::F64; }
  Xmm reg(int v, bool one = false) const {
    if (p_.lanes == 1 || one) return Xmm(v);
    return wide_ ? Xmm(Zmm(v)) : Xmm(Ymm(v));
  }

  void one(const VInst &i) {
    if (i.op == VOp::Note) return;
    if (i.op < VOp::Label) scalar(i);
    else if (i.op <= VOp::BranchNe) control(i);
    else vector(i);
  }

  void scalar(const VInst &i) {
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

  void add(const VInst &i) {
    if (!in_register(i.d) && i.d == i.a) return this->CodeGenerator::add(slot(i.d), read(i.b, rdx));
    const Reg64 a = read(i.a, rax), b = read(i.b, rdx), d = target(i.d);
    if (d.getIdx() == a.getIdx()) this->CodeGenerator::add(d, b);
    else lea(d, ptr[a + b]);
    write(i.d);
  }

  void add_imm(const VInst &i) {
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

  void control(const VInst &i) {
    Label &target = labels_[i.imm];
    if (i.op == VOp::Label) return L(target);
    if (i.op == VOp::Jump) return jmp(target, T_NEAR);
    const Reg64 a = read(i.a, rax);
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

  void vector(const VInst &i) {
    switch (i.op) {
    case VOp::VTail: tail(i); break;
    case VOp::VLoad: load(i); break;
    case VOp::VBcast: i.stored ? load_everywhere(i) : broadcast(reg(i.d), memory(i.mem)); break;
    case VOp::VStore: store(i); break;
    case VOp::VConst: constant(i); break;
    case VOp::VMov: vmovaps(reg(i.d), reg(i.a)); break;
    case VOp::VAdd: binary(kAdd, i, true); break;
    case VOp::VSub: binary(kSub, i, false); break;
    case VOp::VMul: binary(kMul, i, true); break;
    case VOp::VDiv: binary(kDiv, i, false); break;
    case VOp::VMax: binary(kMax, i, false); break;
    case VOp::VMin: binary(kMin, i, false); break;
    case VOp::VFma: fma(i); break;
    case VOp::VNeg: bits(i, f64() ? &CodeGenerator::vxorpd : &CodeGenerator::vxorps, f64() ? 0x8000000000000000 : 0x8000000080000000); break;
    case VOp::VAbs: bits(i, f64() ? &CodeGenerator::vandpd : &CodeGenerator::vandps, f64() ? 0x7fffffffffffffff : 0x7fffffff7fffffff); break;
    case VOp::VSqrt: square_root(i); break;
    case VOp::VRound: round(i); break;
    case VOp::VPow2: pow2(i); break;
    case VOp::VExponent: exponent(i); break;
    case VOp::VMerge: merge(i); break;
    case VOp::VFold: fold(i); break;
    case VOp::VInsert: insert(i); break;
    case VOp::VExtract: extract(i); break;
    case VOp::VPlace: place(i); break;
    case VOp::VPick: pick(i); break;
    case VOp::VZipLo: case VOp::VZipHi: zip(i); break;
    case VOp::VGather: gather(i); break;
    case VOp::VScatter: scatter(i); break;
    default: select(i); break;
    }
  }

  void broadcast(const Xmm &d, const Address &from) {
    if (p_.lanes == 1) f64() ? vmovsd(d, from) : vmovss(d, from);
    else if (f64()) wide_ ? vbroadcastsd(Zmm(d.getIdx()), from) : vbroadcastsd(Ymm(d.getIdx()), from);
    else vbroadcastss(d, from);
  }

  // 16-byte pieces of registers. Loads and stores of them do not care for the type.
  void place(const VInst &i) {
    const Xmm d(i.d);
    if (i.a < 0 && i.imm == 0) return vmovups(d, memory(i.mem));
    if (i.a >= 0 && i.imm == 0) return vmovaps(d, Xmm(i.a));
    if (i.a < 0) return wide_ ? vinsertf32x4(Zmm(i.d), Zmm(i.d), memory(i.mem), uint8_t(i.imm)) : vinsertf128(Ymm(i.d), Ymm(i.d), memory(i.mem), uint8_t(i.imm));
    wide_ ? vinsertf32x4(Zmm(i.d), Zmm(i.d), Xmm(i.a), uint8_t(i.imm)) : vinsertf128(Ymm(i.d), Ymm(i.d), Xmm(i.a), uint8_t(i.imm));
  }

  void pick(const VInst &i) {
    const uint8_t piece = uint8_t(i.imm);
    if (i.d >= 0 && piece == 0) return vmovaps(Xmm(i.d), Xmm(i.a));
    if (i.d >= 0) return wide_ ? vextractf32x4(Xmm(i.d), Zmm(i.a), piece) : vextractf128(Xmm(i.d), Ymm(i.a), piece);
    const Address to = memory(i.mem);
    if (piece == 0) return vmovups(to, Xmm(i.a));
    wide_ ? vextractf32x4(to, Zmm(i.a), piece) : vextractf128(to, Ymm(i.a), piece);
  }

  void insert(const VInst &i) {
    const Xmm d(i.d);
    const Address from = memory(i.mem);
    f64() ? vmovhpd(d, d, from) : vinsertps(d, d, from, uint8_t(i.imm << 4));
  }

  void extract(const VInst &i) {
    const Xmm a(i.a);
    const Address to = memory(i.mem);
    if (i.imm == 0) return f64() ? vmovsd(to, a) : vmovss(to, a);
    f64() ? vmovhpd(to, a) : vextractps(to, a, uint8_t(i.imm));
  }

  void zip(const VInst &i) {
    const Xmm d = reg(i.d), a = reg(i.a), b = reg(i.b);
    if (i.op == VOp::VZipLo) f64() ? vunpcklpd(d, a, b) : vunpcklps(d, a, b);
    else f64() ? vunpckhpd(d, a, b) : vunpckhps(d, a, b);
  }

  /// The lanes' distances from the first one, 32 bits each, in register t; half as wide as the data of doubles.
  Xmm distances(const VInst &i) {
    const Xmm t = !f64() ? reg(i.t) : wide_ ? Xmm(Ymm(i.t)) : Xmm(i.t);
    wide_ ? vmovdqu32(t, ptr[rip + distances_[i.imm]]) : vmovdqu(t, ptr[rip + distances_[i.imm]]);
    return t;
  }

  /// k2 or register e: the lanes that are read or written. A gather clears it.
  void lanes_mask(const VInst &i) {
    const bool tail = i.lanes == Lanes::Tail;
    if (wide_) return tail ? kmovw(k2, k1) : kxnorw(k2, k2, k2);
    const Ymm e(i.e);
    tail ? vmovaps(e, Ymm(p_.tail_reg)) : vpcmpeqd(e, e, e);
  }

  /// A compressed displacement of EVEX would be scaled by Xbyak as for whole vectors: rax holds the address.
  Reg64 first_lane(const VInst &i) {
    lea(rax, ptr[place(i.mem)]);
    return rax;
  }

  void gather(const VInst &i) {
    const Xmm d = reg(i.d), t = distances(i);
    lanes_mask(i);
    const Reg64 base = first_lane(i);
    if (wide_) {
      vpxord(d, d, d);
      return f64() ? vgatherdpd(Zmm(i.d) | k2, ptr[base + Ymm(t.getIdx())]) : vgatherdps(Zmm(i.d) | k2, ptr[base + Zmm(t.getIdx())]);
    }
    vxorps(d, d, d);
    f64() ? vgatherdpd(Ymm(i.d), ptr[base + Xmm(t.getIdx())], Ymm(i.e)) : vgatherdps(Ymm(i.d), ptr[base + Ymm(t.getIdx())], Ymm(i.e));
  }

  void scatter(const VInst &i) {
    const Xmm t = distances(i);
    lanes_mask(i);
    const Reg64 base = first_lane(i);
    f64() ? vscatterdpd(ptr[base + Ymm(t.getIdx())] | k2, Zmm(i.a)) : vscatterdps(ptr[base + Zmm(t.getIdx())] | k2, Zmm(i.a));
  }

  /// One element of another type. Integers pass through rax; what is left in d must not delay the conversion.
  void load_converted(const VInst &i) {
    const Xmm d(i.d);
    const RegExp e = place(i.mem);
    switch (*i.stored) {
    case vecwrap::Type::F32: vxorps(d, d, d), vcvtss2sd(d, d, dword[e]); return;
    case vecwrap::Type::F64: vxorps(d, d, d), vcvtsd2ss(d, d, qword[e]); return;
    case vecwrap::Type::I32: movsxd(rax, dword[e]); break;
    case vecwrap::Type::I64: mov(rax, qword[e]); break;
    case vecwrap::Type::U8: movzx(eax, byte[e]); break;
    case vecwrap::Type::I8: movsx(rax, byte[e]); break;
    case vecwrap::Type::F16: movzx(eax, word[e]), vmovd(d, eax), vcvtph2ps(d, d); return;
    case vecwrap::Type::BF16: movzx(eax, word[e]), shl(eax, 16), vmovd(d, eax); return;
    }
    vxorps(d, d, d);
    f64() ? vcvtsi2sd(d, d, rax) : vcvtsi2ss(d, d, rax);
  }

  /// The address may need rax and rdx, so the converted value waits in the temporary.
  void store_converted(const VInst &i) {
    const Xmm a(i.a), t(i.t);
    if (*i.stored == vecwrap::Type::F32) return vcvtsd2ss(t, a, a), vmovss(memory(i.mem), t);
    if (*i.stored == vecwrap::Type::F64) return vcvtss2sd(t, a, a), vmovsd(memory(i.mem), t);
    if (*i.stored == vecwrap::Type::F16) return vcvtps2ph(t, a, 0), vpextrw(memory(i.mem), t, 0);
    if (*i.stored == vecwrap::Type::BF16) return round_to_bf16(*this, wide_, t, Xmm(i.e), a), vpextrw(memory(i.mem), t, 0);
    const bool wide = *i.stored == vecwrap::Type::I64;
    const Reg64 whole = rax;
    if (wide) f64() ? vcvttsd2si(whole, a) : vcvttss2si(whole, a), vmovq(t, whole), vmovq(memory(i.mem), t);
    else f64() ? vcvttsd2si(eax, a) : vcvttss2si(eax, a), vmovd(t, eax), size_of(*i.stored) == 1 ? vpextrb(memory(i.mem), t, 0) : vmovd(memory(i.mem), t);
  }

  bool is_one(const VInst &i) const { return p_.lanes == 1 || i.lanes == Lanes::One; }

  void load_everywhere(const VInst &i) {
    load_converted(i);
    if (p_.lanes == 1) return;
    if (!f64()) vbroadcastss(reg(i.d), Xmm(i.d));
    else wide_ ? vbroadcastsd(Zmm(i.d), Xmm(i.d)) : vbroadcastsd(Ymm(i.d), Xmm(i.d));
  }

  /// Elements of another type. What AVX2 cannot mask is copied element by element to or from the red zone.
  void load_vector_converted(const VInst &i) {
    const Conversion convert(*this, wide_, p_.type, *i.stored);
    if (i.lanes != Lanes::Tail || wide_) return convert.load(i.d, i.t, place(i.mem), i.lanes == Lanes::Tail);
    copy_tail(i, false);
    convert.load(i.d, i.t, rsp - kScratch, false);
  }

  void store_vector_converted(const VInst &i) {
    const Conversion convert(*this, wide_, p_.type, *i.stored);
    if (i.lanes != Lanes::Tail || wide_) return convert.store(place(i.mem), i.a, i.t, i.e, i.lanes == Lanes::Tail);
    convert.store(rsp - kScratch, i.a, i.t, i.e, false);
    copy_tail(i, true);
  }

  /// As many elements as the tail's mask has, last one first. rcx is kept in the red zone's first word.
  void copy_tail(const VInst &i, bool out) {
    const int size = size_of(*i.stored);
    const Reg data = size == 1 ? Reg(cl) : size == 2 ? Reg(cx) : size == 4 ? Reg(ecx) : Reg(rcx);
    const Address memory = ptr[rax + rdx * size - size], scratch = ptr[rsp + rdx * size - size - kScratch];
    Label next;
    lea(rax, ptr[place(i.mem)]);
    f64() ? vmovmskpd(edx, Ymm(p_.tail_reg)) : vmovmskps(edx, Ymm(p_.tail_reg));
    popcnt(edx, edx);
    mov(ptr[rsp - 8], rcx);
    L(next);
    mov(data, out ? scratch : memory);
    mov(out ? memory : scratch, data);
    dec(edx);
    jnz(next);
    mov(rcx, ptr[rsp - 8]);
  }

  void load(const VInst &i) {
    if (i.stored) return is_one(i) ? load_converted(i) : load_vector_converted(i);
    const Address from = memory(i.mem);
    const bool one = p_.lanes == 1 || i.lanes == Lanes::One;
    const Xmm d = reg(i.d, one);
    if (one) f64() ? vmovsd(d, from) : vmovss(d, from);
    else if (i.lanes == Lanes::All) f64() ? vmovupd(d, from) : vmovups(d, from);
    else if (wide_) f64() ? vmovupd(d | k1 | T_z, from) : vmovups(d | k1 | T_z, from);
    else f64() ? vmaskmovpd(d, reg(p_.tail_reg), from) : vmaskmovps(d, reg(p_.tail_reg), from);
  }

  void store(const VInst &i) {
    if (i.stored) return is_one(i) ? store_converted(i) : store_vector_converted(i);
    const Address to = memory(i.mem);
    const bool one = p_.lanes == 1 || i.lanes == Lanes::One;
    const Xmm a = reg(i.a, one);
    if (one) f64() ? vmovsd(to, a) : vmovss(to, a);
    else if (i.lanes == Lanes::All) f64() ? vmovupd(to, a) : vmovups(to, a);
    else if (wide_) f64() ? vmovupd(to | k1, a) : vmovups(to | k1, a);
    else f64() ? vmaskmovpd(to, reg(p_.tail_reg), a) : vmaskmovps(to, reg(p_.tail_reg), a);
  }

  /// Lanes 0..n-1 become active: k1 on AVX-512, a mask register on AVX2.
  void tail(const VInst &i) {
    if (p_.lanes == 1) return;
    if (wide_) {
      if (i.a < 0) mov(eax, (1u << i.value2) - 1);
      else mov(edx, -1), bzhi(eax, edx, read(i.a, rax).cvt32());
      kmovd(k1, eax);
      return;
    }
    const Xmm mask = reg(p_.tail_reg);
    uses_masks_ = true;
    lea(rax, ptr[rip + masks_]);
    if (i.a < 0) return vmovups(mask, ptr[rax + int(32 - i.value2 * size_of(p_.type))]);
    if (Reg64 n = read(i.a, rdx); n.getIdx() != rdx.getIdx()) mov(rdx, n);
    neg(rdx);
    vmovups(mask, ptr[rax + rdx * size_of(p_.type) + 32]);
  }

  void constant(const VInst &i) {
    const Xmm d = reg(i.d);
    uint64_t word = bits_of(i.value);
    if (!word) return wide_ || i.d > 15 ? vpxord(d, d, d) : vxorps(d, d, d);
    broadcast(d, ptr[rip + pool(word, 1)]);
  }

  uint64_t bits_of(double value) const {
    if (f64()) {
      uint64_t word;
      std::memcpy(&word, &value, 8);
      return word;
    }
    float single = float(value);
    uint32_t word;
    std::memcpy(&word, &single, 4);
    return word;
  }

  /// The operand that is no register.
  Address operand(const VInst &i) { return i.mem_const ? everywhere(i.value) : memory(i.mem, i.mem_bcast); }

  void binary(const Binary *row, const VInst &i, bool commutes) {
    const Binary f = row[column()];
    if (i.mem_operand < 0) return (this->*f)(reg(i.d), reg(i.a), reg(i.b));
    const Address m = operand(i);
    (this->*f)(reg(i.d), reg(commutes && i.mem_operand == 0 ? i.b : i.a), m);
  }

  /// d = a*b + c with whichever form needs no copy.
  void fma(const VInst &i) {
    const int col = column();
    if (i.mem_operand == 2) {
      if (i.d == i.b) return (this->*k213[col])(reg(i.d), reg(i.a), operand(i));
      if (i.d != i.a) vmovaps(reg(i.d), reg(i.a));
      return (this->*k213[col])(reg(i.d), reg(i.b), operand(i));
    }
    if (i.mem_operand >= 0) {
      const int other = i.mem_operand == 0 ? i.b : i.a;
      const Address m = operand(i);
      if (i.d == other && i.d != i.c) return (this->*k132[col])(reg(i.d), reg(i.c), m);
      if (i.d != i.c) vmovaps(reg(i.d), reg(i.c));
      return (this->*k231[col])(reg(i.d), reg(other), m);
    }
    if (i.d == i.c) return (this->*k231[col])(reg(i.d), reg(i.a), reg(i.b));
    if (i.d == i.a) return (this->*k213[col])(reg(i.d), reg(i.b), reg(i.c));
    if (i.d == i.b) return (this->*k213[col])(reg(i.d), reg(i.a), reg(i.c));
    vmovaps(reg(i.d), reg(i.c));
    (this->*k231[col])(reg(i.d), reg(i.a), reg(i.b));
  }

  void bits(const VInst &i, Binary f, uint64_t word) { (this->*f)(reg(i.d), reg(i.a), ptr[rip + pool(word, 8)]); }

  void square_root(const VInst &i) {
    const Xmm d = reg(i.d), a = reg(i.a);
    if (p_.lanes == 1) f64() ? vsqrtsd(d, d, a) : vsqrtss(d, d, a);
    else f64() ? vsqrtpd(d, a) : vsqrtps(d, a);
  }

  void round(const VInst &i) {
    constexpr uint8_t kNearestEven = 8; // inexact results raise nothing
    const Xmm d = reg(i.d), a = reg(i.a);
    if (wide_ && p_.lanes == 1) f64() ? vrndscalesd(d, a, a, kNearestEven) : vrndscaless(d, a, a, kNearestEven);
    else if (wide_) f64() ? vrndscalepd(d, a, kNearestEven) : vrndscaleps(d, a, kNearestEven);
    else if (p_.lanes == 1) f64() ? vroundsd(d, a, a, kNearestEven) : vroundss(d, a, a, kNearestEven);
    else f64() ? vroundpd(d, a, kNearestEven) : vroundps(d, a, kNearestEven);
  }

  /// The sum with the magic number holds exponent and bias in its lowest bits; a shift puts them into place. max and min
  /// answer with their second operand where the first is NaN.
  void pow2(const VInst &i) {
    const Exponents e = exponents_of(p_.type);
    const Xmm d = reg(i.d);
    (this->*kMax[column()])(d, reg(i.a), everywhere(e.least));
    (this->*kMin[column()])(d, d, everywhere(e.greatest));
    (this->*kAdd[column()])(d, d, everywhere(pow2_magic(p_.type)));
    f64() ? vpsllq(d, d, e.mantissa) : vpslld(d, d, e.mantissa);
  }

  /// The exponent's bits become the lowest ones of 2^mantissa, from which that and the bias are subtracted.
  void exponent(const VInst &i) {
    const Exponents e = exponents_of(p_.type);
    const Xmm d = reg(i.d), a = reg(i.a);
    const double magic = double(int64_t(1) << e.mantissa);
    const uint64_t word = f64() ? bits_of(magic) : bits_of(magic) << 32 | bits_of(magic);
    f64() ? vpsllq(d, a, 1) : vpslld(d, a, 1);
    f64() ? vpsrlq(d, d, e.mantissa + 1) : vpsrld(d, d, e.mantissa + 1);
    f64() ? vorpd(d, d, ptr[rip + pool(word, 8)]) : vorps(d, d, ptr[rip + pool(word, 8)]);
    (this->*kSub[column()])(d, d, everywhere(magic + e.bias));
  }

  /// The constant as a memory operand.
  Address everywhere(double value) {
    if (p_.lanes == 1) return ptr[rip + pool(bits_of(value), 1)];
    return wide_ ? ptr_b[rip + pool(bits_of(value), 1)] : ptr[rip + pool(f64() ? bits_of(value) : bits_of(value) << 32 | bits_of(value), 4)];
  }

  void select(const VInst &i) {
    const Xmm d = reg(i.d), x = reg(i.a), y = reg(i.b), yes = reg(i.c), no = reg(i.e);
    const uint8_t how = kCompare[int(i.pred)];
    if (wide_) {
      f64() ? vcmppd(k2, x, y, how) : vcmpps(k2, x, y, how);
      f64() ? vblendmpd(d | k2, no, yes) : vblendmps(d | k2, no, yes);
      return;
    }
    const Xmm t = reg(i.t);
    f64() ? vcmppd(t, x, y, how) : vcmpps(t, x, y, how);
    f64() ? vblendvpd(d, no, yes, t) : vblendvps(d, no, yes, t);
  }

  void merge(const VInst &i) {
    const Xmm d = reg(i.d), a = reg(i.a);
    if (wide_) return f64() ? vmovapd(d | k1, a) : vmovaps(d | k1, a);
    f64() ? vblendvpd(d, d, a, reg(p_.tail_reg)) : vblendvps(d, d, a, reg(p_.tail_reg));
  }

  /// The upper half of what is left comes down: 32, 16, 8 or 4 bytes.
  void fold(const VInst &i) {
    const Xmm d(i.d), a(i.a);
    switch (i.imm * size_of(p_.type)) {
    case 32: vextractf64x4(Ymm(i.d), Zmm(i.a), 1); break;
    case 16: wide_ ? vextractf32x4(d, Ymm(i.a), 1) : vextractf128(d, Ymm(i.a), 1); break;
    case 8: vpermilpd(d, a, 1); break;
    default: vmovshdup(d, a); break;
    }
  }

  Label &pool(uint64_t word, int copies) { return pool_[{word, copies}]; }

  void pooled(Label &label, uint64_t word, int copies) {
    L(label);
    if (copies == 1 && !f64()) return dd(uint32_t(word));
    for (int i = 0; i < copies; ++i) dq(word);
  }

  void constants() {
    const bool vectors = std::any_of(pool_.begin(), pool_.end(), [](const auto &entry) { return entry.first.second > 1; });
    while (vectors && getSize() % kLine) db(0);
    for (int copies : {8, 4, 1}) // largest first: none crosses a cache line, if the code begins on one
      for (auto &[key, label] : pool_)
        if (key.second == copies) pooled(label, key.first, copies);
    for (auto &[stride, label] : distances_) {
      L(label);
      for (int64_t lane = 0; lane < p_.lanes; ++lane) dd(uint32_t(int32_t(lane * stride)));
    }
    if (!uses_masks_) return;
    L(masks_);
    for (int i = 0; i < 8; ++i) dq(i < 4 ? ~uint64_t(0) : 0);
  }

  const VProgram &p_;
  const bool wide_;
  GprMap map_;
  std::vector<Label> labels_;
  std::map<std::pair<uint64_t, int>, Label> pool_;
  std::map<int64_t, Label> distances_; // stride -> its multiples, one per lane
  Label masks_;
  bool uses_masks_ = false;
};

} // namespace

Result<Code> emit(const VProgram &program, const Target &target) {
  std::vector<uint8_t> buffer(program.code.size() * 96 + 4096);
  try {
    Emitter emitter(program, target, buffer);
    const int64_t stack = emitter.run();
    buffer.resize(emitter.getSize());
    return Code{std::move(buffer), stack};
  } catch (const std::exception &e) {
    return Refusal{"assembler", e.what()};
  }
}

} // namespace vecwrap::x86
