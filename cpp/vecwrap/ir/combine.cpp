#include "ir/combine.h"
#include <bit>
#include <cmath>

namespace vecwrap {
namespace {

/// An operation, the operands that acc may come from (bits), and how two results over different elements are joined.
struct Row { Op op; unsigned acc; Op joined; };
constexpr Row kRows[] = {{Op::Add, 0b11, Op::Add}, {Op::Sub, 0b01, Op::Add}, {Op::Fma, 0b100, Op::Add}, {Op::Mul, 0b11, Op::Mul},
                         {Op::And, 0b11, Op::And}, {Op::Or, 0b11, Op::Or}, {Op::Xor, 0b11, Op::Xor}};
constexpr Combine kJoined[] = {{Op::Add, -1, -0.0}, {Op::Mul, -1, 1}, {Op::And, -1, -1}, {Op::Or, -1, 0}, {Op::Xor, -1, 0}};

/// Is `root` a chain of operations down to acc that are all joined by `op`?
bool joined_by(const Nest &nest, Op op, int root) {
  const Node &n = nest.nodes[root];
  if (n.op == Op::Acc) return true;
  for (const Row &row : kRows) {
    if (row.op != n.op || row.joined != op) continue;
    unsigned uses = 0;
    for (int i = 0; i < info_of(n.op).operands; ++i) uses |= unsigned(uses_acc(nest, n.in[i])) << i;
    return std::has_single_bit(uses) && (uses & row.acc) && joined_by(nest, op, n.in[std::countr_zero(uses)]);
  }
  return false;
}

/// (acc > x) ? acc : x, in any arrangement: the larger or the smaller of two values.
bool is_extremum(const Nest &nest, const Node &n) {
  const auto is_acc = [&](int operand) { return nest.nodes[n.in[operand]].op == Op::Acc; };
  const int bits = int(n.pred), x = is_acc(0) ? 1 : 0;
  const bool ordering = !(bits & 2) != !(bits & 4); // greater or less, not both
  return n.op == Op::Select && ordering && is_acc(0) != is_acc(1) && is_acc(2) != is_acc(3) &&
         n.in[x] == n.in[is_acc(2) ? 3 : 2] && !uses_acc(nest, n.in[x]);
}

} // namespace

std::optional<Combine> combine_of(const Nest &nest) {
  if (nest.update < 0 || nest.nodes[nest.update].op == Op::Acc) return {};
  for (const Combine &combine : kJoined)
    if (joined_by(nest, combine.op, nest.update)) return combine;
  if (is_extremum(nest, nest.nodes[nest.update])) return Combine{Op::Select, nest.update};
  return {};
}

bool may_reorder(const Nest &nest) {
  return !keeps_place(nest) && (nest.reassoc || (wraps(nest.type) && combine_of(nest))); // the first place, or the last
}

int added_in_order(const Nest &nest) {
  if (nest.update < 0 || nest.nodes[nest.update].op != Op::Add) return -1;
  const int *in = nest.nodes[nest.update].in;
  for (int acc : {0, 1})
    if (nest.nodes[in[acc]].op == Op::Acc && !uses_acc(nest, in[1 - acc])) return in[1 - acc];
  return -1;
}

bool may_repeat_init(const Nest &nest, const Combine &combine) {
  const Node &init = nest.nodes[nest.init];
  return combine.op == Op::Select || (init.op == Op::Const && init.value == combine.neutral); // +0 and -0 alike
}

} // namespace vecwrap
