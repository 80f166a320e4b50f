#include "codegen/evaluate.h"
#include "codegen/share_loads.h"
#include <algorithm>

namespace vecwrap {

/// Vectors of several registers, less the masks'.
int Generator::vector_registers() const {
  return target_.vector_regs / out_.group - out_.reserved - (out_.tail_reg >= 0 ? 1 : 0);
}

/// SSE2's emitter has registers of its own for most. AVX masks a shift's distances, and
/// multiplies even lanes apart from odd ones. Where scalars are apart, a product with an addend that is one, or of two of
/// them, starts from a copy; rounding compares with what it came from.
bool Generator::needs_temporary(const VInst &i) const {
  const bool integers = wraps(i.type.value_or(nest_.type));
  if (target_.isa == Isa::Sse) return i.op == VOp::VDot;
  const bool shift = (i.op == VOp::VShl || i.op == VOp::VAshr || i.op == VOp::VLshr) && i.b >= 0;
  if (!has_uniforms()) return shift || needs_second(i) || i.op == VOp::VSelect || (i.op == VOp::VDot && dot_->form.apart) || (i.op == VOp::VFma && integers) || // a product, then a sum
                              (builds_longs() && (i.op == VOp::VAshr || i.op == VOp::VAbs));
  const auto scalar = [&](int operand, int reg) { return is_uniform(reg) || i.mem_operand == operand; };
  if (i.op == VOp::VFma) return scalar(2, i.c) || (scalar(0, i.a) && scalar(1, i.b));
  if (shift) return is_uniform(i.a);
  return i.op == VOp::VRound || (i.op == VOp::VAbs && integers);
}

bool Generator::needs_second(const VInst &i) const {
  if (builds_longs())
    return ((i.op == VOp::VMul || i.op == VOp::VFma) && !i.words) || i.op == VOp::VMax || i.op == VOp::VMin || (i.op == VOp::VAshr && i.b >= 0);
  return (i.op == VOp::VMulh || i.op == VOp::VUmulh) && (target_.isa == Isa::Avx2 || target_.isa == Isa::Avx512);
}

/// The register scope: the tile's outputs stay in registers across the reduction loops inside it.
void Generator::scope() {
  if (matrix_) return matrix_scope();
  const auto saved = pointers();
  Evaluator evaluator(*this, vector_registers());
  evaluator.set_tail();
  if (nest_.update < 0) {
    evaluator.prefetch(nest_.final);
    evaluator.store(nest_.final, nest_.out);
    return restore(saved);
  }
  note("tile: " + std::to_string(evaluator.points()) + " accumulators from init");
  evaluator.allocate_accumulators();
  evaluator.start_places();
  if (failed_) return;
  combine_ ? start_lanes(evaluator) : begin_scope([&](int root) { evaluator.into_accumulators(root); });
  restore(saved);
  std::vector<int> loaded;
  for (size_t a = 0; a < nest_.accesses.size(); ++a)
    if (loads_access(nest_, nest_.update, int(a))) loaded.push_back(int(a));
  for (int p = 0; p < evaluator.points() && !failed_; ++p) // make all pointers of the inner loops outside of them
    for (int a : loaded) evaluator.make_pointers(a, p);
  evaluator.make_pointers_ahead(nest_.update);
  evaluator.start_offsets();
  evaluator.hoist(nest_.update);
  const bool chunks = combine_ && evaluator.takes_chunks();
  size_t first = 0; // instruction of the first copy of the innermost loop's body
  std::function<void(int)> inner = [&](int l) {
    if (failed_) return;
    if (l > tree_.scope) ask_ahead(l);
    if (l < tree_.tile) return loop(l, [&] { inner(l + 1); });
    const auto before = pointers();
    if (chunks) evaluator.take_chunk(), evaluator.set_tail();
    const int64_t copy = tree_.tile > tree_.scope ? unrolled_[tree_.loops[tree_.tile - 1].dim] : 0;
    if (copy == 0) evaluator.prefetch(nest_.update);
    if (line_.number == 0) first = out_.code.size();
    evaluator.into_accumulators(nest_.update);
    if (line_.copies > 1 && line_.number == line_.copies - 1 && !has_uniforms())
      share_loads(out_.code, first, evaluator.unused(), target_.isa != Isa::Sse);
    restore(before);
  };
  inner(tree_.scope);
  evaluator.drop_hoisted();
  if (chunks) evaluator.take_chunk();
  evaluator.subtract_offsets();
  restore(saved);
  if (combine_) join_lanes(evaluator);
  end_scope(evaluator, [&](int root, int access) { evaluator.store(root, access); });
  restore(saved);
}

bool Generator::partial_sums() const { return !outer_reductions_.empty(); }

/// Accumulators start from init; after the first chunk of an outer reduction loop, from the output's partial sums.
void Generator::begin_scope(const std::function<void(int)> &fill) {
  const auto saved = pointers();
  const int resume = label(), done = label();
  const Node &init = nest_.nodes[nest_.init];
  const bool same = init.op == Op::Load && init.access == partial_sums_;
  if (partial_sums() && !same) branch_unless_first(resume);
  fill(nest_.init);
  if (partial_sums() && !same) {
    restore(saved);
    jump(done);
    place(resume);
    fill(load_partial_);
    place(done);
  }
}

void Generator::end_scope(Evaluator &evaluator, const std::function<void(int, int)> &store) {
  const auto saved = pointers();
  const int partial = label(), done = label();
  const bool plain = nest_.nodes[nest_.final].op == Op::Acc && partial_sums_ == nest_.out;
  if (partial_sums() && !plain) branch_unless_last(partial);
  note("final, and store");
  store(nest_.final, nest_.out);
  if (failed_) return; // in the midst of an expression: which registers are free is not known
  if (partial_sums() && !plain) {
    restore(saved);
    jump(done);
    place(partial);
    evaluator.revive();
    store(plain_acc_, partial_sums_);
    place(done);
  }
}

void Generator::branch_unless_first(int label) {
  for (const auto &[l, trip] : outer_reductions_) {
    VInst &i = emit(VOp::BranchNe);
    i.a = trip.counter, i.b = trip.total.reg, i.value2 = trip.total.value, i.imm = label;
  }
}

void Generator::branch_unless_last(int label) {
  for (const auto &[l, trip] : outer_reductions_) branch(VOp::BranchGe, trip.counter, trip.step + 1, label);
}

} // namespace vecwrap
