// Step matrix: the tile's sums lie in the registers of a matrix unit, blocks of rows by columns. Rows of one operand are loaded from where
// they lie, groups of columns of the other from a packed buffer. What is left of the sum is copied, with zeros behind it; columns past the
// end are those of the buffer, whose sums nothing stores. Where sums begin or end as more than they are, they pass through a buffer.
#include "codegen/evaluate.h"
#include <algorithm>
#include <cmath>

namespace vecwrap {

/// Registers: sums, then blocks of rows, then those of columns, as many as there are; a last one of fewer rows has its own.
struct Generator::Blocks {
  MatrixForm form;
  int64_t rows = 0, vectors = 0;
  bool whole = false; ///< are all columns those of the tile?
  int down = 0, across = 0, lefts = 0, rights = 0;
  bool short_last = false;

  Blocks(const MatrixForm &f, int64_t rows, int64_t vectors, bool whole)
      : form(f), rows(rows), vectors(vectors), whole(whole), down(int((rows + f.rows - 1) / f.rows)), across(int(vectors)), short_last(down > 1 && rows % f.rows) {
    const int free = form.registers - down * across;
    rights = std::min(across, free - 1 - short_last), lefts = std::min(down, free - rights);
  }
  bool fit() const { return rights > 0; }
  int64_t height(int r) const { return std::min<int64_t>(form.rows, rows - int64_t(r) * form.rows); }
  int sum(int r, int c) const { return r * across + c; }
  int left(int r) const { return down * across + (short_last && r + 1 == down ? lefts - 1 : r % (lefts - short_last)); }
  int right(int c) const { return down * across + lefts + c % rights; }

  Shapes shapes() const {
    Shapes shapes;
    for (int r = 0; r < down; ++r) {
      for (int c = 0; c < across; ++c) shapes.registers[sum(r, c)] = {uint8_t(height(r)), uint16_t(form.columns * 4)};
      shapes.registers[left(r)] = {uint8_t(height(r)), uint16_t(form.row_bytes())};
    }
    for (int c = 0; c < rights; ++c) shapes.registers[right(c)] = {uint8_t(form.depth / form.group), uint16_t(form.columns * 4)};
    return shapes;
  }
};

/// Before packs are planned: what the tile takes of the frame.
bool Generator::begin_matrix() {
  if (!tree_.matrix()) return true;
  const auto stored = [&](int load) { return nest_.stored(nest_.nodes[load].access); };
  matrix_ = Matrix{*matrix_form(target_, nest_.type, stored(dot_->product.a), stored(dot_->product.b))};
  const Loop &rows = tree_.loops[tree_.tile];
  const int64_t vectors = (tree_.loops[tree_.vector].chunk.value + lanes() - 1) / lanes();
  matrix_->rows = rows.dim;
  const auto take = [&](int64_t bytes) { return out_.frame_bytes += (bytes + 63) / 64 * 64, out_.frame_bytes - (bytes + 63) / 64 * 64; };
  matrix_->sums_at = take(rows.chunk.value * vectors * lanes() * esize());
  if (has_rest()) matrix_->rest_at = take(rows.chunk.value * matrix_->form.row_bytes());
  return true;
}

/// Afterwards: are both operands and the output as the unit takes them?
bool Generator::plan_matrix() {
  if (!matrix_) return true;
  int nodes[] = {dot_->product.a, dot_->product.b};
  if (!nest_.still(nest_.nodes[nodes[0]].access, vector_dim())) std::swap(nodes[0], nodes[1]);
  const int left = matrix_->left = nest_.nodes[nodes[0]].access, right = matrix_->right = nest_.nodes[nodes[1]].access;
  for (int i : {0, 1}) matrix_->types[i] = tree_.nest.stored(tree_.nest.nodes[nodes[i]].access);
  const auto no = [&](int access, const std::string &what) { return fail("matrix-shape", "tensor '" + nest_.tensors[nest_.accesses[access].tensor].name + "' " + what); };
  const auto packed = [&](int access) { return access >= int(tree_.nest.accesses.size()); };
  if (packed(left)) return no(left, "is read by rows from where it lies; pack the operand of the columns only");
  if (!nest_.still(left, vector_dim())) return no(left, "moves along the columns as the other operand does");
  if (!nest_.contiguous(left, dot_->dim)) return no(left, "is not contiguous along the sum");
  if (!packed(right)) return no(right, "does not lie in groups of columns; pack it");
  if (!nest_.still(right, matrix_->rows)) return no(right, "is another one for each row");
  for (size_t a = 0; a < nest_.accesses.size(); ++a) {
    const bool read = loads_access(nest_, nest_.init, int(a)) || loads_access(nest_, nest_.final, int(a));
    if (!nest_.contiguous(int(a), vector_dim()) && (int(a) == nest_.out || (read && !nest_.still(int(a), vector_dim()))))
      return no(int(a), "is not contiguous along the columns");
  }
  return !keeps_place(nest_) || fail("matrix-shape", "the final expression asks for a place in the sum");
}

void Generator::matrix_scope() {
  const auto saved = pointers();
  const Count columns = chunk_[vector_dim()];
  const Blocks blocks(matrix_->form, chunk_[matrix_->rows].value, (columns.value + lanes() - 1) / lanes(), columns.tail < 0 && columns.value % lanes() == 0);
  if (!blocks.fit())
    return void(fail("registers", "a tile of " + std::to_string(blocks.rows) + " rows by " + std::to_string(blocks.vectors) + " vectors needs more than the matrix unit's " +
                                      std::to_string(blocks.form.registers) + " registers; use a smaller one"));
  Evaluator evaluator(*this, vector_registers());
  const auto known = std::find(out_.shapes.begin(), out_.shapes.end(), blocks.shapes());
  emit(VOp::MShape).imm = known - out_.shapes.begin();
  if (known == out_.shapes.end()) out_.shapes.push_back(blocks.shapes());
  begin_scope([&](int root) { fill_blocks(evaluator, blocks, root); });
  restore(saved);
  sum_blocks(evaluator, blocks);
  restore(saved);
  end_scope(evaluator, [&](int root, int access) { store_blocks(evaluator, blocks, root, access); });
  restore(saved);
}

/// The reduction loops.
void Generator::sum_blocks(Evaluator &evaluator, const Blocks &blocks) {
  for (int r = 0; r < blocks.down && !failed_; ++r) block(matrix_->left, r * blocks.form.rows, 0); // pointers, outside of the loops
  evaluator.make_pointers_ahead(nest_.update);
  dot_->step = matrix_->form.depth, group_ = {dot_->step};
  std::function<void(int)> inner = [&](int l) {
    if (failed_) return;
    if (l > tree_.scope) ask_ahead(l);
    if (l < tree_.tile) return loop(l, [&] { inner(l + 1); });
    const auto before = pointers();
    if (unrolled_[dot_->dim] == 0) evaluator.prefetch(nest_.update);
    multiply(blocks);
    restore(before);
  };
  inner(tree_.scope);
  dot_->step = dot_->group, group_ = {dot_->step};
}

/// Row of blocks after row, there and back, so that what one ends with is what the next one begins with.
void Generator::multiply(const Blocks &blocks) {
  const bool rest = !group_.is_const() || group_.value < dot_->step;
  if (rest) copy_rest(blocks);
  const Mem copied = rest ? in_frame(matrix_->rest_at) : Mem{};
  const int64_t row = blocks.form.row_bytes();
  const int apart = rest ? constant(row) : rows_apart(matrix_->left, matrix_->rows, 1), right_apart = rows_apart(matrix_->right, dot_->dim, dot_->group);
  std::vector<int> held(size_t(blocks.form.registers), -1);
  for (int r = 0; r < blocks.down; ++r) {
    VInst left{VOp::MLoad};
    left.d = blocks.left(r), left.stride = apart;
    left.mem = rest ? Mem{copied.base, -1, 1, r * blocks.form.rows * row} : block(matrix_->left, r * blocks.form.rows, 0);
    out_.code.push_back(left);
    for (int n = 0; n < blocks.across; ++n) {
      const int c = r % 2 ? blocks.across - 1 - n : n;
      VInst right{VOp::MLoad};
      right.d = blocks.right(c), right.stride = right_apart, right.mem = block(matrix_->right, 0, c * lanes());
      if (std::exchange(held[size_t(right.d)], c) != c) out_.code.push_back(right);
      VInst &i = emit(VOp::MDot);
      i.d = blocks.sum(r, c), i.a = left.d, i.b = right.d, i.stored = matrix_->types[0], i.other = matrix_->types[1];
    }
  }
}

/// What is left of the rows, and zeros.
void Generator::copy_rest(const Blocks &blocks) {
  constexpr int kAbreast = 8;
  const Type stored = matrix_->types[0];
  const Mem to = in_frame(matrix_->rest_at);
  VInst &tail = emit(VOp::VTail);
  tail.a = group_.reg, tail.value2 = group_.value, tail.stored = stored;
  std::vector<int64_t> index(nest_.dims.size());
  for (int64_t r = 0; r < blocks.rows; ++r) {
    index[matrix_->rows] = r;
    VInst load{VOp::VRow}, store{VOp::VStore};
    load.d = store.a = int(r % kAbreast), load.mem = address(matrix_->left, index), load.lanes = Lanes::Tail, load.stored = load.other = stored;
    store.mem = {to.base, -1, 1, r * lanes() * esize()};
    out_.code.insert(out_.code.end(), {load, store});
  }
}

void Generator::fill_blocks(Evaluator &evaluator, const Blocks &blocks, int root) {
  const Node &n = nest_.nodes[root];
  if (n.op == Op::Const && n.value == 0 && !std::signbit(n.value)) {
    for (int s = 0; s < blocks.down * blocks.across; ++s) emit(VOp::MZero).d = s;
    return;
  }
  if (n.op == Op::Load && blocks.whole && moves_blocks(n.access)) return move_blocks(VOp::MLoad, blocks, n.access);
  evaluator.set_tail();
  evaluator.into_buffer(root, in_frame(matrix_->sums_at));
  move_blocks(VOp::MLoad, blocks, -1);
}

void Generator::store_blocks(Evaluator &evaluator, const Blocks &blocks, int root, int access) {
  if (nest_.nodes[root].op == Op::Acc && blocks.whole && moves_blocks(access) && !streams_) return move_blocks(VOp::MStore, blocks, access);
  move_blocks(VOp::MStore, blocks, -1);
  evaluator.set_tail();
  evaluator.from_buffer(root, access, in_frame(matrix_->sums_at));
}

void Generator::move_blocks(VOp op, const Blocks &blocks, int access) {
  const int64_t width = blocks.vectors * lanes() * esize();
  const Mem sums = access < 0 ? in_frame(matrix_->sums_at) : Mem{};
  const int apart = access < 0 ? constant(width) : rows_apart(access, matrix_->rows, 1);
  for (int r = 0; r < blocks.down; ++r)
    for (int c = 0; c < blocks.across; ++c) {
      VInst i{op};
      (op == VOp::MLoad ? i.d : i.a) = blocks.sum(r, c), i.stride = apart;
      i.mem = access < 0 ? Mem{sums.base, -1, 1, r * blocks.form.rows * width + c * lanes() * esize()} : block(access, r * blocks.form.rows, c * lanes());
      out_.code.push_back(i);
    }
}

/// Does it hold sums as they are, side by side?
bool Generator::moves_blocks(int access) const {
  return nest_.stored(access) == nest_.type && nest_.as(access) == nest_.type && nest_.accesses[access].index < 0 && nest_.contiguous(access, vector_dim());
}

Mem Generator::block(int access, int64_t row, int64_t column) {
  std::vector<int64_t> index(nest_.dims.size());
  index[matrix_->rows] = row, index[vector_dim()] = column;
  return direct(access, index, false);
}

int Generator::rows_apart(int access, int dim, int64_t elements) {
  const Int stride = nest_.accesses[access].strides[dim];
  return stride.is_const() ? constant(stride.value * elements) : multiple(stride.sym, elements);
}

Mem Generator::in_frame(int64_t at) {
  Mem mem;
  mem.base = scalar();
  VInst &i = emit(VOp::SFrame);
  i.d = mem.base, i.imm = at;
  return mem;
}

} // namespace vecwrap
