// a * b + c rounded once, where no instruction does it: a routine behind the kernel's code, called per lane.
//
// Floats: the product of two is exact in double precision. The sum there is rounded to odd, that is, an inexact sum has
// an odd last place on the side of the exact one; as 53 >= 2 * 24 + 2, rounding that to a float is right whatever was cut off
// (Boldo and Melquiond, Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd, IEEE TC 2008).
//
// Doubles: the same in the x87's 64 bits and 15-bit exponents, where no product or sum of doubles leaves the range. The product
// is a pair of numbers (Dekker 1971); the three numbers to add become two, the smaller of them and then the sum itself are
// rounded to odd (toward zero, with the last bit set where the x87 says that this was inexact), and storing a double rounds once.
#include "emit/x86/sse.h"

namespace vecwrap::x86 {
namespace {

constexpr int kLowerBits = 27;     ///< of a double's fraction
constexpr int kSpecial = 0x7fff;   ///< the exponent of infinities and NaN
constexpr int kInexact = 0x20, kIsZero = 0x4000; ///< of the x87's status word
/// Bytes from rsp.
enum Frame { kA = 0, kB = 8, kC = 16, kHighA = 24, kLowA = 32, kHighB = 40, kLowB = 48, kPlain = 56, kSum = 72, kCaller = 88,
             kNearest = 90, kTowardZero = 92, kFrame = 96 };

} // namespace

void Sse::read_operand(const Xmm &to, const VInst &i, int operand, int reg) {
  if (i.mem_operand != operand) return movaps(to, Xmm(reg));
  if (!one()) return movaps(to, everywhere(i.value)); // only constants are operands of vectors
  const Address from = i.mem_const ? everywhere(i.value) : memory(i.mem);
  bits64() ? movsd(to, from) : movss(to, from);
}

/// Scratch 0 to 2: the operands of one lane, and the result. 3: what is done, moving up.
void Sse::fma(const VInst &i) {
  uses_fma_ = true;
  if (one()) {
    for (int operand = 0; operand < 3; ++operand) read_operand(scratch(operand), i, operand, operand == 0 ? i.a : operand == 1 ? i.b : i.c);
    call(fma_);
    return movaps(Xmm(i.d), scratch(0));
  }
  const Xmm result = scratch(3);
  for (int lane = p_.lanes - 1; lane >= 0; --lane) {
    for (int operand = 0; operand < 3; ++operand) {
      const Xmm x = scratch(operand);
      read_operand(x, i, operand, operand == 0 ? i.a : operand == 1 ? i.b : i.c);
      if (lane) psrldq(x, lane * 16 / p_.lanes);
    }
    call(fma_);
    pslldq(result, 16 / p_.lanes);
    bits64() ? movsd(result, scratch(0)) : movss(result, scratch(0));
  }
  movaps(Xmm(i.d), result);
}

/// Overwrites rax and rdx.
void Sse::fma_routine() {
  L(fma_);
  bits64() ? fma_of_doubles() : fma_of_floats();
  ret();
}

/// The sum waits below the stack pointer.
void Sse::fma_of_floats() {
  const Xmm p = scratch(0), s = scratch(1), c = scratch(2);
  const Address sum = qword[rsp - 8];
  Label done;
  cvtss2sd(p, p), cvtss2sd(s, s), cvtss2sd(c, c);
  mulsd(p, s);
  movaps(s, p), addsd(s, c), movsd(sum, s); // Knuth's sum of two: p + c = s + error
  subsd(s, p);                              // t
  subsd(c, s);                              // c - t
  subsd(s, sum), addsd(p, s), addsd(p, c);  // p - (s - t), and the error
  movsd(s, sum);
  xorps(c, c), ucomisd(p, c);
  jp(done), je(done);                       // infinities and NaN have no error, exact sums none either
  movq(rax, s);
  test(eax, 1), jnz(done);
  movq(rdx, p);
  xor_(rdx, rax), sar(rdx, 63), or_(rdx, 1); // toward the error: away from zero where the signs are the same
  CodeGenerator::add(rax, rdx), movq(s, rax);
  L(done);
  cvtsd2ss(p, s);
}

/// The double at rsp + from as two numbers of 26 and 27 bits.
void Sse::split_on_stack(int from, int high, int low) {
  mov(rax, qword[rsp + from]);
  shr(rax, kLowerBits), shl(rax, kLowerBits);
  mov(qword[rsp + high], rax);
  fld(qword[rsp + from]), fsub(qword[rsp + high]), fstp(qword[rsp + low]);
}

/// An 80-bit number on the stack: no address frame of Xbyak's says that.
void Sse::push_extended(int at) { db(0xdb), db(0x6c), db(0x24), db(at); }
void Sse::pop_extended(int at) { db(0xdb), db(0x7c), db(0x24), db(at); }

/// x y -> s e: their sum and its error (Knuth).
void Sse::sum_of_two() {
  fld(st0), fadd(st0, st2);   // s x y
  fld(st0), fsub(st0, st2);   // t s x y, t = s - x
  fsub(st3, st0);             // t s x y-t
  fsubr(st0, st1);            // s-t s x y-t
  fsubp(st2);                 // s x-(s-t) y-t
  fxch(st2), faddp(st1), fxch(st1);
}

/// Pops x y, pushes x + y rounded to odd.
void Sse::sum_to_odd() {
  Label exact;
  fldcw(word[rsp + kTowardZero]), fnclex();
  faddp(st1), pop_extended(kSum);
  fnstsw(ax);
  fldcw(word[rsp + kNearest]);
  test(eax, kInexact), jz(exact);
  or_(byte[rsp + kSum], 1);
  L(exact);
  push_extended(kSum);
}

void Sse::fma_of_doubles() {
  Label special, done;
  sub(rsp, int(kFrame));
  for (int k = 0; k < 3; ++k) movsd(qword[rsp + 8 * k], scratch(k));
  fnstcw(word[rsp + kCaller]);
  mov(dword[rsp + kNearest], 0x0f7f037f); // 64 bits, nothing trapped: to nearest, and the next word toward zero
  fldcw(word[rsp + kNearest]);
  fld(qword[rsp + kA]), fmul(qword[rsp + kB]), fadd(qword[rsp + kC]), pop_extended(kPlain);
  movzx(eax, word[rsp + kPlain + 8]);
  and_(eax, kSpecial), cmp(eax, kSpecial), je(special, T_NEAR); // an infinity or NaN among the operands
  split_on_stack(kA, kHighA, kLowA), split_on_stack(kB, kHighB, kLowB);
  fld(qword[rsp + kA]), fmul(qword[rsp + kB]); // p
  fld(qword[rsp + kHighA]), fmul(qword[rsp + kHighB]), fsub(st0, st1);
  fld(qword[rsp + kHighA]), fmul(qword[rsp + kLowB]), faddp(st1);
  fld(qword[rsp + kLowA]), fmul(qword[rsp + kHighB]), faddp(st1);
  fld(qword[rsp + kLowA]), fmul(qword[rsp + kLowB]), faddp(st1); // e p: a b = p + e
  fld(qword[rsp + kC]), sum_of_two();          // t tl p: c + e
  fxch(st2), fxch(st1), fxch(st2);             // t p tl
  sum_of_two();                                // v vl tl
  fxch(st2), sum_to_odd();                     // z v
  sum_to_odd();
  ftst(), fnstsw(ax), test(eax, kIsZero), jz(done, T_NEAR);
  fstp(st0); // a zero has the sign of the plain one
  L(special);
  push_extended(kPlain);
  L(done);
  fstp(qword[rsp + kA]);
  fldcw(word[rsp + kCaller]);
  movsd(scratch(0), qword[rsp + kA]);
  CodeGenerator::add(rsp, int(kFrame));
}

} // namespace vecwrap::x86
