// Comparisons, and what depends on them: masks in v0 (and v1) for vectors, a branch where the comparison is of scalars.
#include "codegen/form.h"
#include "emit/rvv/emitter.h"
#include <utility>

namespace vecwrap::rvv {
namespace {

enum Kind { Eq, Ne, Lt, Le, Always };
/// A predicate as one comparison or two that are joined by "or", or as the opposite of that. Swapped: of b with a.
struct Comparison { Kind first; bool swapped; Kind second; bool opposite; }; // the second one is of b with a
constexpr Comparison kComparisons[] = {
    {Always, false, Always, true}, {Eq, false, Always, false}, {Lt, true, Always, false},  {Le, true, Always, false},
    {Lt, false, Always, false},    {Le, false, Always, false}, {Lt, false, Lt, false},     {Le, false, Le, false},
    {Le, false, Le, true},         {Lt, false, Lt, true},      {Le, false, Always, true},  {Lt, false, Always, true},
    {Le, true, Always, true},      {Lt, true, Always, true},   {Ne, false, Always, false}, {Always, false, Always, false},
};
static_assert(std::size(kComparisons) == std::size(kPreds));

/// Of two vectors; of a vector with a scalar; of a scalar with a vector, which is the mirror image of a vector with a scalar.
struct Forms { Op vv, vf, fv; };
constexpr Forms kForms[] = {
    {Op::VmfeqVV, Op::VmfeqVF, Op::VmfeqVF}, {Op::VmfneVV, Op::VmfneVF, Op::VmfneVF},
    {Op::VmfltVV, Op::VmfltVF, Op::VmfgtVF}, {Op::VmfleVV, Op::VmfleVF, Op::VmfgeVF}};
constexpr Forms kIntegerForms[] = {{Op::VmseqVV, Op::VmseqVX, Op::VmseqVX},
                                   {Op::VmsneVV, Op::VmsneVX, Op::VmsneVX},
                                   {Op::VmsltVV, Op::VmsltVX, Op::VmsgtVX},
                                   {Op::VmsleVV, Op::VmsleVX, Op::VmsltVX}}; // the last one: the opposite of that

/// A predicate as integers know it: nothing is unordered.
Pred of_integers(Pred pred) {
  const int bits = int(pred) & 7;
  return bits == 7 ? Pred::True : Pred(bits) == Pred::ONE ? Pred::UNE : Pred(bits);
}

} // namespace

void Emitter::comparison(const Need &n, int mask, int kind, Operand a, Operand b) {
  const Forms &form = integral() ? kIntegerForms[kind] : kForms[kind];
  const Operand &second = a.scalar ? a : b;
  const int reg = second.scalar ? lane(second.reg) : second.reg;
  out_.put(n, a.scalar ? form.fv : b.scalar ? form.vf : form.vv, mask, (a.scalar ? b : a).reg, reg);
  if (integral() && a.scalar && kind == Le) out_.put(n, Op::Vmnot, mask, mask);
}

bool Emitter::compare(const Need &n, Pred pred, Operand a, Operand b) {
  const Comparison &c = kComparisons[int(pred)];
  c.swapped ? comparison(n, 0, c.first, b, a) : comparison(n, 0, c.first, a, b);
  if (c.second != Always) comparison(n, 1, c.second, b, a), out_.put(n, Op::Vmor, 0, 0, 1);
  return c.opposite;
}

/// t0 = x < y, x <= y, x == y.
void Emitter::compare_words(bool less, bool or_equal, int x, int y) {
  const int a = whole(or_equal ? y : x, kT0), b = whole(or_equal ? x : y, kT1);
  if (less || or_equal) out_.put(Op::Slt, kT0, a, b);
  else out_.put(Op::Sub, kT0, a, b), out_.put(Op::Seqz, kT0, kT0);
  if (or_equal) out_.put(Op::Xori, kT0, kT0, 1);
}

/// "Not equal" is the only one that f registers do not have.
bool Emitter::compare_scalars(Pred pred, int a, int b) {
  const Comparison &c = kComparisons[int(pred)];
  const auto one = [&](int d, Kind kind, int x, int y) {
    if (integral()) return compare_words(kind == Lt, kind == Le, x, y);
    out_.put(kind == Lt ? typed(Op::FltS, Op::FltD) : kind == Le ? typed(Op::FleS, Op::FleD) : typed(Op::FeqS, Op::FeqD), d, x, y);
  };
  c.swapped ? one(kT0, c.first, b, a) : one(kT0, c.first, a, b);
  if (c.second != Always) one(kT1, c.second, b, a), out_.put(Op::Or, kT0, kT0, kT1);
  return c.opposite != (c.first == Ne);
}

/// d = v0 ? yes : no.
void Emitter::merge(const Need &n, int d, Operand yes, Operand no, bool opposite) {
  if (opposite) std::swap(yes, no);
  if (no.scalar && yes.scalar) move(n, d, no), no = {false, d};
  if (no.scalar) out_.put(n, Op::Vmnot, 0, 0), std::swap(yes, no);
  if (yes.scalar && in_word(yes.reg)) return out_.put(n, Op::VmergeVX, d, no.reg, yes.reg - kWord);
  out_.put(n, yes.scalar ? Op::VfmergeVF : Op::VmergeVV, d, no.reg, yes.reg);
}

void Emitter::choose(const VInst &i, Pred pred, Operand a, Operand b, Operand yes, Operand no) {
  if (integral()) pred = of_integers(pred);
  const bool scalar = is_uniform(i.d);
  const int d = scalar ? f(i.d) : v(i.d);
  const Need n = need(i.lanes, true);
  const auto take = [&](Operand from) { scalar ? move_scalar(d, from.reg) : move(n, d, from); };
  if (kComparisons[int(pred)].first == Always) return take(kComparisons[int(pred)].opposite ? no : yes);
  if (!(a.scalar && b.scalar)) return merge(n, d, yes, no, compare(n, pred, a, b));
  const int otherwise = out_.label(), done = out_.label();
  const bool opposite = compare_scalars(pred, a.reg, b.reg);
  out_.put(opposite ? Op::Bne : Op::Beq, kT0, kZero, otherwise);
  take(yes), out_.put(Op::J, done);
  out_.place(otherwise), take(no), out_.place(done);
}

void Emitter::select(const VInst &i) {
  const Operand a = operand(i, 0), b = operand(i, 1), yes = operand(i, 2), no = operand(i, 3);
  choose(i, i.pred, a, b, yes, no);
}

/// a > b ? a : b, a < b ? a : b. One instruction where a constant makes IEEE's maximum the same.
void Emitter::extreme(const VInst &i) {
  const bool largest = i.op == VOp::VMax;
  if (integral() && !is_uniform(i.d)) return binary(i);
  const Operand a = operand(i, 0), b = operand(i, 1);
  const bool plain = !integral() && i.constant == 1 && is_plain_extreme(i.op, i.value);
  if (plain && is_uniform(i.d))
    return out_.put(largest ? typed(Op::FmaxS, Op::FmaxD) : typed(Op::FminS, Op::FminD), f(i.d), a.reg, b.reg);
  if (plain && b.scalar) return out_.put(need(i.lanes, true), largest ? Op::VfmaxVF : Op::VfminVF, v(i.d), a.reg, b.reg);
  choose(i, largest ? Pred::OGT : Pred::OLT, a, b, a, b);
}

} // namespace vecwrap::rvv
