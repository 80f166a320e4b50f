// Step dot: lanes of several narrow elements, neighbours along a reduction loop, whose products one instruction adds up. The
// nest is rewritten to one of lanes: loads of whole lanes where memory (or a packed buffer) holds them, else of groups that
// are put together. What is left of the loop makes a group with zeros in it.
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {

/// Before packs are planned: which loads they are. Afterwards: the rewritten nest.
void Generator::plan_dot() {
  if (!dot_ || matrix_) return;
  Dot &dot = *dot_;
  const Product p = dot.product;
  for (int load : {p.a, p.b}) {
    dot.layouts[nest_.nodes[load].access] = layout_of(load);
    if (failed_) return;
  }
  if (!depends_on(tree_.nest, tree_.nest.update, dot.dim)) return void(fail("dot-shape", "neither factor moves along the loop"));
  for (int load : {p.a, p.b}) nest_.tensors[nest_.accesses[nest_.nodes[load].access].tensor].type = {};
  const bool b_first = depends_on(tree_.nest, p.a, vector_dim()); // what fills all lanes first, vectors second
  dot.operands[0] = b_first ? p.b : p.a, dot.operands[1] = b_first ? p.a : p.b;
  for (int i : {0, 1}) dot.types[i] = dot.form.element(tree_.nest.stored(tree_.nest.nodes[dot.operands[i]].access));
  if (size_of(dot.types[0]) == 1) flip_one(dot);
  const int acc = nest_.acc();
  nest_.update = nest_.add(Op::Fma, dot.operands[0], dot.operands[1], acc);
  forms_[nest_.update] = VOp::VDot;
  plan_offsets();
}

/// The instruction multiplies unsigned bytes by signed ones. Of two that are alike the first gets 128 more (or less) per element;
/// what that adds to the sums is taken away again (offsets.cpp). A buffer of what fills all lanes holds it so.
void Generator::flip_one(Dot &dot) {
  const auto is_signed = [&](int i) { return dot.types[i] == Type::I8; };
  if (is_signed(0) == is_signed(1)) {
    dot.other = dot.operands[1];
    dot.flip = dot.operands[0];
    dot.flips_buffer = std::any_of(buffers_.begin(), buffers_.end(), [&](const Buffer &b) {
      return b.access == nest_.nodes[dot.flip].access && std::find(b.dims.begin(), b.dims.end(), vector_dim()) == b.dims.end();
    });
    if (!dot.flips_buffer) {
      dot.operands[0] = dot.flip = nest_.add(Op::Neg, dot.flip);
      forms_[dot.flip] = VOp::VFlip;
    }
    dot.types[0] = is_signed(0) ? Type::U8 : Type::I8;
  }
  if (is_signed(0)) std::swap(dot.operands[0], dot.operands[1]), std::swap(dot.types[0], dot.types[1]);
}

bool Generator::is_operand_of_dot(int node) const { return dot_ && (node == dot_->product.a || node == dot_->product.b); }

/// How the elements of an operand lie; refuses what no group is made of.
Dot::Layout Generator::layout_of(int load) {
  const int id = nest_.nodes[load].access, tensor = nest_.accesses[id].tensor;
  const bool packed = std::any_of(buffers_.begin(), buffers_.end(), [&](const Buffer &b) { return b.access == id; });
  if (packed && !tree_.reduces_lanes()) return Dot::Layout::Words;
  const std::string name = "tensor '" + tree_.nest.tensors[tree_.nest.accesses[tree_.nest.nodes[load].access].tensor].name + "' ";
  for (size_t n = 0; n < nest_.nodes.size(); ++n)
    if (nest_.nodes[n].op == Op::Load && !is_operand_of_dot(int(n)) && nest_.accesses[nest_.nodes[n].access].tensor == tensor)
      return fail("dot-shape", name + "is read elsewhere too"), Dot::Layout::Words;
  const Int size = Int::constant(size_of(nest_.stored(id))), along = nest_.accesses[id].strides[dot_->dim],
            lane = nest_.accesses[id].strides[vector_dim()];
  if (tree_.reduces_lanes()) {
    if (packed || along != size) fail("dot-shape", name + (packed ? "is packed, and the lanes are along the sum" : "is not contiguous along the sum, which the lanes are along"));
    return Dot::Layout::Along;
  }
  if (lane.is_zero()) return along == size ? Dot::Layout::Row : Dot::Layout::Rows;
  if (lane == size) return Dot::Layout::Rows;
  if (along == size && lane == Int::constant(esize()) && !widens(id) && has_groups(load)) return Dot::Layout::Words;
  fail("dot-shape", name + "is not contiguous along the lanes; pack it");
  return Dot::Layout::Words;
}

bool Generator::has_groups(int load) {
  for (const Loop &loop : tree_.loops)
    if (loop.dim == dot_->dim && depends_on(nest_, load, loop.dim) && (!loop.chunk.is_const() || loop.chunk.value % dot_->group)) return false;
  return true;
}

/// The loop: whole groups, `unroll` at a time, then single ones, then what is left.
void Generator::groups(int dim, Count total, int64_t unroll, const std::function<void()> &body) {
  const int64_t group = dot_->step, step = unroll * group;
  const int rest = label(), end = label();
  const auto rolled = [&](int counter, int64_t count, int below) {
    const int head = label();
    if (!total.is_const()) branch(VOp::BranchLt, counter, count * group, below);
    place(head);
    iteration(dim, {1}, [&] { copies(dim, count, body); }, counter, count * group);
    branch(VOp::BranchGe, counter, count * group, head);
  };
  const auto last = [&](Count elements) { group_ = elements, body(), group_ = {group}; };
  group_ = {group};
  if (total.is_const()) {
    const bool loops = total.value >= 2 * step;
    if (loops) rolled(counter_of(total), unroll, rest);
    const int64_t left = loops ? total.value % step : total.value;
    copies(dim, left / group, body);
    unrolled_[dim] = left / group * group;
    if (left % group) last({left % group});
    unrolled_[dim] = 0;
    return;
  }
  const int counter = counter_of(total), single = label();
  if (unroll > 1) rolled(counter, unroll, single), place(single);
  rolled(counter, 1, rest);
  place(rest);
  branch(VOp::BranchLt, counter, 1, end);
  last({0, counter});
  place(end);
}

VInst Generator::load_group(int access, Type stored, Dot::Layout layout, Mem mem) {
  VInst v{VOp::VGroup};
  const Int along = tree_.nest.accesses[access].strides[dot_->dim];
  v.mem = mem, v.stored = stored, v.other = dot_->form.element(stored), v.b = group_.reg, v.value2 = group_.value;
  if (layout == Dot::Layout::Row) v.imm = size_of(stored);
  else if (along.is_const()) v.imm = along.value;
  else v.stride = symbol(along.sym);
  return v;
}

/// Vectors of lanes where the source's elements are neighbours along the lanes; else lane by lane.
void Generator::copy_groups(const Buffer &b, size_t depth) {
  const int id = tree_.nest.nodes[b.root].access;
  const bool vectors = tree_.nest.contiguous(id, vector_dim());
  std::vector<int> order = b.dims;
  std::stable_partition(order.begin(), order.end(), [&](int d) { return d != dot_->dim && !(vectors && d == vector_dim()); });
  if (vectors) std::stable_partition(order.begin(), order.end(), [&](int d) { return d != vector_dim(); });
  if (depth == order.size()) return copy_group(b, vector_dim(), 0, Lanes::One);
  const int d = order[depth];
  if (d == vector_dim() && transposes_groups(b) && depth + 2 == order.size()) return copy_transposed_groups(b);
  if (vectors && d == vector_dim()) return copy_row(b, d, true, copy_joined(b, d));
  if (d != dot_->dim) return over(d, whole(d), 1, [&] { copy_groups(b, depth + 1); });
  const auto saved = copy_pointers(d);
  const Count total = chunk_[d];
  const int64_t whole = depth + 1 == order.size() ? copy_neighbours(b) : 0;
  if (whole) advance(d, whole);
  const auto rest = [&] {
    const auto chunk = chunk_[d];
    copy_groups(b, depth + 1);
    chunk_[d] = chunk;
  };
  if (!whole || whole < total.value) groups(d, whole ? Count{total.value - whole} : total, 1, rest);
  chunk_[d] = total;
  restore(saved);
}

/// Do groups lie in memory as lanes hold them, but strided along those?
bool Generator::transposes_groups(const Buffer &b) const {
  const int id = tree_.nest.nodes[b.root].access;
  return !reaches_strides() && !widens(id) && lanes() >= unit() && tree_.nest.contiguous(id, dot_->dim) && !tree_.nest.contiguous(id, vector_dim());
}

/// Blocks of rows of groups through registers, then what is left lane by lane.
void Generator::copy_transposed_groups(const Buffer &b) {
  const int d = dot_->dim, group = int(dot_->group), along = vector_dim();
  const Count total = chunk_[d];
  const auto lane = [&](Count elements) {
    const auto saved = copy_pointers(d);
    groups(d, elements, 1, [&] { copy_group(b, along, 0, Lanes::One); });
    restore(saved);
  };
  in_blocks(along, whole(along), {lanes(), unit(), 1}, [&](int rows) {
    if (rows == 1) lane(total);
    else in_blocks(d, total, {lanes() * group, unit() * group, 0}, [&](int columns) {
      if (columns) return transpose_block(b, d, columns / group, along, rows);
      const Count rest = chunk_[d];
      over(along, {rows}, 1, [&] { lane(rest); });
    });
    chunk_[d] = total;
  });
}

/// Groups that lie one behind the other in the source as in the buffer: whole vectors of them; where the others begin.
int64_t Generator::copy_neighbours(const Buffer &b) {
  const int id = tree_.nest.nodes[b.root].access, d = dot_->dim;
  const int64_t step = lanes() * dot_->group;
  const bool alike = !widens(id) && tree_.nest.contiguous(id, d) && nest_.accesses[b.access].strides[d] == Int::constant(esize() / dot_->group);
  if (!alike || !chunk_[d].is_const() || chunk_[d].tail >= 0) return 0;
  const int64_t whole = chunk_[d].value / step * step;
  over(d, {whole}, step, [&] {
    const std::vector<int64_t> index(nest_.dims.size());
    const auto saved = pointers();
    const Mem from = address(id, index);
    VInst &load = emit(VOp::VLoad);
    load.d = 0, load.mem = from;
    store_packed(b, 0, address(b.access, index), Lanes::All);
    restore(saved);
  });
  return whole;
}

/// A register's groups, as the instruction takes them.
void Generator::store_packed(const Buffer &b, int reg, Mem to, Lanes lanes) {
  if (dot_->flips_buffer && nest_.nodes[dot_->flip].access == b.access) {
    VInst &flip = emit(VOp::VFlip);
    flip.d = flip.a = reg;
  }
  VInst &store = emit(VOp::VStore);
  store.a = reg, store.mem = to, store.lanes = lanes;
}

/// One vector, or one lane, of the buffer.
void Generator::copy_group(const Buffer &b, int dim, int64_t at, Lanes lanes) {
  const int id = tree_.nest.nodes[b.root].access;
  const Type stored = tree_.nest.stored(id);
  const bool one = lanes == Lanes::One, row = one && tree_.nest.contiguous(id, dot_->dim);
  std::vector<int64_t> index(nest_.dims.size());
  index[dim] = at;
  const auto saved = pointers();
  const Mem from = address(id, index);
  VInst load = row && is_whole_group() && !widens(id) ? VInst{VOp::VLoad} : load_group(id, stored, row ? Dot::Layout::Row : Dot::Layout::Rows, from);
  load.mem = from, load.d = 0, load.t = 1, load.lanes = lanes, load.mem_bcast = one && load.op == VOp::VGroup;
  if (load.op == VOp::VLoad) load.t = -1;
  out_.code.push_back(load);
  store_packed(b, 0, address(b.access, index), lanes);
  restore(saved);
}

bool Evaluator::is_group(int id) const {
  if (!g_.dot_) return false;
  const auto layout = g_.dot_->layouts.find(id);
  return layout != g_.dot_->layouts.end() &&
         (layout->second == Dot::Layout::Rows || (layout->second == Dot::Layout::Row && (!g_.is_whole_group() || g_.widens(id))));
}

bool Evaluator::is_along(int id) const {
  const auto layout = g_.dot_ ? g_.dot_->layouts.find(id) : std::map<int, Dot::Layout>::const_iterator();
  return g_.dot_ && layout != g_.dot_->layouts.end() && layout->second == Dot::Layout::Along;
}

/// Past the end of the sum there are zeros, which add nothing.
void Evaluator::load_row(int node, int point, int dest) {
  const int id = g_.nest_.nodes[node].access;
  const Mem mem = g_.address(id, index(point));
  const Type stored = g_.tree_.nest.stored(id);
  const bool words = lanes(point) == Lanes::All && !g_.widens(id);
  VInst &i = g_.emit(words ? VOp::VLoad : VOp::VRow);
  i.d = dest, i.mem = mem, i.lanes = lanes(point);
  if (!words) i.stored = stored, i.other = g_.dot_->form.element(stored);
}

void Evaluator::load_group(int node, int point, int dest) {
  const int id = g_.nest_.nodes[node].access, temporary = take();
  const Mem mem = g_.address(id, index(point));
  VInst v = g_.load_group(id, g_.tree_.nest.stored(id), g_.dot_->layouts.at(id), mem);
  v.d = dest, v.t = temporary, v.lanes = lanes(point), v.mem_bcast = is_broadcast(id);
  g_.out_.code.push_back(v);
  give(temporary);
}

} // namespace vecwrap
