// Arithmetic on i32 and i64. Elements that all lanes share stand in x registers (kWord), the last ones of many in f registers as bits:
// those pass through t0 and t1 where they are computed with, and through t0 where a vector takes them.
#include "emit/rvv/emitter.h"
#include <limits>
#include <stdexcept>

namespace vecwrap::rvv {
namespace {

/// By a register and by a constant, of i32 and i64: scalars; vectors by vectors, by a register, by a constant.
struct Shift { VOp op; Op single[2], constant[2], vv, vx, vi; };
constexpr Shift kShifts[] = {{VOp::VShl, {Op::Sllw, Op::Sll}, {Op::Slliw, Op::Slli}, Op::VsllVV, Op::VsllVX, Op::VsllVI},
                             {VOp::VAshr, {Op::Sraw, Op::Sra}, {Op::Sraiw, Op::Srai}, Op::VsraVV, Op::VsraVX, Op::VsraVI},
                             {VOp::VLshr, {Op::Srlw, Op::Srl}, {Op::Srliw, Op::Srli}, Op::VsrlVV, Op::VsrlVX, Op::VsrlVI}};
constexpr int64_t kMostConstant = 31; ///< a vector's distance that stands in the instruction

const Shift *shift_of(VOp op) {
  for (const Shift &row : kShifts)
    if (row.op == op) return &row;
  return nullptr;
}

} // namespace

int Emitter::whole(int f, int x) {
  if (in_word(f)) return f - kWord;
  out_.put(bits64() ? Op::FmvXD : Op::FmvXW, x, f);
  return x;
}

void Emitter::from_word(int d, int x) {
  if (!in_word(d)) out_.put(bits64() ? Op::FmvDX : Op::FmvWX, d, x);
  else if (d - kWord != x) out_.put(Op::Mv, d - kWord, x);
}

void Emitter::uniform_integer(const VInst &i) {
  const int d = f(i.d);
  switch (i.op) {
  case VOp::VConst: return constant(d, i.value);
  case VOp::VMov: return move_scalar(d, scalar_operand(i, 0));
  case VOp::VSelect: return select(i);
  case VOp::VMax: case VOp::VMin: return extreme(i);
  case VOp::VNeg: out_.put(of_word(Op::Subw, Op::Sub), kT0, kZero, whole(scalar_operand(i, 0), kT0)); break;
  case VOp::VAbs: absolute(scalar_operand(i, 0)); break;
  case VOp::VAdd: case VOp::VSub: case VOp::VMul: case VOp::VFma: sums(i); break;
  case VOp::VAnd: bitwise(i, Op::And); break;
  case VOp::VOr: bitwise(i, Op::Or); break;
  case VOp::VXor: bitwise(i, Op::Xor); break;
  case VOp::VMulh: case VOp::VUmulh: multiply_high(i); break;
  case VOp::VShl: case VOp::VAshr: case VOp::VLshr: shift_scalar(i); break;
  default: throw std::logic_error("integers do not have the operation");
  }
  from_word(d, kT0);
}

/// t0 = a op b, or a * b + c.
void Emitter::sums(const VInst &i) {
  const int a = scalar_operand(i, 0), b = scalar_operand(i, 1), c = i.op == VOp::VFma ? scalar_operand(i, 2) : -1;
  const int x = whole(a, kT0), y = whole(b, kT1);
  const Op add = of_word(Op::Addw, Op::Add);
  out_.put(i.op == VOp::VAdd ? add : i.op == VOp::VSub ? of_word(Op::Subw, Op::Sub) : of_word(Op::Mulw, Op::Mul), kT0, x, y);
  if (c >= 0) out_.put(add, kT0, kT0, whole(c, kT1));
}

void Emitter::bitwise(const VInst &i, Op op) {
  const int a = scalar_operand(i, 0), b = scalar_operand(i, 1), x = whole(a, kT0);
  out_.put(op, kT0, x, whole(b, kT1));
}

/// Of whole registers, in which numbers stand with their sign.
void Emitter::multiply_high(const VInst &i) {
  const int a = scalar_operand(i, 0), b = scalar_operand(i, 1);
  int x = whole(a, kT0), y = whole(b, kT1);
  if (i.op == VOp::VUmulh)
    for (auto [from, to] : {std::pair(&x, kT0), std::pair(&y, kT1)})
      out_.put(Op::Slli, to, *from, 32), out_.put(Op::Srli, to, to, 32), *from = to;
  out_.put(Op::Mul, kT0, x, y), out_.put(Op::Srai, kT0, kT0, 32);
}

void Emitter::shift_scalar(const VInst &i) {
  const Shift &row = *shift_of(i.op);
  const int a = scalar_operand(i, 0);
  if (i.b < 0) return out_.put(row.constant[bits64()], kT0, whole(a, kT0), i.imm);
  const int b = scalar_operand(i, 1), x = whole(a, kT0);
  out_.put(row.single[bits64()], kT0, x, whole(b, kT1));
}

/// A scalar that is shifted by vectors becomes one.
void Emitter::shift(const VInst &i) {
  const Shift &row = *shift_of(i.op);
  const Need n = need(i.lanes, true);
  Operand a = operand(i, 0);
  if (a.scalar) move(n, v(i.t), a), a = {false, v(i.t)};
  if (i.b < 0 && i.imm <= kMostConstant) return out_.put(n, row.vi, v(i.d), a.reg, i.imm);
  if (i.b < 0) return out_.load_imm(kT0, i.imm), out_.put(n, row.vx, v(i.d), a.reg, kT0);
  const Operand b = operand(i, 1);
  out_.put(n, b.scalar ? row.vx : row.vv, v(i.d), a.reg, b.scalar ? lane(b.reg) : b.reg);
}

void Emitter::absolute(int f) {
  const int positive = out_.label();
  if (const int x = whole(f, kT0); x != kT0) out_.put(Op::Mv, kT0, x);
  out_.put(Op::Bge, kT0, kZero, positive);
  out_.put(of_word(Op::Subw, Op::Sub), kT0, kZero, kT0), out_.place(positive);
}

/// True for what is not as with floats.
bool Emitter::vector_integer(const VInst &i) {
  const Need n = need(i.lanes, true);
  const int d = v(i.d);
  if (shift_of(i.op)) return shift(i), true;
  if (i.op == VOp::VNeg) return out_.put(n, Op::VrsubVX, d, v(i.a), kZero), true;
  if (i.op != VOp::VAbs) return false;
  out_.put(n, Op::VrsubVX, v(i.t), v(i.a), kZero), out_.put(n, Op::VmaxVV, d, v(i.a), v(i.t));
  return true;
}

/// t0 is the whole number that it holds, if i32 has it, or else the least one.
void Emitter::as_word(int scratch) {
  const int fits = out_.label();
  out_.put(Op::SextW, scratch, kT0), out_.put(Op::Beq, scratch, kT0, fits);
  out_.load_imm(kT0, std::numeric_limits<int32_t>::min()), out_.place(fits);
}

} // namespace vecwrap::rvv
