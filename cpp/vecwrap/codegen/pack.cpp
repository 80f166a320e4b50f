#include "codegen/generator.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// Does the expression read only `tensor` (through one access), scalars and constants? Sets `access`, -1 if not read.
bool only_tensor(const Nest &nest, int node, int tensor, int &access) {
  const Node &n = nest.nodes[node];
  if (n.op == Op::Acc) return false;
  if (n.op == Op::Load) {
    const Access &a = nest.accesses[n.access];
    if (a.index >= 0) return false; // where it reads is not known before
    if (a.tensor == tensor && (access < 0 || access == n.access)) return access = n.access, true;
    return a.tensor != tensor && std::all_of(a.strides.begin(), a.strides.end(), [](Int s) { return s.is_zero(); });
  }
  for (int i = 0; i < info_of(n.op).operands; ++i)
    if (!only_tensor(nest, n.in[i], tensor, access)) return false;
  return true;
}

/// The largest such expressions of `root` that read the tensor.
void packable(const Nest &nest, int root, int tensor, std::vector<int> &found) {
  int access = -1;
  if (only_tensor(nest, root, tensor, access)) {
    if (access >= 0 && std::find(found.begin(), found.end(), root) == found.end()) found.push_back(root);
    return;
  }
  for (int i = 0; i < info_of(nest.nodes[root].op).operands; ++i) packable(nest, nest.nodes[root].in[i], tensor, found);
}

} // namespace

std::vector<int> packable(const Nest &nest, int tensor) {
  std::vector<int> found;
  if (nest.update >= 0) packable(nest, nest.update, tensor, found);
  return found;
}

bool Generator::plan_packs() {
  for (const Pack &pack : tree_.packs)
    if (!plan_pack(pack)) return false;
  if (out_.frame_bytes > target_.stack_bytes)
    return fail("pack-size", "packed buffers need " + std::to_string(out_.frame_bytes) + " bytes, the target allows " +
                                 std::to_string(target_.stack_bytes));
  return true;
}

bool Generator::plan_pack(const Pack &pack) {
  const std::string &name = tree_.nest.tensors[pack.tensor].name;
  const std::vector<int> roots = packable(tree_.nest, pack.tensor);
  if (nest_.update < 0) return fail("pack-shape", "only operands of a reduction are packed");
  const bool output = pack.tensor == nest_.accesses[nest_.out].tensor;
  if (!output && (roots.size() != 1 || roots[0] == nest_.update))
    return fail("pack-shape", "tensor '" + name + "' is not read by exactly one expression of the reduction");
  Buffer buffer;
  buffer.position = pack.position, buffer.root = output ? -1 : roots[0];
  std::vector<int64_t> capacity(nest_.dims.size(), 1);
  for (int l = int(tree_.loops.size()) - 1; l >= pack.position; --l) { // innermost loop: fastest dim
    const int d = tree_.loops[l].dim;
    if (output ? is_reduction(d) : !depends_on(tree_.nest, buffer.root, d)) continue;
    if (!tree_.loops[l].chunk.is_const())
      return fail("pack-size", "loop '" + tree_.loops[l].name + "' has no constant extent; split it outside the pack");
    capacity[d] = tree_.loops[l].chunk.value; // the outermost loop of the dim inside the pack is seen last
    if (std::find(buffer.dims.begin(), buffer.dims.end(), d) == buffer.dims.end()) buffer.dims.insert(buffer.dims.begin(), d);
  }
  // lanes read rows of the buffer; what is broadcast may as well keep the order in which the source is contiguous
  if (!output && vector_dim() >= 0 && !depends_on(tree_.nest, buffer.root, vector_dim()))
    for (size_t a = 0; a < tree_.nest.accesses.size(); ++a)
      if (tree_.nest.accesses[a].tensor == pack.tensor && loads_access(tree_.nest, buffer.root, int(a)))
        std::stable_partition(buffer.dims.begin(), buffer.dims.end(), [&](int d) {
          return !tree_.nest.contiguous(int(a), d);
        });
  if (dot_ && !output && (buffer.root == dot_->product.a || buffer.root == dot_->product.b)) {
    buffer.grouped = true;
    if (capacity[dot_->dim] == 1 && std::find(buffer.dims.begin(), buffer.dims.end(), dot_->dim) == buffer.dims.end())
      return fail("dot-shape", "tensor '" + name + "' does not move along the loop of dot inside the pack");
  }
  if (buffer.dims.empty()) return fail("pack-shape", "tensor '" + name + "' does not move in the loops inside the pack");
  std::vector<Int> strides(nest_.dims.size());
  int64_t bytes = esize();
  for (auto d = buffer.dims.rbegin(); d != buffer.dims.rend(); ++d) {
    const int64_t group = buffer.grouped && *d == dot_->dim ? dot_->group : 1, count = (capacity[*d] + group - 1) / group;
    strides[*d] = Int::constant(bytes / group);
    const int64_t unit = *d == vector_dim() ? lanes() : 1;
    bytes *= (count + unit - 1) / unit * unit;
    if (bytes > target_.stack_bytes) return fail("pack-size", "the buffer for '" + name + "' exceeds the stack limit");
  }
  buffer.offset = out_.frame_bytes;
  out_.frame_bytes += (bytes + 63) / 64 * 64;
  buffer.tensor = nest_.add_tensor("packed " + name);
  buffer.access = nest_.add_access(buffer.tensor, strides);
  if (output) {
    partial_sums_ = buffer.access;
  } else {
    Node load;
    load.op = Op::Load, load.access = buffer.access;
    nest_.nodes[buffer.root] = load;
  }
  buffers_.push_back(buffer);
  return true;
}

void Generator::emit_packs(int position) {
  for (const Buffer &b : buffers_) {
    if (b.position != position) continue;
    const int base = scalar();
    VInst &i = emit(VOp::SFrame);
    i.d = base, i.imm = b.offset;
    group(b.access).pointers = {{{}, base}};
    if (b.root < 0) continue; // partial sums: nothing to fill in
    const auto saved = pointers();
    const auto chunks = chunk_;
    b.grouped ? copy_groups(b, 0) : copy(b, 0);
    chunk_ = chunks;
    restore(saved);
  }
}

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

void Generator::copy(const Buffer &b, size_t depth) {
  const int d = b.dims[depth], fastest = b.dims.back(), from = transposable(b);
  if (from >= 0 && d == from) return d == fastest ? void() : copy(b, depth + 1);
  if (from >= 0 && d == fastest) return copy_transposed(b, from, fastest);
  if (depth + 1 < b.dims.size()) return over(d, chunk_[d], 1, [&] { copy(b, depth + 1); });
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
    const Form form = form_of(n);
    int in[4] = {-1, -1, -1, -1};
    for (int i = 0; i < form.operands; ++i) in[i] = value(form.in[i]);
    const bool uniform = has_uniforms() && (lanes == Lanes::One || this->lanes() == 1 || !depends_on(tree_.nest, node, d));
    VInst v{form.op};
    v.a = in[0], v.b = in[1], v.c = in[2], v.e = in[3], v.value = n.value, v.pred = n.pred, v.lanes = lanes;
    name_constant(v, form, tree_.nest);
    v.d = uniform ? kUniform + next[1]++ : next[0]++;
    if (!uniform && needs_temporary(v)) v.t = next[0]++;
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

/// The fastest dim: whole vectors, then the rest; element by element if the source is strided.
void Generator::copy_row(const Buffer &b, int d, bool contiguous) {
  Count total = chunk_[d];
  if (!contiguous) return over(d, whole(d), 1, [&] { copy_element(b, d, 0, Lanes::One); });
  if (total.tail >= 0) { // known number of vectors, partial last one
    for (int64_t at = 0; at + lanes() < total.value; at += lanes()) copy_element(b, d, at, Lanes::All);
    emit(VOp::VTail).a = total.tail;
    return copy_element(b, d, total.value - lanes(), Lanes::Tail);
  }
  if (total.is_const()) {
    for (int64_t at = 0; at < total.value; at += lanes()) {
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

/// A vector of rows side by side in each register, a piece of each.
void Generator::transpose_block(const Buffer &b, int from, int columns, int to, int rows) {
  const auto saved = pointers();
  std::vector<int> free(vector_registers());
  for (size_t i = 0; i < free.size(); ++i) free[i] = int(free.size() - 1 - i);
  const RegisterFile file{[&] { const int reg = free.back(); free.pop_back(); return reg; }, [&](int reg) { free.push_back(reg); }};
  std::vector<std::vector<int>> blocks(columns / unit(), std::vector<int>(unit()));
  for (auto &block : blocks)
    for (int &reg : block) reg = file.take();
  std::vector<int64_t> index(nest_.dims.size());
  for (int row = 0; row < rows; ++row, ++index[to])
    for (size_t c = 0; c < blocks.size(); ++c) {
      index[from] = int64_t(c) * unit();
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
      ++index[from];
    }
  restore(saved);
}

/// As many blocks of the first size as there are, then of the next; the last size is 1.
void Generator::in_blocks(int dim, Count total, const std::vector<int> &sizes, const Block &block, size_t at) {
  const int size = sizes[at];
  if (size == 1) return over(dim, total, 1, [&] { block(1); });
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
