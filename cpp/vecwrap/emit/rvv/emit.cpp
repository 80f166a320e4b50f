#include "emit/rvv/emit.h"
#include "emit/rvv/emitter.h"
#include "emit/rvv/order.h"
#include "emit/rvv/pipeline.h"
#include "emit/rvv/vset.h"
#include <algorithm>
#include <bit>

namespace vecwrap::rvv {
namespace {

constexpr int64_t kPage = 4096, kLine = 64;

} // namespace

Assembly Emitter::run() {
  prologue();
  const auto start = int64_t(out_.lines.size());
  for (const VInst &i : p_.code) one(i);
  epilogue();
  insert_vsets(out_, {p_.lanes, kLanes, kTail});
  const auto reads_lanes = [](const Line &l) { return l.kind == Line::Code && l.insn.op == Op::Vsetvli && l.insn.operand[1] == kLanes; };
  if (std::any_of(out_.lines.begin(), out_.lines.end(), reads_lanes)) {
    Assembly lanes;
    lanes.load_imm(kLanes, p_.lanes);
    out_.lines.insert(out_.lines.begin() + start, lanes.lines.begin(), lanes.lines.end());
  }
  out_.stack_bytes = fixed_bytes() + (p_.frame_bytes ? p_.frame_bytes + kLine : 0);
  return std::move(out_);
}

/// Downwards: callee-saved registers and slots, then the buffers; each page is touched, so a guard page is met in order.
void Emitter::prologue() {
  const int64_t fixed = fixed_bytes();
  int64_t rest = fixed;
  if (rest > kPage) out_.load_imm(kT0, kPage);
  for (; rest > kPage; rest -= kPage) {
    out_.put(Op::Sub, kSp, kSp, kT0);
    out_.unwind(Frame::At, kSp, fixed - rest + kPage);
    out_.put(Op::Sd, kZero, 0, kSp);
  }
  out_.add_imm(kSp, kSp, -rest, kT0);
  if (fixed) out_.unwind(Frame::At, kSp, fixed);
  if (p_.frame_bytes + kLine >= kPage) out_.put(Op::Sd, kZero, 0, kSp);
  saved_registers(Op::Sd, Op::Fsd, Frame::Saved);
  if (!p_.frame_bytes) return;
  out_.put(Op::Mv, kFp, kSp);
  out_.unwind(Frame::At, kFp, fixed);
  const int64_t bytes = p_.frame_bytes + kLine;
  if (bytes >= kPage) out_.load_imm(kT0, kPage);
  for (int64_t left = bytes; left >= kPage; left -= kPage) out_.put(Op::Sub, kSp, kSp, kT0), out_.put(Op::Sd, kZero, 0, kSp);
  out_.add_imm(kSp, kSp, -(bytes % kPage), kT0);
}

void Emitter::epilogue() {
  const int64_t fixed = fixed_bytes();
  if (p_.frame_bytes) out_.put(Op::Mv, kSp, kFp), out_.unwind(Frame::At, kSp, fixed);
  saved_registers(Op::Ld, Op::Fld, Frame::Restored);
  out_.add_imm(kSp, kSp, fixed, kT0);
  if (fixed) out_.unwind(Frame::At, kSp, 0);
  out_.put(Op::Ret);
}

void Emitter::saved_registers(Op x, Op f, Frame what) {
  int64_t at = 0;
  const auto one = [&](Op op, int reg, int dwarf) {
    out_.put(op, reg, at, kSp), out_.unwind(what, dwarf + reg, fixed_bytes() - at);
    at += 8;
  };
  for (int reg : saved_x_) one(x, reg, 0);
  for (int reg : saved_f_) one(f, reg, kDwarfF);
}

void Emitter::one(const VInst &i) {
  if (i.op == VOp::Note) return out_.remark(p_.notes[i.imm]);
  if (i.op < VOp::Label) return scalar(i);
  if (i.op <= VOp::BranchNe) return control(i);
  if (i.op == VOp::VTail) return tail(i);
  operation(i);
}

void Emitter::scalar(const VInst &i) {
  const int d = in_register(i.d) ? x(i.d) : kT0;
  switch (i.op) {
  case VOp::SImm: out_.load_imm(d, i.imm); break;
  case VOp::SArg: out_.put(Op::Ld, d, 8 * i.imm, kA0); break;
  case VOp::SMov: out_.add_imm(d, read(i.a, kT0), 0, kT1); break;
  case VOp::SAdd: { const int a = read(i.a, kT0), b = read(i.b, kT1); out_.put(Op::Add, d, a, b); break; }
  case VOp::SMul: { const int a = read(i.a, kT0), b = read(i.b, kT1); out_.put(Op::Mul, d, a, b); break; }
  case VOp::SAddImm: out_.add_imm(d, read(i.a, kT0), i.imm, kT1); break;
  case VOp::SMulImm: multiply(d, read(i.a, kT0), i.imm); break;
  case VOp::SMinImm: minimum(d, read(i.a, kT0), i.imm); break;
  case VOp::SLoad: {
    const Mem m = place(i.mem, kT1);
    out_.put(i.imm == 4 ? Op::Lw : Op::Ld, d, m.disp, m.base);
    break;
  }
  default: // SFrame
    out_.put(Op::Addi, kT1, kSp, kLine - 1), out_.put(Op::Andi, kT1, kT1, -kLine);
    out_.add_imm(d, kT1, i.imm, kT0);
  }
  if (in_register(i.d)) return;
  const auto [at, from] = slot(i.d, kT1);
  out_.put(Op::Sd, d, at, from);
}

void Emitter::multiply(int d, int a, int64_t imm) {
  if (imm > 0 && std::has_single_bit(uint64_t(imm))) return out_.put(Op::Slli, d, a, std::countr_zero(uint64_t(imm)));
  out_.load_imm(kT1, imm);
  out_.put(Op::Mul, d, a, kT1);
}

void Emitter::minimum(int d, int a, int64_t imm) {
  const int done = out_.label();
  out_.load_imm(kT1, imm);
  out_.add_imm(d, a, 0, kT1);
  out_.put(Op::Bge, kT1, d, done), out_.put(Op::Mv, d, kT1), out_.place(done);
}

void Emitter::control(const VInst &i) {
  if (i.op == VOp::Label) return out_.place(int(i.imm));
  if (i.op == VOp::Jump) return out_.put(Op::J, i.imm);
  const int a = read(i.a, kT0);
  const bool less = i.op == VOp::BranchLt, order = less || i.op == VOp::BranchGe;
  if (i.b < 0 && i.value2 == 1 && order) return out_.put(less ? Op::Bge : Op::Blt, kZero, a, i.imm); // with 0 instead
  int b = kZero;
  if (i.b >= 0) b = read(i.b, kT1);
  else if (i.value2) out_.load_imm(b = kT1, i.value2);
  const Op op = less ? Op::Blt : order ? Op::Bge : i.op == VOp::BranchEq ? Op::Beq : Op::Bne;
  out_.put(op, a, b, i.imm);
}

void Emitter::tail(const VInst &i) {
  if (p_.lanes == 1) return;
  if (i.a < 0) return out_.load_imm(kTail, i.value2);
  const int a = read(i.a, kTail);
  if (a != kTail) out_.put(Op::Mv, kTail, a);
}

Need Emitter::need(Lanes lanes, bool more) const {
  const Length length = lanes == Lanes::All ? Length::All : lanes == Lanes::Tail ? Length::Tail : Length::One;
  const bool exact = p_.undisturbed && lanes == Lanes::Tail;
  return {length, more && !exact, {8 * size_of(p_.type), std::countr_zero(unsigned(p_.group)), p_.undisturbed}};
}

Assembly emit(const VProgram &program) {
  const VProgram in_order = ordered(pipelined(program));
  return Emitter(in_order).run();
}

} // namespace vecwrap::rvv
