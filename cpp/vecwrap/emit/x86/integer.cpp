// Arithmetic on vectors of i32. Scalar code computes in whole registers, of which the first element counts.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {
namespace {

struct Row { VOp op; Integer emit; bool commutes; };
constexpr Row kRows[] = {{VOp::VAdd, &CodeGenerator::vpaddd, true},   {VOp::VSub, &CodeGenerator::vpsubd, false},
                         {VOp::VMul, &CodeGenerator::vpmulld, true},  {VOp::VMax, &CodeGenerator::vpmaxsd, false},
                         {VOp::VMin, &CodeGenerator::vpminsd, false}};
/// On AVX-512, and else.
struct Bitwise { VOp op; Integer wide, narrow; };
constexpr Bitwise kBitwise[] = {{VOp::VAnd, &CodeGenerator::vpandd, &CodeGenerator::vpand},
                                {VOp::VOr, &CodeGenerator::vpord, &CodeGenerator::vpor},
                                {VOp::VXor, &CodeGenerator::vpxord, &CodeGenerator::vpxor}};
using ByConstant = void (CodeGenerator::*)(const Xmm &, const Operand &, uint8_t);
struct Shift { VOp op; Integer lanes; ByConstant all; };
constexpr Shift kShifts[] = {{VOp::VShl, &CodeGenerator::vpsllvd, &CodeGenerator::vpslld},
                             {VOp::VAshr, &CodeGenerator::vpsravd, &CodeGenerator::vpsrad},
                             {VOp::VLshr, &CodeGenerator::vpsrlvd, &CodeGenerator::vpsrld}};

constexpr double kFlip = -0x7f7f7f80; ///< the highest bit of each byte
constexpr int kOrdered = 7; ///< the bits of a predicate that integers know: equal 1, greater 2, less 4
/// Those bits -> immediate of vpcmpd (Intel SDM vol. 2C, VPCMPD).
constexpr uint8_t kCompare[] = {3, 0, 6, 5, 1, 2, 4, 7};
/// Those bits -> how AVX2 compares: equal or greater, the operands swapped, the answer negated.
struct Comparison { bool equal, swapped, negated; };
constexpr Comparison kComparisons[] = {{true, false, false}, {true, false, false}, {false, false, false}, {false, true, true},
                                       {false, true, false}, {false, false, true}, {true, false, true}};

} // namespace

void Avx::integers(Integer f, bool commutes, const VInst &i) {
  if (i.mem_operand < 0) return (this->*f)(reg(i.d), reg(i.a), reg(i.b));
  (this->*f)(reg(i.d), reg(commutes && i.mem_operand == 0 ? i.b : i.a), operand(i));
}

bool Avx::integer(const VInst &i) {
  for (const Row &row : kRows)
    if (row.op == i.op) return integers(row.emit, row.commutes, i), true;
  for (const Bitwise &row : kBitwise)
    if (row.op == i.op) return integers(wide_ ? row.wide : row.narrow, true, i), true;
  if (shift(i)) return true;
  switch (i.op) {
  case VOp::VFlip: wide_ ? vpxord(reg(i.d), reg(i.a), everywhere(kFlip)) : vpxor(reg(i.d), reg(i.a), everywhere(kFlip)); return true;
  case VOp::VMulh: multiply_high(i, &CodeGenerator::vpmuldq); return true;
  case VOp::VUmulh: multiply_high(i, &CodeGenerator::vpmuludq); return true;
  case VOp::VFma: multiply_add(i); return true;
  case VOp::VNeg: negate(i); return true;
  case VOp::VAbs: vpabsd(reg(i.d), reg(i.a)); return true;
  case VOp::VSelect: select_integers(i); return true;
  default: return false;
  }
}

/// By lanes x86 takes all bits of a distance: t holds those that count.
bool Avx::shift(const VInst &i) {
  for (const Shift &row : kShifts) {
    if (row.op != i.op) continue;
    if (i.b < 0) return (this->*row.all)(reg(i.d), reg(i.a), uint8_t(i.imm)), true;
    (this->*(wide_ ? kBitwise[0].wide : kBitwise[0].narrow))(reg(i.t), reg(i.b), everywhere(kShiftMask));
    return (this->*row.lanes)(reg(i.d), reg(i.a), reg(i.t)), true;
  }
  return false;
}

/// Products of the even lanes, then of the odd ones, whose upper halves are in place.
void Avx::multiply_high(const VInst &i, Integer f) {
  const Xmm d = reg(i.d), even = reg(i.t), odd = reg(i.e);
  constexpr uint64_t kUpper = 0xffffffff00000000;
  vpsrlq(odd, reg(i.a), 32), vpsrlq(even, reg(i.b), 32);
  (this->*f)(odd, odd, even);
  (this->*f)(even, reg(i.a), reg(i.b));
  vpsrlq(even, even, 32);
  const auto [band, bor] = std::pair(wide_ ? kBitwise[0].wide : kBitwise[0].narrow, wide_ ? kBitwise[1].wide : kBitwise[1].narrow);
  (this->*band)(odd, odd, ptr[rip + pool(kUpper, 8)]);
  (this->*bor)(d, odd, even);
}

/// There is no such instruction: the product waits in t.
void Avx::multiply_add(const VInst &i) {
  const Xmm t = reg(i.t);
  if (i.mem_operand == 2) return vpmulld(t, reg(i.a), reg(i.b)), vpaddd(reg(i.d), t, operand(i));
  if (i.mem_operand < 0) vpmulld(t, reg(i.a), reg(i.b));
  else vpmulld(t, reg(i.mem_operand == 0 ? i.b : i.a), operand(i));
  vpaddd(reg(i.d), t, reg(i.c));
}

/// -x is ~(x - 1).
void Avx::negate(const VInst &i) {
  const Xmm d = reg(i.d);
  vpaddd(d, reg(i.a), everywhere(-1));
  wide_ ? vpxord(d, d, everywhere(-1)) : vpxor(d, d, everywhere(-1));
}

void Avx::select_integers(const VInst &i) {
  const Xmm d = reg(i.d), x = reg(i.a), y = reg(i.b), yes = reg(i.c), no = reg(i.e);
  const int bits = int(i.pred) & kOrdered;
  if (wide_) {
    vpcmpd(k2, x, y, kCompare[bits]);
    return vpblendmd(d | k2, no, yes);
  }
  const Xmm always = bits ? yes : no;
  if (!bits || bits == kOrdered) return vmovaps(d, always);
  const Comparison c = kComparisons[bits];
  const Xmm t = reg(i.t), &a = c.swapped ? y : x, &b = c.swapped ? x : y;
  c.equal ? vpcmpeqd(t, a, b) : vpcmpgtd(t, a, b);
  c.negated ? vblendvps(d, yes, no, t) : vblendvps(d, no, yes, t);
}

} // namespace vecwrap::x86
