// Filling a packed buffer: rows of vectors, blocks that are transposed in registers, or element by element.
#include "codegen/generator.h"
#include <algorithm>

namespace vecwrap {

/// `total` rounds of `step` elements of dim; pointers advance.
void Generator::over(int dim, Count total, int64_t step, const std::function<void()> &body) {
  if (total.is_const() && total.value < step) return;
  const auto saved = copy_pointers(dim);
  const int counter = counter_of(total), head = label(), end = label();
  if (!total.is_const() && step > 1) branch(VOp::BranchLt, counter, step, end);
  place(head);
  body();
  advance(dim, step);
  add_to(counter, -step);
  branch(VOp::BranchGe, counter, step, head);
  place(end);
  restore(saved);
}

/// Dims whose points lie one behind the other in source and buffer are walked as one: the slower one's iterations are more of the
/// faster one's. (Of a filter's 32 channels of 3x3, blocks of 288 neighbours are transposed, not rows of three.)
Buffer Generator::merged(Buffer b) {
  const auto joins = [&](int slow, int fast) {
    const auto follows = [&](const Access &a) {
      const Int s = a.strides[slow], f = a.strides[fast];
      return s.is_const() && f.is_const() && s.value == f.value * chunk_[fast].value;
    };
    if (!chunk_[slow].is_const() || !chunk_[fast].is_const() || chunk_[slow].tail >= 0 || chunk_[fast].tail >= 0) return false;
    for (size_t a = 0; a < tree_.nest.accesses.size(); ++a)
      if (loads_access(tree_.nest, b.root, int(a)) && !follows(tree_.nest.accesses[a])) return false;
    return follows(nest_.accesses[b.access]);
  };
  for (size_t i = b.dims.size() - 1; i > 0; --i) {
    if (!joins(b.dims[i - 1], b.dims[i])) continue;
    chunk_[b.dims[i]].value *= chunk_[b.dims[i - 1]].value;
    b.dims.erase(b.dims.begin() + int(i) - 1);
  }
  return b;
}

void Generator::copy(const Buffer &b, size_t depth) {
  const int d = b.dims[depth], fastest = b.dims.back(), from = transposable(b);
  if (from >= 0 && d == from) return d == fastest ? void() : copy(b, depth + 1);
  if (from >= 0 && d == fastest) return copy_transposed(b, from, fastest);
  if (depth + 1 < b.dims.size()) return over(d, whole(d), 1, [&] { copy(b, depth + 1); });
  bool contiguous = lanes() > 1;
  for (size_t a = 0; a < tree_.nest.accesses.size(); ++a)
    if (loads_access(tree_.nest, b.root, int(a))) {
      contiguous = contiguous && (reaches_strides() || tree_.nest.still(int(a), d) || tree_.nest.contiguous(int(a), d));
    }
  copy_row(b, d, contiguous);
}

/// One vector (or element) of the buffer: the expression `root` over it.
void Generator::copy_element(const Buffer &b, int d, int64_t at, Lanes lanes) {
  if (b.grouped) return copy_group(b, d, at, lanes);
  std::vector<int64_t> index(nest_.dims.size());
  index[d] = at;
  int next[] = {0, 0}; // vectors, scalars apart from them
  std::function<int(int)> value = [&](int node) {
    const Node &n = tree_.nest.nodes[node];
    const Form form = form_of(tree_.nest, n);
    int in[4] = {-1, -1, -1, -1};
    for (int i = 0; i < form.operands; ++i) in[i] = value(form.in[i]);
    const bool uniform = has_uniforms() && (lanes == Lanes::One || this->lanes() == 1 || !depends_on(tree_.nest, node, d));
    VInst v{form.op};
    v.a = in[0], v.b = in[1], v.c = in[2], v.e = in[3], v.value = n.value, v.pred = n.pred, v.lanes = lanes, v.imm = form.imm;
    v.type = n.type, v.words = multiplies_words(node);
    if (v.op == VOp::VCast) v.other = tree_.nest.type_of(n.in[0]);
    name_constant(v, form, tree_.nest);
    v.d = uniform ? kUniform + next[1]++ : next[0]++;
    if (!uniform && needs_temporary(v)) v.t = next[0]++;
    if (needs_second(v)) v.e = next[0]++;
    if (n.op == Op::Load) {
      v.mem = address(n.access, index);
      if (lanes != Lanes::One && tree_.nest.accesses[n.access].strides[d].is_zero()) v.op = VOp::VBcast;
      else if (!uniform) v.stride = lane_stride(n.access, d);
      if (tree_.nest.converts(n.access)) {
        v.stored = tree_.nest.stored(n.access);
        check_conversion(tree_.nest, n.access, this->lanes() == 1 || lanes == Lanes::One || v.op == VOp::VBcast);
        if (!uniform && loads_apart(*v.stored)) v.t = next[0]++;
      }
    }
    if (next[0] > std::min(vector_registers(), target_.vector_regs - 1) || next[1] > std::max(target_.scalar_regs, 1))
      fail("registers", "the packed expression is too large");
    out_.code.push_back(v);
    return v.d;
  };
  const auto saved = pointers();
  const int reg = value(b.root);
  const Mem mem = address(b.access, index);
  VInst &store = emit(VOp::VStore);
  store.a = reg, store.mem = mem, store.lanes = lanes;
  restore(saved);
}

/// The fastest dim, from an element on: whole vectors, then the rest; element by element if the source is strided.
void Generator::copy_row(const Buffer &b, int d, bool contiguous, int64_t from) {
  Count total = chunk_[d];
  if (!contiguous) return over(d, whole(d), 1, [&] { copy_element(b, d, 0, Lanes::One); });
  if (total.tail >= 0) { // known number of vectors, partial last one
    for (int64_t at = from; at + lanes() < total.value; at += lanes()) copy_element(b, d, at, Lanes::All);
    emit(VOp::VTail).a = total.tail;
    return copy_element(b, d, total.value - lanes(), Lanes::Tail);
  }
  if (total.is_const()) {
    const int64_t vectors = total.value / lanes(), looped = vectors > kStraight ? vectors * lanes() : 0;
    if (looped) over(d, {looped}, lanes(), [&] { copy_element(b, d, 0, Lanes::All); });
    for (int64_t at = std::max(looped, from); at < total.value; at += lanes()) {
      const bool whole = at + lanes() <= total.value;
      if (!whole) emit(VOp::VTail).value2 = total.value - at;
      copy_element(b, d, at, whole ? Lanes::All : Lanes::Tail);
    }
    return;
  }
  const auto saved = copy_pointers(d);
  const int counter = counter_of(total), head = label(), rest = label(), end = label();
  branch(VOp::BranchLt, counter, lanes(), rest);
  place(head);
  copy_element(b, d, 0, Lanes::All);
  advance(d, lanes());
  add_to(counter, -lanes());
  branch(VOp::BranchGe, counter, lanes(), head);
  place(rest);
  branch(VOp::BranchLt, counter, 1, end);
  emit(VOp::VTail).a = counter;
  copy_element(b, d, 0, Lanes::Tail);
  place(end);
  restore(saved);
}

Count Generator::whole(int dim) {
  Count total = chunk_[dim];
  if (total.tail >= 0) total.reg = add_imm(total.tail, total.value - lanes());
  total.tail = -1;
  return total;
}

/// A dim along which the source of a plain copy is contiguous while the buffer's fastest dim is strided; -1 if none.
int Generator::transposable(const Buffer &b) const {
  const Node &root = tree_.nest.nodes[b.root];
  if (reaches_strides() || root.op != Op::Load || lanes() < unit() || tree_.nest.converts(root.access)) return -1;
  if (tree_.nest.contiguous(root.access, b.dims.back())) return -1;
  for (int d : b.dims)
    if (tree_.nest.contiguous(root.access, d)) return d;
  return -1;
}

/// Blocks through registers, as large as they fit, then smaller ones; at last element by element.
void Generator::copy_transposed(const Buffer &b, int from, int to) {
  const std::vector<int> sizes = {lanes(), unit(), 1};
  const Count rows = whole(to);
  in_blocks(from, whole(from), sizes, [&](int columns) {
    in_blocks(to, rows, sizes, [&](int height) {
      if (columns > 1 && height > 1) transpose_block(b, from, columns, to, height);
      else over(from, {columns}, 1, [&] { over(to, {height}, 1, [&] { copy_element(b, to, 0, Lanes::One); }); });
    });
  });
}

/// A vector of rows side by side in each register, a piece of each. Columns may be groups of narrow elements, as wide as one.
void Generator::transpose_block(const Buffer &b, int from, int columns, int to, int rows) {
  const auto saved = pointers();
  const int64_t column = b.grouped ? dot_->group : 1;
  std::vector<int> free(vector_registers());
  for (size_t i = 0; i < free.size(); ++i) free[i] = int(free.size() - 1 - i);
  const RegisterFile file{[&] { const int reg = free.back(); free.pop_back(); return reg; }, [&](int reg) { free.push_back(reg); }};
  std::vector<std::vector<int>> blocks(columns / unit(), std::vector<int>(unit()));
  for (auto &block : blocks)
    for (int &reg : block) reg = file.take();
  std::vector<int64_t> index(nest_.dims.size());
  for (int row = 0; row < rows; ++row, ++index[to])
    for (size_t c = 0; c < blocks.size(); ++c) {
      index[from] = int64_t(c) * unit() * column;
      const Mem mem = address(tree_.nest.nodes[b.root].access, index);
      VInst &piece = emit(VOp::VPlace);
      piece.d = blocks[c][row % unit()], piece.imm = row / unit(), piece.mem = mem;
    }
  index[to] = index[from] = 0;
  for (std::vector<int> &block : blocks)
    for (int reg : transpose(block, file, [&](int i) { file.give(block[i]); })) {
      const Mem mem = address(b.access, index);
      VInst &store = emit(rows == lanes() ? VOp::VStore : VOp::VPick);
      store.a = reg, store.mem = mem;
      index[from] += column;
    }
  restore(saved);
}

/// As many blocks of the first size as there are, then of the next; the last size is 1, or 0: what is left, at once.
void Generator::in_blocks(int dim, Count total, const std::vector<int> &sizes, const Block &block, size_t at) {
  const int size = sizes[at];
  if (size == 1) return over(dim, total, 1, [&] { block(1); });
  if (size == 0) return chunk_[dim] = total, block(0);
  if (total.is_const() && total.value < size) return in_blocks(dim, total, sizes, block, at + 1);
  const auto saved = copy_pointers(dim);
  const int counter = counter_of(total), head = label(), tail = label(), end = label();
  if (!total.is_const()) branch(VOp::BranchLt, counter, size, tail);
  place(head);
  block(size);
  advance(dim, size);
  add_to(counter, -size);
  branch(VOp::BranchGe, counter, size, head);
  place(tail);
  Count left{total.value % size, total.is_const() ? -1 : counter};
  if (!left.is_const()) branch(VOp::BranchLt, counter, 1, end);
  if (!left.is_const() || left.value) in_blocks(dim, left, sizes, block, at + 1);
  place(end);
  restore(saved);
}

} // namespace vecwrap
