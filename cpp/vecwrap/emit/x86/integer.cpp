// Arithmetic on vectors of i32 and i64. Scalar code computes in whole registers, of which the first element counts.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {
namespace {

/// Columns: i32, i64. `wide`: of i64 AVX-512 has it only.
struct Row { VOp op; Integer emit[2]; bool commutes, wide; };
constexpr Row kRows[] = {{VOp::VAdd, {&CodeGenerator::vpaddd, &CodeGenerator::vpaddq}, true, false},
                         {VOp::VSub, {&CodeGenerator::vpsubd, &CodeGenerator::vpsubq}, false, false},
                         {VOp::VMax, {&CodeGenerator::vpmaxsd, &CodeGenerator::vpmaxsq}, false, true},
                         {VOp::VMin, {&CodeGenerator::vpminsd, &CodeGenerator::vpminsq}, false, true}};
/// On AVX-512, and else.
struct Bitwise { VOp op; Integer wide[2], narrow; };
constexpr Bitwise kBitwise[] = {{VOp::VAnd, {&CodeGenerator::vpandd, &CodeGenerator::vpandq}, &CodeGenerator::vpand},
                                {VOp::VOr, {&CodeGenerator::vpord, &CodeGenerator::vporq}, &CodeGenerator::vpor},
                                {VOp::VXor, {&CodeGenerator::vpxord, &CodeGenerator::vpxorq}, &CodeGenerator::vpxor}};
using ByConstant = void (CodeGenerator::*)(const Xmm &, const Operand &, uint8_t);
struct Shift { VOp op; Integer lanes[2]; ByConstant all[2]; };
constexpr Shift kShifts[] = {
    {VOp::VShl, {&CodeGenerator::vpsllvd, &CodeGenerator::vpsllvq}, {&CodeGenerator::vpslld, &CodeGenerator::vpsllq}},
    {VOp::VAshr, {&CodeGenerator::vpsravd, &CodeGenerator::vpsravq}, {&CodeGenerator::vpsrad, &CodeGenerator::vpsraq}},
    {VOp::VLshr, {&CodeGenerator::vpsrlvd, &CodeGenerator::vpsrlvq}, {&CodeGenerator::vpsrld, &CodeGenerator::vpsrlq}}};

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
  if (bits64() && !wide_ && built_long(i)) return true;
  for (const Row &row : kRows)
    if (row.op == i.op) return integers(row.emit[bits64()], row.commutes, i), true;
  for (const Bitwise &row : kBitwise)
    if (row.op == i.op) return integers(wide_ ? row.wide[bits64()] : row.narrow, true, i), true;
  if (shift(i)) return true;
  switch (i.op) {
  case VOp::VFlip: wide_ ? vpxord(reg(i.d), reg(i.a), everywhere(kFlip)) : vpxor(reg(i.d), reg(i.a), everywhere(kFlip)); return true;
  case VOp::VMulh: multiply_high(i, &CodeGenerator::vpmuldq); return true;
  case VOp::VUmulh: multiply_high(i, &CodeGenerator::vpmuludq); return true;
  case VOp::VMul: product(reg(i.d), i); return true;
  case VOp::VFma: multiply_add(i); return true;
  case VOp::VNeg: negate(i); return true;
  case VOp::VAbs: bits64() ? vpabsq(reg(i.d), reg(i.a)) : vpabsd(reg(i.d), reg(i.a)); return true;
  case VOp::VSelect: select_integers(i); return true;
  default: return false;
  }
}

/// By lanes x86 takes all bits of a distance: t holds those that count.
bool Avx::shift(const VInst &i) {
  for (const Shift &row : kShifts) {
    if (row.op != i.op) continue;
    if (i.b < 0) return (this->*row.all[bits64()])(reg(i.d), reg(i.a), uint8_t(i.imm)), true;
    (this->*(wide_ ? kBitwise[0].wide[bits64()] : kBitwise[0].narrow))(reg(i.t), reg(i.b), everywhere(shift_mask(p_.type)));
    return (this->*row.lanes[bits64()])(reg(i.d), reg(i.a), reg(i.t)), true;
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
  const auto [band, bor] = std::pair(wide_ ? kBitwise[0].wide[0] : kBitwise[0].narrow, wide_ ? kBitwise[1].wide[0] : kBitwise[1].narrow);
  (this->*band)(odd, odd, ptr[rip + pool(kUpper, 8)]);
  (this->*bor)(d, odd, even);
}

/// Of i64, numbers of 32 bits are multiplied by one instruction everywhere; AVX2 builds the product of others.
void Avx::product(const Xmm &to, const VInst &i) {
  const bool in_memory = i.mem_operand == 0 || i.mem_operand == 1;
  const Xmm x = reg(i.mem_operand == 0 ? i.b : i.a), other = in_memory ? x : reg(i.b);
  const Address m = in_memory ? operand(i) : ptr[rax];
  const Operand &y = in_memory ? static_cast<const Operand &>(m) : other;
  if (i.words) vpmuldq(to, x, y);
  else if (!bits64()) vpmulld(to, x, y);
  else wide_ ? vpmullq(to, x, y) : long_product(to, i, x, y);
}

/// There is no such instruction: the product waits in t.
void Avx::multiply_add(const VInst &i) {
  const Xmm d = reg(i.d), t = reg(i.t);
  product(t, i);
  const auto add = kRows[0].emit[bits64()];
  i.mem_operand == 2 ? (this->*add)(d, t, operand(i)) : (this->*add)(d, t, reg(i.c));
}

/// -x is ~(x - 1).
void Avx::negate(const VInst &i) {
  const Xmm d = reg(i.d);
  (this->*kRows[0].emit[bits64()])(d, reg(i.a), everywhere(-1));
  (this->*(wide_ ? kBitwise[2].wide[bits64()] : kBitwise[2].narrow))(d, d, everywhere(-1));
}

void Avx::select_integers(const VInst &i) {
  const Xmm d = reg(i.d), x = reg(i.a), y = reg(i.b), yes = reg(i.c), no = reg(i.e);
  const int bits = int(i.pred) & kOrdered;
  if (wide_) {
    bits64() ? vpcmpq(k2, x, y, kCompare[bits]) : vpcmpd(k2, x, y, kCompare[bits]);
    return bits64() ? vpblendmq(d | k2, no, yes) : vpblendmd(d | k2, no, yes);
  }
  const Xmm always = bits ? yes : no;
  if (!bits || bits == kOrdered) return vmovaps(d, always);
  const Comparison c = kComparisons[bits];
  const Xmm t = reg(i.t), &a = c.swapped ? y : x, &b = c.swapped ? x : y;
  if (bits64()) c.equal ? vpcmpeqq(t, a, b) : vpcmpgtq(t, a, b);
  else c.equal ? vpcmpeqd(t, a, b) : vpcmpgtd(t, a, b);
  c.negated ? vblendvps(d, yes, no, t) : vblendvps(d, no, yes, t);
}

} // namespace vecwrap::x86
