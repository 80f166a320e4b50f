// Step matrix: the last block along the sum, which may have more rows than the sum has elements.
#include "codegen/generator.h"

namespace vecwrap {

bool Generator::has_rest() const {
  const Int extent = nest_.dims[dot_->dim].extent;
  return !extent.is_const() || extent.value % matrix_->form.depth;
}

int64_t Generator::filled_up(int dim, int64_t elements) const {
  if (!matrix_ || dim != dot_->dim) return elements;
  return (elements + matrix_->form.depth - 1) / matrix_->form.depth * matrix_->form.depth;
}

/// Floating point: what is multiplied with the zeros behind the rest must be numbers. (Of integers any will do.)
void Generator::clear_last(const Buffer &b) {
  if (!matrix_ || !b.grouped || wraps(nest_.type) || !has_rest()) return;
  const int d = dot_->dim, end = label();
  const int64_t depth = matrix_->form.depth;
  const Count total = chunk_[d];
  const auto saved = pointers();
  constant_vector(0, 0);
  if (total.is_const()) {
    if (total.value % depth) clear_block(b, 0, total.value / depth * depth);
    return restore(saved);
  }
  copy_pointers(d);
  const int counter = counter_of(total), head = label(), last = label();
  branch(VOp::BranchLt, counter, depth, last);
  place(head);
  advance(d, depth);
  add_to(counter, -depth);
  branch(VOp::BranchGe, counter, depth, head);
  place(last);
  branch(VOp::BranchLt, counter, 1, end);
  clear_block(b, 0, 0);
  place(end);
  restore(saved);
}

/// The last block along the sum, from there on, of all columns and points of other dims.
void Generator::clear_block(const Buffer &b, size_t depth, int64_t at) {
  if (depth == b.dims.size()) {
    std::vector<int64_t> index(nest_.dims.size());
    for (index[dot_->dim] = at; index[dot_->dim] < at + matrix_->form.depth; index[dot_->dim] += dot_->group) {
      const Mem mem = address(b.access, index);
      VInst &store = emit(VOp::VStore);
      store.a = 0, store.mem = mem;
    }
    return;
  }
  const int d = b.dims[depth], step = d == vector_dim() ? lanes() : 1;
  if (d == dot_->dim) return clear_block(b, depth + 1, at);
  over(d, rounded(whole(d), step), step, [&] { clear_block(b, depth + 1, at); });
}

} // namespace vecwrap
