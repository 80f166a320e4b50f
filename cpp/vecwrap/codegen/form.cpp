#include "codegen/form.h"
#include <cmath>
#include <iterator>

namespace vecwrap {
namespace {

constexpr VOp kVOps[] = {VOp::VConst, VOp::VLoad, VOp::VMov, VOp::VAdd,  VOp::VSub,    VOp::VMul,   VOp::VDiv,
                         VOp::VFma,   VOp::VNeg,  VOp::VAbs, VOp::VSqrt, VOp::VSelect, VOp::VRound, VOp::VPow2,
                         VOp::VExponent, VOp::VBiased, VOp::VMov,
                         VOp::VAnd, VOp::VOr, VOp::VXor, VOp::VShl, VOp::VAshr, VOp::VLshr,
                         VOp::VMulh, VOp::VUmulh, VOp::VCast};
static_assert(std::size(kVOps) == std::size(kOps));

/// a pred b ? a : b (flipped: ? b : a) as max(x, y) = x > y ? x : y or min(x, y) = x < y ? x : y, with x and y swapped
/// where NaN and equal zeros have to give the other one.
struct Extreme { Pred pred; bool flipped; VOp op; bool swapped; };
constexpr Extreme kExtremes[] = {
    {Pred::OGT, false, VOp::VMax, false}, {Pred::OLT, false, VOp::VMin, false}, {Pred::UGE, false, VOp::VMax, true},
    {Pred::ULE, false, VOp::VMin, true},  {Pred::OLT, true, VOp::VMax, true},   {Pred::OGT, true, VOp::VMin, true},
    {Pred::ULE, true, VOp::VMax, false},  {Pred::UGE, true, VOp::VMin, false},
};

/// Of integers, by node: do 32 bits hold it, with its sign?
std::vector<bool> fit_words(const Nest &nest) {
  std::vector<bool> fits;
  for (const Node &n : nest.nodes) {
    const auto at_most = [&](double most) { const Node &c = nest.nodes[n.in[1]]; return c.op == Op::Const && c.value >= 0 && c.value <= most; };
    switch (n.op) {
    case Op::Const: fits.push_back(n.value >= INT32_MIN && n.value <= INT32_MAX); break;
    case Op::Load: fits.push_back(size_of(nest.stored(n.access)) <= 4); break;
    case Op::Select: fits.push_back(fits[n.in[2]] && fits[n.in[3]]); break;
    case Op::And: fits.push_back((fits[n.in[0]] && fits[n.in[1]]) || at_most(INT32_MAX)); break;
    case Op::Or: case Op::Xor: fits.push_back(fits[n.in[0]] && fits[n.in[1]]); break;
    default: fits.push_back(false); break;
    }
  }
  return fits;
}

} // namespace

std::vector<bool> products_of_words(const Nest &nest) {
  std::vector<bool> products(nest.nodes.size());
  if (nest.type != Type::I64) return products;
  const std::vector<bool> fits = fit_words(nest);
  for (size_t n = 0; n < products.size(); ++n)
    if (const Node &node = nest.nodes[n]; node.op == Op::Mul || node.op == Op::Fma) products[n] = fits[node.in[0]] && fits[node.in[1]];
  return products;
}

Form form_of(const Nest &nest, const Node &n) {
  const int *in = n.in;
  for (const Extreme &e : kExtremes)
    if (n.op == Op::Select && n.pred == e.pred && in[0] == in[e.flipped ? 3 : 2] && in[1] == in[e.flipped ? 2 : 3])
      return {e.op, 2, {in[e.swapped], in[!e.swapped], -1, -1}};
  if (is_shift(n.op) && nest.nodes[in[1]].op == Op::Const)
    return {kVOps[static_cast<int>(n.op)], 1, {in[0], -1, -1, -1}, int64_t(nest.nodes[in[1]].value) & shift_mask(nest.type)};
  return {kVOps[static_cast<int>(n.op)], info_of(n.op).operands, {in[0], in[1], in[2], in[3]}};
}

/// NaN is never chosen; -0 and +0 differ for it, and neither is chosen by > and <.
bool is_plain_extreme(VOp op, double c) { return !std::isnan(c) && (c != 0 || std::signbit(c) == (op == VOp::VMin)); }

void name_constant(VInst &v, const Form &form, const Nest &nest) {
  if (form.operands != 2 || nest.nodes[form.in[1]].op != Op::Const) return;
  v.constant = 1, v.value = nest.nodes[form.in[1]].value;
}

bool needs_mask(const Form &form, const Nest &nest) {
  if (wraps(nest.type)) return form.op == VOp::VSelect;
  if (form.op == VOp::VSelect || form.op == VOp::VRound) return true;
  if (form.op != VOp::VMax && form.op != VOp::VMin) return false;
  const Node &second = nest.nodes[form.in[1]];
  return second.op != Op::Const || !is_plain_extreme(form.op, second.value);
}

} // namespace vecwrap
