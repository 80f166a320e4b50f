#include "ir/combine.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

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

/// Is the predicate greater or less, not both? An equal, or unordered, pair does not matter.
bool is_ordering(Pred pred) { return !(int(pred) & 2) != !(int(pred) & 4); }

/// (acc > x) ? acc : x, in any arrangement: the larger or the smaller of two values.
bool is_extremum(const Nest &nest, const Node &n) {
  const auto is_acc = [&](int operand) { return nest.nodes[n.in[operand]].op == Op::Acc; };
  const int x = is_acc(0) ? 1 : 0;
  return n.op == Op::Select && is_ordering(n.pred) && is_acc(0) != is_acc(1) && is_acc(2) != is_acc(3) &&
         n.in[x] == n.in[is_acc(2) ? 3 : 2] && !uses_acc(nest, n.in[x]);
}

/// A bit for each way of joining in which the order of the points does not matter: rows of kJoined, the larger, the smaller, and those of
/// numbers without a sign.
constexpr unsigned kLarger = 1u << std::size(kJoined), kSmaller = kLarger << 1, kUnsigned = 2, kEvery = (1u << (std::size(kJoined) + 4)) - 1;

unsigned bit_of(Op joined) {
  return 1u << (std::ranges::find(kJoined, joined, &Combine::op) - std::begin(kJoined));
}

/// What a chain of such operations may be so far: `ways[node]`, 0 where acc takes no part.
struct Chains {
  const Nest &nest;
  std::vector<unsigned> ways = std::vector<unsigned>(nest.nodes.size());
  std::vector<char> uses = std::vector<char>(nest.nodes.size()); ///< acc, somewhere below

  unsigned joined(const Node &n) const {
    for (const Row &row : kRows) {
      if (row.op != n.op) continue;
      unsigned from = 0;
      for (int i = 0; i < info_of(n.op).operands; ++i) from |= unsigned(uses[n.in[i]]) << i;
      return std::has_single_bit(from) && (from & row.acc) ? ways[n.in[std::countr_zero(from)]] & bit_of(row.joined) : 0;
    }
    return 0;
  }

  /// What is compared as a number without a sign: x of x + the least integer, as comparisons are signed. -1: not so.
  int without_sign(int node) const {
    const Node &n = nest.nodes[node];
    const auto is_least = [&](int operand) {
      return nest.nodes[operand].op == Op::Const && nest.nodes[operand].value == -std::ldexp(1.0, 8 * size_of(nest.type) - 1);
    };
    if (!wraps(nest.type) || n.op != Op::Add) return -1;
    return is_least(n.in[1]) ? n.in[0] : is_least(n.in[0]) ? n.in[1] : -1;
  }

  /// (chain > x) ? chain : x, in any arrangement, or a choice between chains that does not look at acc.
  unsigned chosen(const Node &n) const {
    const auto [left, right, yes, no] = n.in;
    if (!uses[left] && !uses[right]) return ways[yes] & ways[no];
    const bool is_unsigned = without_sign(left) >= 0 && without_sign(right) >= 0;
    const int a = is_unsigned ? without_sign(left) : left, b = is_unsigned ? without_sign(right) : right;
    const bool same = yes == a && no == b, other = yes == b && no == a;
    if ((uses[a] && uses[b]) || !is_ordering(n.pred) || !(same || other)) return 0;
    const unsigned way = bool(int(n.pred) & 2) == same ? kLarger : kSmaller;
    return ways[uses[a] ? a : b] & (is_unsigned ? way << kUnsigned : way);
  }

  unsigned of(int root) {
    for (int i = 0; i <= root; ++i) {
      const Node &n = nest.nodes[i];
      uses[i] = n.op == Op::Acc;
      for (int k = 0; k < info_of(n.op).operands; ++k) uses[i] |= uses[n.in[k]];
      ways[i] = n.op == Op::Acc ? kEvery : !uses[i] ? 0 : n.op == Op::Select ? chosen(n) : joined(n);
    }
    return root < 0 ? 0 : ways[root];
  }
};

} // namespace

std::optional<Combine> combine_of(const Nest &nest) {
  if (nest.update < 0 || nest.nodes[nest.update].op == Op::Acc) return {};
  for (const Combine &combine : kJoined)
    if (joined_by(nest, combine.op, nest.update)) return combine;
  if (is_extremum(nest, nest.nodes[nest.update])) return Combine{Op::Select, nest.update};
  return {};
}

// Fast-math lets sums be taken in any order, not any update: `x - acc` and `acc / 2 + x` mean another thing in another order.
bool may_reorder(const Nest &nest) {
  return !keeps_place(nest) && (nest.reassoc || wraps(nest.type)) && Chains{nest}.of(nest.update); // a place is the first one, or the last
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
