// Vectors of other types in memory. A load reads them into the last registers of the vector that they become (narrow ones), or
// into v0 and what follows it (wide ones), and converts from there; a store converts in its temporaries.
#include "emit/rvv/emitter.h"
#include <bit>

namespace vecwrap::rvv {
namespace {

/// By the size of the elements: 1, 2, 4, 8 bytes.
constexpr Op kLoads[] = {Op::Vle8, Op::Vle16, Op::Vle32, Op::Vle64}, kStores[] = {Op::Vse8, Op::Vse16, Op::Vse32, Op::Vse64};
constexpr Op kStridedLoads[] = {Op::Vlse8, Op::Vlse16, Op::Vlse32, Op::Vlse64};
constexpr Op kStridedStores[] = {Op::Vsse8, Op::Vsse16, Op::Vsse32, Op::Vsse64};
/// By the factor: 2, 4, 8.
constexpr Op kUnsigned[] = {Op::Vzext2, Op::Vzext4, Op::Vzext8}, kSigned[] = {Op::Vsext2, Op::Vsext4, Op::Vsext8};

constexpr int kHalfBits = 16; ///< from the upper end of a float to its bfloat16
constexpr int kTowardsZero = 1; ///< frm: the instruction with that mode built in crashes QEMU 7.2

int log2_of(int power) { return std::countr_zero(unsigned(power)); }
bool is_float(Type t) { return t == Type::F32 || t == Type::F64 || t == Type::F16; }

} // namespace

/// The same number of elements, of other bits: as many registers more or less.
Need Emitter::of_bits(int bits, Lanes lanes) const {
  Need n = need(lanes, true);
  n.type.lmul += log2_of(bits) - log2_of(n.type.sew), n.type.sew = bits;
  return n;
}

void Emitter::move_memory(const VInst &i, int reg, bool store, int bits) {
  const int size = log2_of(size_of(i.stored.value_or(p_.type))), at = address(i.mem, kT1);
  Need n = bits ? of_bits(bits, i.lanes) : need(i.lanes, false);
  n.more = false;
  if (i.indexed) {
    n.type = of_bits(8 << size, i.lanes).type;
    return out_.put(n, Op::Vluxei64, reg, at, 0);
  }
  if (i.stride < 0) return out_.put(n, (store ? kStores : kLoads)[size], reg, at);
  out_.put(n, (store ? kStridedStores : kStridedLoads)[size], reg, at, read(i.stride, kT0));
}

void Emitter::load_converted(const VInst &i) {
  const int parts = size_of(p_.type) / size_of(*i.stored), d = v(i.d);
  const int raw = !parts ? 0 : i.t >= 0 ? v(i.t) : d + p_.group - p_.group / parts;
  move_memory(i, raw, false);
  convert_from(i, raw);
}

void Emitter::convert_from(const VInst &i, int raw) {
  const Type stored = *i.stored;
  const int parts = size_of(p_.type) / size_of(stored), d = v(i.d);
  if (integral() && stored == Type::F32) return truncate(i, d, raw, raw);
  if (is_float(stored)) return out_.put(of_bits(8 * std::min(size_of(stored), size_of(p_.type)), i.lanes), parts ? Op::VfwcvtFF : Op::VfncvtFF, d, raw);
  const Need n = need(i.lanes, true);
  const bool sign = stored != Type::U8 && stored != Type::U16 && stored != Type::BF16;
  if (parts > 1) out_.put(n, (sign ? kSigned : kUnsigned)[log2_of(parts) - 1], d, raw);
  const int whole = parts > 1 ? d : raw;
  if (stored == Type::BF16) return out_.load_imm(kT0, kHalfBits), out_.put(n, Op::VsllVX, d, whole, kT0);
  if (!integral()) out_.put(n, Op::VfcvtFX, d, whole);
}

/// Elements of half the nest's size, in the lower half of the vector's registers; bytes are read into the upper half, or `t`.
void Emitter::load_narrow(const VInst &i) {
  const int bits = 4 * size_of(p_.type), parts = bits / (8 * size_of(*i.stored)), d = v(i.d);
  const int raw = parts == 1 ? d : i.t >= 0 ? v(i.t) : d + p_.group / 2;
  move_memory(i, raw, false, bits);
  if (parts > 1) out_.put(of_bits(bits, i.lanes), *i.stored == Type::U8 ? Op::Vzext2 : Op::Vsext2, d, raw);
}

/// A vector that a segment has brought.
void Emitter::convert(const VInst &i) {
  const int raw = v(i.a) + int(i.imm), bits = 4 * size_of(p_.type);
  if (!i.narrow) return convert_from(i, raw);
  const bool same = 8 * size_of(*i.stored) == bits;
  out_.put(of_bits(bits, i.lanes), same ? Op::VmvVV : *i.stored == Type::U8 ? Op::Vzext2 : Op::Vsext2, v(i.d), raw);
}

void Emitter::move_segment(const VInst &i) {
  const bool store = i.op == VOp::VStoreSegment;
  const int first = int(store ? Op::Vsseg2e8 : Op::Vlseg2e8), size = log2_of(size_of(i.stored.value_or(p_.type)));
  const Op op = Op(first + 4 * (int(i.imm) - 2) + size); // rows are in this order
  out_.put(need(i.lanes, false), op, v(store ? i.a : i.d), address(i.mem, kT1));
}

/// v0 and what follows = 64-bit distances. Words are read into the upper half of those registers, or behind them where they are
/// as many as a vector's.
void Emitter::load_indices(const VInst &i) {
  const Need n = of_bits(64, i.lanes);
  const bool words = i.stored == Type::I32;
  const int parts = 8 / size_of(p_.type), from = words ? std::max(1, parts / 2) * p_.group : 0, at = address(i.mem, kT1);
  Need exact = need(i.lanes, false);
  if (i.stride < 0) out_.put(exact, words ? Op::Vle32 : Op::Vle64, from, at);
  else out_.put(exact, words ? Op::Vlse32 : Op::Vlse64, from, at, read(i.stride, kT0));
  if (words) out_.put(n, Op::Vsext2, 0, from);
  if (i.imm != 1) out_.load_imm(kT0, i.imm), out_.put(n, Op::VmulVX, 0, 0, kT0);
}

void Emitter::store_converted(const VInst &i) {
  const Type stored = *i.stored;
  const int a = v(i.a), t = v(i.t);
  if (size_of(stored) > size_of(p_.type)) {
    out_.put(of_bits(8 * size_of(p_.type), i.lanes), Op::VfwcvtFF, 0, a);
    return move_memory(i, 0, true);
  }
  if (integral()) from_integers(i);
  else if (is_float(stored)) out_.put(of_bits(8 * size_of(stored), i.lanes), Op::VfncvtFF, t, a);
  else if (stored == Type::BF16) to_bfloat(i);
  else to_integers(i);
  move_memory(i, t, true);
}

/// To nearest, ties to even: half of the last place, less one where that is even. The maximum of NaN and itself is the quiet
/// one that a carry does not reach.
void Emitter::to_bfloat(const VInst &i) {
  const Need n = need(i.lanes, true);
  const int t = v(i.t), e = v(i.e);
  out_.put(n, Op::VfmaxVV, t, v(i.a), v(i.a));
  out_.load_imm(kT0, kHalfBits), out_.put(n, Op::VsrlVX, e, t, kT0);
  out_.load_imm(kT0, 1), out_.put(n, Op::VandVX, e, e, kT0), out_.put(n, Op::VaddVV, t, t, e);
  out_.load_imm(kT0, (1 << (kHalfBits - 1)) - 1), out_.put(n, Op::VaddVX, t, t, kT0);
  out_.put(of_bits(16, i.lanes), Op::VnsrlWI, t, t, kHalfBits);
}

/// d = a towards zero; what is out of range becomes the least value. The conversion answers with the nearest one, and the
/// largest for NaN, which no number of that size is: that one plus 1 is the least. `e` may be `a`.
void Emitter::truncate(const VInst &i, int d, int a, int e) {
  const Need n = need(i.lanes, true);
  out_.put(Op::Fsrmi, kT0, kTowardsZero), out_.put(n, Op::VfcvtXF, d, a), out_.put(Op::Fsrm, kT0);
  out_.load_imm(kT0, 1), out_.put(n, Op::VaddVX, e, d, kT0), out_.put(n, Op::VminVV, d, d, e);
}

/// Where the result is narrower than the numbers, the range is moved to 0 and cut above.
void Emitter::to_integers(const VInst &i) {
  const Need n = need(i.lanes, true);
  const int t = v(i.t);
  if (!bits64() || i.stored == Type::I64) truncate(i, t, v(i.a), v(i.e));
  else {
    constexpr int64_t half = int64_t(1) << 31;
    out_.put(Op::Fsrmi, kT0, kTowardsZero), out_.put(n, Op::VfcvtXF, t, v(i.a)), out_.put(Op::Fsrm, kT0);
    out_.load_imm(kT0, half), out_.put(n, Op::VaddVX, t, t, kT0);
    out_.load_imm(kT0, 2 * half), out_.put(n, Op::VminuVX, t, t, kT0);
    out_.load_imm(kT0, -half), out_.put(n, Op::VaddVX, t, t, kT0);
  }
  narrow(i, t);
}

void Emitter::from_integers(const VInst &i) {
  if (i.stored == Type::F32) out_.put(need(i.lanes, true), Op::VfcvtFX, v(i.t), v(i.a));
  else narrow(i, v(i.a));
}

/// t = the lower bits of the integers in `from`, as many as are stored.
void Emitter::narrow(const VInst &i, int from) {
  for (int bits = 8 * size_of(p_.type) / 2; bits >= 8 * size_of(*i.stored); bits /= 2, from = v(i.t))
    out_.put(of_bits(bits, i.lanes), Op::VnsrlWI, v(i.t), from, 0);
}

} // namespace vecwrap::rvv
