#include "codegen/generator.h"
#include "codegen/shapes.h"
#include <algorithm>
#include <bit>
#include <utility>

namespace vecwrap {

Emission::Emission(const Target &target, Type type, int group, int arguments) : arguments(arguments) {
  constexpr size_t kUsual = 256; // instructions: moving them to more memory takes as long as making them
  out.code.reserve(kUsual);
  out.type = type;
  out.lanes = group ? target.lanes(type) * group : 1;
  out.group = std::max(group, 1);
  out.core = target.core;
  if ((target.isa == Isa::Avx2 || target.isa == Isa::Sse) && out.lanes > 1) out.tail_reg = target.vector_regs - 1;
}

/// RVV computes masks in v0 (and v1) where it has to select; elements wider than the nest's pass through v0 and what follows.
/// SSE2 builds what it lacks in the last ones.
void Emission::reserve_scratch(const Target &target, const LoopTree &tree) {
  const Nest &nest = tree.nest;
  const auto built = [&](const Node &n) { return n.op == Op::Fma || wraps(n.type.value_or(nest.type)); };
  const bool much = std::any_of(nest.nodes.begin(), nest.nodes.end(), built);
  if (target.isa == Isa::Sse) out.reserved = std::max(out.reserved, much ? kSseFmaScratch - (out.lanes == 1) : kSseScratch);
  if (!target.scalar_regs) return;
  const auto masked = [&](const Node &n) { return needs_mask(form_of(nest, n), nest); };
  const auto wider = [&](int access) { return size_of(nest.stored(access)) > size_of(nest.type); };
  const auto wide = [&](const Node &n) { return n.op == Op::Load && wider(n.access); };
  if (keeps_place(nest) || std::any_of(nest.nodes.begin(), nest.nodes.end(), masked)) out.reserved = std::max({out.reserved, 1, 2 / out.group});
  if (out.lanes > 1 && (wider(nest.out) || std::any_of(nest.nodes.begin(), nest.nodes.end(), wide))) out.reserved = std::max(out.reserved, 2);
  const auto gathers = [&](const Access &a) { return a.index >= 0 && tree.vector >= 0 && !nest.still(a.index, tree.loops[tree.vector].dim); };
  if (std::any_of(nest.accesses.begin(), nest.accesses.end(), gathers)) out.reserved = std::max(out.reserved, std::max(2, 8 / size_of(nest.type)));
}

void Emission::finish_prologue(size_t begin) {
  out.code.insert(out.code.begin() + begin, prologue.begin(), prologue.end());
  prologue.clear(), symbols.clear(), multiples.clear(), constants.clear();
}

Result<VProgram> generate(const LoopTree &tree, const Target &target) {
  Emission emission(target, tree.nest.type, tree.vector < 0 ? 0 : tree.group, int(tree.nest.tensors.size()));
  emission.reserve_scratch(target, tree);
  emission.out.undisturbed = tree.undisturbed;
  Generator(tree, target, emission).run();
  if (emission.failed) return emission.refusal;
  hoist_shapes(emission.out);
  return std::move(emission.out);
}

Generator::~Generator() = default;

bool Generator::plan() {
  unrolled_.assign(nest_.dims.size(), 0);
  partial_sums_ = nest_.out;
  if (const int l = tree_.dot(); l >= 0) {
    dot_ = Dot{*product_of(tree_.nest)};
    const auto stored = [&](int load) { return tree_.nest.stored(tree_.nest.nodes[load].access); };
    dot_->form = *dot_form(target_, nest_.type, stored(dot_->product.a), stored(dot_->product.b), tree_.loops[l].dot);
    dot_->dim = tree_.loops[l].dim, dot_->group = dot_->step = dot_->form.group, group_ = {dot_->group};
  }
  if (!begin_matrix() || !plan_packs() || !plan_matrix()) return false;
  plan_dot();
  if (failed_) return false;
  plan_widening();
  load_partial_ = nest_.load(partial_sums_), plain_acc_ = nest_.acc();
  nest_.nodes[load_partial_].type = {}; // bit by bit, whatever final stores there
  if (tree_.reduces_lanes()) plan_lanes();
  build_groups();
  return !failed_ && check_prefetches();
}

void Generator::run() {
  const size_t begin = out_.code.size();
  if (failed_ || !plan()) return;
  for (const Dim &d : nest_.dims) {
    Count c;
    if (d.extent.is_const()) c.value = d.extent.value;
    else c.reg = symbol(d.extent.sym);
    chunk_.push_back(c);
  }
  tree_.stream ? stream() : generate(0);
  check_segments();
  shared_.finish_prologue(begin);
}

void Generator::note(const std::string &remark) {
  if (target_.isa != Isa::Rvv) return;
  emit(VOp::Note).imm = int64_t(out_.notes.size());
  out_.notes.push_back(remark);
}

bool Generator::fail(const char *name, std::string detail) {
  if (!failed_) shared_.refusal = {name, std::move(detail)};
  failed_ = true;
  return false;
}

void Generator::check_conversion(const Nest &nest, int access, bool one) {
  const Type stored = nest.stored(access);
  if (!one && size_of(stored) > esize() && 2 * out_.group > target_.widest_group && has_uniforms())
    fail("vector-group", "tensor '" + nest.tensors[nest.accesses[access].tensor].name + "' stores " + name_of(stored) +
                             "; a vector of " + std::to_string(2 * out_.group) + " registers does not exist on " + target_.name);
  if (one ? !converts_scalars(target_, stored) : !converts_vectors(target_, nest.as(access), stored))
    fail("vector-type", "tensor '" + nest.tensors[nest.accesses[access].tensor].name + "' stores " + name_of(stored) +
                            "; " + (one ? "code for " : "vectors of ") + target_.name + " does not convert that and " + name_of(nest.as(access)));
}

/// RVV reads narrow elements into the last registers of the vector that they become, unless they are less than one.
bool Generator::loads_apart(Type stored, bool narrow) const {
  if (narrow) return 2 * size_of(stored) < esize() && out_.group == 1; // else it has the upper half of the vector's registers
  return !has_uniforms() || size_of(stored) * out_.group < esize() || (nest_.type == Type::I32 && stored == Type::F32);
}

void Generator::branch(VOp op, int a, int64_t constant, int label) {
  const int value = reaches_strides() && constant != 0 && constant != 1 ? this->constant(constant) : -1;
  VInst &i = emit(op);
  i.a = a, i.b = value, i.value2 = constant, i.imm = label;
}

int Generator::counter_of(Count total) {
  const int d = scalar();
  VInst &i = emit(total.is_const() ? VOp::SImm : VOp::SMov);
  i.d = d, i.a = total.reg, i.imm = total.value;
  return d;
}

int Generator::add_imm(int a, int64_t imm) {
  int d = scalar();
  VInst &i = emit(VOp::SAddImm);
  i.d = d, i.a = a, i.imm = imm;
  return d;
}

void Generator::add_to(int reg, int64_t imm) {
  VInst &i = emit(VOp::SAddImm);
  i.d = reg, i.a = reg, i.imm = imm;
}

void Generator::generate(int position) {
  if (failed_) return;
  enter_bodies(position);
  step_ahead(position);
  emit_packs(position);
  if (failed_) return;
  if (position == tree_.scope) start_ends();
  ask_ahead(position);
  start_ahead(position);
  if (position == tree_.scope) scope();
  else loop(position, [&] { generate(position + 1); });
  for (const Buffer &b : buffers_)
    if (b.position == position) {
      group(b.access).pointers.clear();
      if (has_sums(b)) group(dot_->sums).pointers.clear();
    }
  leave_bodies(position);
}

/// One loop of the schedule. What it leaves behind is as it found it: pointers and chunks.
void Generator::loop(int l, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  const int d = loop.dim, child = tree_.child(l);
  const Count total = chunk_[d];
  if (total.is_const() && total.tail < 0 && total.value <= loop.step && loop.dot == 1) return body(); // one iteration, same chunk
  const bool line = child < 0 && l >= tree_.scope && loop.dot == 1 && total.is_const() && total.value <= loop.unroll;
  if (line && target_.isa != Isa::Rvv) return copies(d, total.value, body); // RISC-V: the loop around takes the pointers' copies ahead (pipeline)
  note("for " + loop.name + (loop.step > 1 ? " step " + std::to_string(loop.step) : "") +
       (loop.unroll > 1 ? ": unroll(" + loop.name + "," + std::to_string(loop.unroll) + ")" : ""));
  const auto saved = pointers();
  for (Group &g : groups_)
    if (g.deepest <= l + 1) g.pointers.clear();
  copy_pointers(d);
  if (child < 0) leaf(l, total, body);
  else if (tree_.loops[child].tile) fixed(l, total, body);
  else rolled(l, total, body);
  outer_reductions_.erase(l);
  chunk_[d] = total;
  restore(saved);
}

/// The body over one chunk, then pointers and the counter (elements left) move on.
void Generator::iteration(int dim, Count chunk, const std::function<void()> &body, int counter, int64_t step) {
  chunk_[dim] = chunk;
  body();
  advance(dim, step);
  if (counter >= 0) add_to(counter, -step);
}

void Generator::copies(int dim, int64_t count, const std::function<void()> &body) {
  const int copies = std::exchange(copies_, dim == tree_.loops[tree_.tile - 1].dim ? int(count) : 1);
  const Line around = line_;
  const int64_t step = dot_ && dot_->dim == dim ? dot_->step : 1;
  for (int64_t i = 0; i < count && !failed_; ++i) {
    line_ = {around.copies * count, around.number * count + i}, unrolled_[dim] = i * step;
    body();
  }
  unrolled_[dim] = 0, copies_ = copies, line_ = around;
}

/// As the first copy of the innermost loop's body, if that is unrolled.
void Generator::as_unrolled(const std::function<void()> &body) {
  const bool loop = tree_.tile > tree_.scope;
  copies_ = loop ? tree_.loops[tree_.tile - 1].unroll : 1;
  body();
  copies_ = 1;
}

/// Of the reduction loops inside, which are unrolled wholly.
int64_t Generator::steps_inside(int l) const {
  int64_t steps = 1;
  for (int inner = l + 1; inner < tree_.tile; ++inner) steps *= tree_.loops[inner].chunk.value;
  return steps;
}

/// A loop over single elements, `unroll` copies per iteration.
void Generator::leaf(int l, Count total, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  if (loop.dot > 1) return groups(loop.dim, total, loop.unroll, body);
  const int d = loop.dim;
  const int64_t u = loop.unroll;
  const bool outer = l < tree_.scope;
  if (total.is_const() && total.value <= u && !outer) return copies(d, total.value, body); // no loop at all
  const int counter = counter_of(total), head = label(), rest = label(), end = label();
  if (outer && is_reduction(d)) outer_reductions_[l] = {counter, total, 1};
  if (u > 1 && !total.is_const()) branch(VOp::BranchLt, counter, u, rest);
  place(head);
  if (loop.pipeline) out_.pipelined.push_back({head, size_t(u * steps_inside(l))});
  iteration(d, {1}, [&] { copies(d, u, body); }, counter, u);
  branch(VOp::BranchGe, counter, u, head);
  if (u > 1 && total.is_const()) {
    copies(d, total.value % u, body);
  } else if (u > 1) {
    const int single = label();
    place(rest);
    branch(VOp::BranchLt, counter, 1, end);
    place(single);
    iteration(d, {1}, body, counter, 1);
    branch(VOp::BranchGe, counter, 1, single);
    place(end);
  }
}

/// A loop whose inner loops take any chunk: one body, the last chunk may be smaller.
void Generator::rolled(int l, Count total, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  const int d = loop.dim, counter = counter_of(total), head = label();
  if (l < tree_.scope && is_reduction(d)) outer_reductions_[l] = {counter, total, loop.step};
  place(head);
  Count chunk{loop.step};
  if (!total.is_const() || total.value % loop.step) {
    chunk.value = 0, chunk.reg = scalar();
    VInst &i = emit(VOp::SMinImm);
    i.d = chunk.reg, i.a = counter, i.imm = loop.step;
  }
  iteration(d, chunk, body, counter, loop.step);
  branch(VOp::BranchGe, counter, 1, head);
}

/// A loop around a tile of one vector: its length is what is left.
void Generator::strip(int l, Count total, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  const int counter = counter_of(total), head = label();
  place(head);
  Count chunk{lanes()};
  chunk.tail = scalar();
  VInst &i = emit(VOp::SMinImm);
  i.d = chunk.tail, i.a = counter, i.imm = loop.step;
  iteration(loop.dim, chunk, body, counter, loop.step);
  branch(VOp::BranchGe, counter, 1, head);
}

/// A loop around a tile loop: its chunks are constants, so the last one gets code of its own.
void Generator::fixed(int l, Count total, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  const bool whole = total.is_const() && total.tail < 0 && total.value % loop.step == 0;
  if (tree_.strip && tree_.loops[tree_.child(l)].vector && !whole) return strip(l, total, body);
  const int d = loop.dim;
  if (total.is_const()) {
    const int64_t full = total.value / loop.step, rest = total.value % loop.step;
    if (full > 1) {
      const int counter = counter_of(total), head = label();
      place(head);
      iteration(d, {loop.step}, body, counter, loop.step);
      branch(VOp::BranchGe, counter, loop.step, head);
    } else if (full == 1) {
      iteration(d, {loop.step}, body, -1, loop.step);
    }
    if (rest) note(loop.name + ": the last " + std::to_string(rest)), iteration(d, {rest}, body, -1, 0);
    return;
  }
  const int counter = counter_of(total), head = label(), tail = label();
  branch(VOp::BranchLt, counter, loop.step, tail);
  place(head);
  iteration(d, {loop.step}, body, counter, loop.step);
  branch(VOp::BranchGe, counter, loop.step, head);
  place(tail);
  if (tree_.loops[tree_.child(l)].vector) vector_tails(l, counter, body);
  else fixed_tails(l, counter, body);
}

/// Fewer than `step` rows are left: powers of two, each at most once.
void Generator::fixed_tails(int l, int counter, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  if (loop.step == 1) return;
  for (int64_t p = std::bit_floor(uint64_t(loop.step - 1)); p >= 1; p /= 2) {
    const int skip = label();
    note(loop.name + ": " + std::to_string(p) + " of what is left");
    branch(VOp::BranchLt, counter, p, skip);
    iteration(loop.dim, {p}, body, counter, p);
    place(skip);
  }
}

/// Fewer than `step` elements are left: as many vectors as needed, the last one partial.
void Generator::vector_tails(int l, int counter, const std::function<void()> &body) {
  const Loop &loop = tree_.loops[l];
  const int end = label();
  for (int64_t v = (loop.step - 1 + elements() - 1) / elements(); v >= 1; --v) {
    const int next = label();
    note(loop.name + ": " + std::to_string(v) + " vectors, the last one partial");
    branch(VOp::BranchLt, counter, (v - 1) * elements() + 1, next);
    Count chunk{v * elements()};
    chunk.tail = add_imm(counter, -(v - 1) * elements());
    iteration(loop.dim, chunk, body, -1, 0);
    jump(end);
    place(next);
  }
  place(end);
}

} // namespace vecwrap
