// Arithmetic: the same operations on f registers, and on vectors with an f register for an operand that all lanes share.
#include "emit/rvv/emitter.h"
#include "ir/half.h"
#include <array>
#include <bit>
#include <stdexcept>

namespace vecwrap::rvv {
namespace {

/// Operations of two operands and of one; columns: f registers of either type; vectors, the second or the first a scalar.
struct Binary { VOp op; Op single, twice, vv, vf, fv; };
constexpr Binary kBinary[] = {
    {VOp::VAdd, Op::FaddS, Op::FaddD, Op::VfaddVV, Op::VfaddVF, Op::VfaddVF},
    {VOp::VSub, Op::FsubS, Op::FsubD, Op::VfsubVV, Op::VfsubVF, Op::VfrsubVF},
    {VOp::VMul, Op::FmulS, Op::FmulD, Op::VfmulVV, Op::VfmulVF, Op::VfmulVF},
    {VOp::VDiv, Op::FdivS, Op::FdivD, Op::VfdivVV, Op::VfdivVF, Op::VfrdivVF},
};
constexpr Binary kIntegers[] = {
    {VOp::VAdd, Op::Add, Op::Add, Op::VaddVV, Op::VaddVX, Op::VaddVX},
    {VOp::VSub, Op::Sub, Op::Sub, Op::VsubVV, Op::VsubVX, Op::VrsubVX},
    {VOp::VMul, Op::Mul, Op::Mul, Op::VmulVV, Op::VmulVX, Op::VmulVX},
    {VOp::VMax, Op::Li, Op::Li, Op::VmaxVV, Op::VmaxVX, Op::VmaxVX}, // scalars choose with a branch
    {VOp::VMin, Op::Li, Op::Li, Op::VminVV, Op::VminVX, Op::VminVX},
    {VOp::VMulh, Op::Mul, Op::Mul, Op::VmulhVV, Op::VmulhVX, Op::VmulhVX},
    {VOp::VUmulh, Op::Mul, Op::Mul, Op::VmulhuVV, Op::VmulhuVX, Op::VmulhuVX},
    {VOp::VAnd, Op::And, Op::And, Op::VandVV, Op::VandVX, Op::VandVX},
    {VOp::VOr, Op::Or, Op::Or, Op::VorVV, Op::VorVX, Op::VorVX},
    {VOp::VXor, Op::Xor, Op::Xor, Op::VxorVV, Op::VxorVX, Op::VxorVX},
};
struct Unary { VOp op; Op single, twice, v; };
constexpr Unary kUnary[] = {
    {VOp::VNeg, Op::FnegS, Op::FnegD, Op::Vfneg},
    {VOp::VAbs, Op::FabsS, Op::FabsD, Op::Vfabs},
    {VOp::VSqrt, Op::FsqrtS, Op::FsqrtD, Op::Vfsqrt},
};

template <class Table> auto row_for(const Table &table, VOp op) {
  for (const auto &row : table)
    if (row.op == op) return &row;
  return static_cast<decltype(&table[0])>(nullptr);
}

} // namespace

Op Emitter::reduction(const VInst &i) const {
  const VOp join = VOp(i.imm);
  if (join == VOp::VAdd) return integral() ? Op::Vredsum : Op::Vfredusum;
  if (join == VOp::VMax) return integral() ? Op::Vredmax : Op::Vfredmax;
  return integral() ? Op::Vredmin : Op::Vfredmin;
}

uint64_t Emitter::bits_of(double value) const {
  if (integral()) return bits64() ? uint64_t(int64_t(value)) : uint32_t(int32_t(value));
  if (f16()) return to_f16(float(value));
  return bits64() ? std::bit_cast<uint64_t>(value) : std::bit_cast<uint32_t>(float(value));
}

void Emitter::constant(int d, double value) {
  const uint64_t bits = bits_of(value);
  if (in_word(d)) return out_.load_imm(d - kWord, bits64() ? int64_t(bits) : int32_t(bits));
  if (bits) out_.load_imm(kT0, bits64() ? int64_t(bits) : f16() ? int16_t(bits) : int32_t(bits));
  out_.put(typed(Op::FmvWX, Op::FmvDX), d, bits ? kT0 : kZero);
}

Operand Emitter::operand(const VInst &i, int k) {
  const int reg = std::array{i.a, i.b, i.c, i.e}[k];
  if (i.mem_operand == k) return constant(kF1, i.value), Operand{true, kF1};
  return is_uniform(reg) ? Operand{true, f(reg)} : Operand{false, v(reg)};
}

void Emitter::operation(const VInst &i) {
  if (i.op == VOp::VLoad || i.op == VOp::VBcast) return load(i);
  if (i.op == VOp::VStore) return store(i);
  if (i.op == VOp::VLoadSegment || i.op == VOp::VStoreSegment) return move_segment(i);
  if (i.op == VOp::VConvert) return convert(i);
  if (i.op == VOp::Prefetch) return prefetch(i);
  if (i.op == VOp::VIndex) return load_indices(i);
  is_uniform(i.d) ? uniform(i) : vector(i);
}

void Emitter::uniform(const VInst &i) {
  if (integral()) return uniform_integer(i);
  const int d = f(i.d);
  if (const Binary *row = row_for(kBinary, i.op)) {
    const int a = scalar_operand(i, 0), b = scalar_operand(i, 1);
    return out_.put(typed(row->single, row->twice), d, a, b);
  }
  if (const Unary *row = row_for(kUnary, i.op)) return out_.put(typed(row->single, row->twice), d, scalar_operand(i, 0));
  switch (i.op) {
  case VOp::VConst: return constant(d, i.value);
  case VOp::VMov: return move_scalar(d, scalar_operand(i, 0));
  case VOp::VRound: return round_scalar(d, scalar_operand(i, 0));
  case VOp::VPow2: return pow2_scalar(d, scalar_operand(i, 0));
  case VOp::VFma: {
    const int a = scalar_operand(i, 0), b = scalar_operand(i, 1), c = scalar_operand(i, 2);
    return out_.put(typed(Op::FmaddS, Op::FmaddD), d, a, b, c);
  }
  case VOp::VExponent: return exponent_scalar(d, scalar_operand(i, 0));
  case VOp::VBiased: return biased_scalar(d, scalar_operand(i, 0));
  case VOp::VSelect: return select(i);
  case VOp::VMax: case VOp::VMin: return extreme(i);
  default: throw std::logic_error("an operation without instructions for RISC-V");
  }
}

void Emitter::vector(const VInst &i) {
  const Need n = need(i.lanes, true);
  if (integral() && vector_integer(i)) return;
  if (integral() ? row_for(kIntegers, i.op) : row_for(kBinary, i.op)) return binary(i);
  if (const Unary *row = row_for(kUnary, i.op)) return out_.put(n, row->v, v(i.d), v(i.a));
  switch (i.op) {
  case VOp::VConst: constant(kF1, i.value); return move(need(Lanes::All, true), v(i.d), {true, kF1});
  case VOp::VMov: return move(need(Lanes::All, true), v(i.d), operand(i, 0));
  case VOp::VMerge: {
    Need tail = need(Lanes::Tail, false);
    tail.type.keep_tail = true;
    return move(tail, v(i.d), operand(i, 0));
  }
  case VOp::VFold:
    out_.load_imm(kT0, i.imm);
    return out_.put(need(Lanes::All, true), Op::Vslidedown, v(i.d), v(i.a), kT0);
  case VOp::VSum: return out_.put(need(i.lanes, false), Op::Vfredosum, v(i.d), v(i.a), v(i.d));
  case VOp::VReduce: return out_.put(need(Lanes::All, false), reduction(i), v(i.d), v(i.a), v(i.b));
  case VOp::VFma: return fma(i);
  case VOp::VWiden: return widen(i);
  case VOp::VRound: return round(i);
  case VOp::VPow2: return pow2(i);
  case VOp::VExponent: return exponent(i);
  case VOp::VBiased: return biased(i);
  case VOp::VSelect: return select(i);
  case VOp::VMax: case VOp::VMin: return extreme(i);
  default: throw std::logic_error("an operation without instructions for RISC-V");
  }
}

void Emitter::move_scalar(int d, int a) {
  if (in_word(d) || in_word(a)) return from_word(d, whole(a, kT0));
  if (d != a) out_.put(typed(Op::FmvS, Op::FmvD), d, a);
}

void Emitter::move(const Need &n, int d, Operand from) {
  if (from.scalar && in_word(from.reg)) out_.put(n, Op::VmvVX, d, from.reg - kWord);
  else if (from.scalar) out_.put(n, Op::VfmvVF, d, from.reg);
  else if (d != from.reg) out_.put(n, Op::VmvVV, d, from.reg);
}

void Emitter::binary(const VInst &i) {
  const Binary &row = integral() ? *row_for(kIntegers, i.op) : *row_for(kBinary, i.op);
  const Operand a = operand(i, 0), b = operand(i, 1);
  const Op op = a.scalar ? row.fv : b.scalar ? row.vf : row.vv;
  const Operand &second = a.scalar ? a : b;
  out_.put(need(i.lanes, true), op, v(i.d), (a.scalar ? b : a).reg, second.scalar ? lane(second.reg) : second.reg);
}

/// From 2^mantissa on every number is an integer, and so it stays; the conversions use the rounding of the environment, ties
/// to even, and the sign comes back for what becomes zero.
void Emitter::round(const VInst &i) {
  const Need n = need(i.lanes, true);
  const int d = v(i.d), a = v(i.a), t = v(i.t);
  constant(kF1, double(int64_t(1) << exponents_of(p_.type).mantissa));
  out_.put(n, Op::Vfabs, t, a), out_.put(n, Op::VmfltVF, 0, t, kF1);
  out_.put(n, Op::VfcvtXF, t, a), out_.put(n, Op::VfcvtFX, t, t), out_.put(n, Op::Vfsgnj, t, t, a);
  out_.put(n, Op::VmergeVV, d, a, t);
}

void Emitter::round_scalar(int d, int a) {
  const int whole = out_.label();
  constant(kF1, double(int64_t(1) << exponents_of(p_.type).mantissa));
  out_.put(typed(Op::FabsS, Op::FabsD), kF0, a), out_.put(typed(Op::FltS, Op::FltD), kT0, kF0, kF1);
  move_scalar(d, a);
  out_.put(Op::Beq, kT0, kZero, whole);
  out_.put(typed(Op::FcvtWSN, Op::FcvtLDN), kT0, d), out_.put(typed(Op::FcvtSW, Op::FcvtDL), kF0, kT0);
  out_.put(typed(Op::FsgnjS, Op::FsgnjD), d, kF0, d), out_.place(whole);
}

/// The sum with the magic number holds exponent and bias in its lowest bits; a shift puts them into place. max and min answer
/// with the number where the other one is NaN.
void Emitter::pow2(const VInst &i) {
  const Need n = need(i.lanes, true);
  const Exponents e = exponents_of(p_.type);
  const int d = v(i.d);
  constant(kF1, e.least), out_.put(n, Op::VfmaxVF, d, v(i.a), kF1);
  constant(kF1, e.greatest), out_.put(n, Op::VfminVF, d, d, kF1);
  constant(kF1, pow2_magic(p_.type)), out_.put(n, Op::VfaddVF, d, d, kF1);
  out_.load_imm(kT0, e.mantissa), out_.put(n, Op::VsllVX, d, d, kT0);
}

void Emitter::pow2_scalar(int d, int a) {
  const Exponents e = exponents_of(p_.type);
  constant(kF1, e.least), out_.put(typed(Op::FmaxS, Op::FmaxD), kF0, a, kF1);
  constant(kF1, e.greatest), out_.put(typed(Op::FminS, Op::FminD), kF0, kF0, kF1);
  constant(kF1, pow2_magic(p_.type)), out_.put(typed(Op::FaddS, Op::FaddD), kF0, kF0, kF1);
  out_.put(typed(Op::FmvXW, Op::FmvXD), kT0, kF0), out_.put(Op::Slli, kT0, kT0, e.mantissa);
  out_.put(typed(Op::FmvWX, Op::FmvDX), d, kT0);
}

/// The sign is shifted out, then the fraction; what is left loses the bias.
void Emitter::exponent(const VInst &i) {
  const Need n = need(i.lanes, true);
  const Exponents e = exponents_of(p_.type);
  const int d = v(i.d);
  out_.load_imm(kT0, 1), out_.put(n, Op::VsllVX, d, v(i.a), kT0);
  out_.load_imm(kT0, e.mantissa + 1), out_.put(n, Op::VsrlVX, d, d, kT0);
  out_.load_imm(kT0, -e.bias), out_.put(n, Op::VaddVX, d, d, kT0);
  out_.put(n, Op::VfcvtFX, d, d);
}

void Emitter::exponent_scalar(int d, int a) {
  const Exponents e = exponents_of(p_.type);
  const int sign = 65 - 8 * size_of(p_.type); // bits above the exponent in a register
  out_.put(typed(Op::FmvXW, Op::FmvXD), kT0, a);
  out_.put(Op::Slli, kT0, kT0, sign), out_.put(Op::Srli, kT0, kT0, sign + e.mantissa), out_.put(Op::Addi, kT0, kT0, -e.bias);
  out_.put(typed(Op::FcvtSL, Op::FcvtDL), d, kT0);
}

void Emitter::biased(const VInst &i) {
  out_.load_imm(kT0, exponents_of(p_.type).mantissa), out_.put(need(i.lanes, true), Op::VsllVX, v(i.d), v(i.a), kT0);
}

void Emitter::biased_scalar(int d, int a) {
  out_.put(typed(Op::FmvXW, Op::FmvXD), kT0, a), out_.put(Op::Slli, kT0, kT0, exponents_of(p_.type).mantissa);
  out_.put(typed(Op::FmvWX, Op::FmvDX), d, kT0);
}

} // namespace vecwrap::rvv
