// Non-temporal stores of the output. They need whole, aligned vectors: the kernel has two versions of the nest, and takes
// the one that streams where the output's address and its run-time strides are multiples of a vector.
#include "codegen/generator.h"

namespace vecwrap {

/// What is known before the run: vectors begin at multiples of a vector from where the output begins.
bool Generator::may_stream() {
  const Access &out = nest_.accesses[nest_.out];
  const std::string name = "tensor '" + nest_.tensors[out.tensor].name + "'";
  if (tree_.vector < 0 || tree_.reduces_lanes() || !nest_.contiguous(nest_.out, vector_dim()) || nest_.converts(nest_.out))
    return fail("stream-vectors", name + " is not stored as whole vectors of neighbours");
  for (const Loop &loop : tree_.loops)
    if (loop.dim == vector_dim() && loop.step > 1 && loop.step % lanes())
      return fail("stream-vectors", "loop '" + loop.name + "' does not step by whole vectors");
  for (int d = 0; d < int(out.strides.size()); ++d)
    if (d != vector_dim() && out.strides[d].is_const() && out.strides[d].value % target_.vector_bytes)
      return fail("stream-vectors", name + " has rows that do not begin at multiples of a vector");
  return true;
}

void Generator::stream() {
  if (!may_stream()) return;
  const Access &out = nest_.accesses[nest_.out];
  const int ordinary = label(), end = label();
  const auto needs_aligned = [&](int reg) {
    VInst &i = emit(VOp::BranchBits);
    i.a = reg, i.value2 = target_.vector_bytes - 1, i.imm = ordinary;
  };
  needs_aligned(add_imm(group(nest_.out).pointers.at({}), out.offset));
  for (const Int &stride : out.strides)
    if (!stride.is_const()) needs_aligned(symbol(stride.sym));
  streams_ = true;
  generate(0);
  streams_ = false;
  emit(VOp::Fence);
  jump(end);
  place(ordinary);
  generate(0);
  place(end);
}

} // namespace vecwrap
