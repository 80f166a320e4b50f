// Step prefetch of an operand that is packed: while the loops inside compute with one buffer, the lines that the next one will be
// filled from are asked for, a share of them on entry to one of those loops. Copying then finds them in the second-level cache.
// The same of what only the ends of a tile touch, while a tile before it is computed: all at once, they would hold up the loads of
// its loops.
#include "codegen/generator.h"
#include <algorithm>
#include <cmath>

namespace vecwrap {
namespace {

constexpr int64_t kLine = 64;
constexpr int64_t kTypicalTrips = 16; ///< of loops whose extents are known at run time

} // namespace

/// The access that fills the buffer.
int Generator::source(const Buffer &b, int tensor) const {
  for (int a = 0; a < int(tree_.nest.accesses.size()) && b.root >= 0; ++a)
    if (tree_.nest.accesses[a].tensor == tensor && loads_access(tree_.nest, b.root, a)) return a;
  return -1;
}

/// Dims that lie one behind the other are runs of bytes; of the others the longest is walked. If there is none, the run's lines are.
void Generator::plan_runs(Ahead &ahead, std::vector<int> dims, const std::vector<int64_t> &capacity) const {
  const Access &access = tree_.nest.accesses[ahead.access];
  ahead.run = size_of(tree_.nest.stored(ahead.access));
  const auto stride = [&](int d) { return access.strides[d]; };
  const auto beside = [&](int d) { return stride(d).is_const() && std::abs(stride(d).value) <= std::max(ahead.run, kLine - 1); };
  for (auto d = dims.begin(); (d = std::find_if(dims.begin(), dims.end(), beside)) != dims.end(); dims.erase(d))
    ahead.run += std::abs(stride(*d).value) * (capacity[*d] - 1);
  for (int d : dims)
    if (ahead.row < 0 || capacity[d] > capacity[ahead.row]) ahead.row = d;
  ahead.rows = ahead.row < 0 ? (ahead.run + kLine - 1) / kLine : capacity[ahead.row];
  ahead.points = {std::vector<int64_t>(tree_.nest.dims.size())};
  for (int d : dims)
    for (size_t p = 0, n = ahead.points.size(); p < n && d != ahead.row; ++p)
      for (int64_t at = 1; at < capacity[d]; ++at) ahead.points.push_back(ahead.points[p]), ahead.points.back()[d] = at;
}

/// On entry to the body of the innermost loop that has another one inside.
void Generator::plan_shares(Ahead &ahead, int position) const {
  double events = 1;
  ahead.at = std::max(position, tree_.tile - 1);
  for (int l = position; l < ahead.at; ++l) {
    const Loop &loop = tree_.loops[l];
    events *= loop.chunk.is_const() ? std::ceil(double(loop.chunk.value) / double(loop.step)) : double(kTypicalTrips);
  }
  ahead.share = int64_t(std::ceil(double(ahead.rows) / events));
}

bool Generator::plan_ahead(const Prefetch &step) {
  const auto of = [&](const Buffer &b) { return source(b, step.tensor) >= 0; };
  const auto buffer = std::find_if(buffers_.begin(), buffers_.end(), of);
  if (buffer == buffers_.end() || buffer->position <= step.loop) return false;
  std::vector<int64_t> capacity(nest_.dims.size(), 1);
  for (int l = int(tree_.loops.size()) - 1; l >= buffer->position; --l)
    if (tree_.loops[l].chunk.is_const()) capacity[tree_.loops[l].dim] = tree_.loops[l].chunk.value;
  Ahead ahead{step, int(buffer - buffers_.begin()), source(*buffer, step.tensor)};
  plan_runs(ahead, buffer->dims, capacity);
  plan_shares(ahead, buffer->position);
  ahead_.push_back(ahead);
  return near_enough(ahead);
}

/// What init and final read, and the output: of a tensor that the reduction does not read.
bool Generator::plan_ends(const Prefetch &step) {
  const Nest &nest = tree_.nest;
  const size_t before = ahead_.size();
  const auto read = [&](int root, int a) { return root >= 0 && loads_access(nest, root, a); };
  for (int a = 0; a < int(nest.accesses.size()); ++a)
    if (nest.accesses[a].tensor == step.tensor && (a == nest.out || read(nest.init, a) || read(nest.final, a)))
      if (nest.update < 0 || step.loop >= tree_.scope || nest.accesses[a].index >= 0 || !plan_end(step, a)) return false;
  return ahead_.size() > before;
}

bool Generator::plan_end(const Prefetch &step, int access) {
  std::vector<int64_t> capacity(tree_.nest.dims.size(), 1);
  std::vector<int> dims;
  for (int l = tree_.tile; l < int(tree_.loops.size()); ++l) {
    const Loop &loop = tree_.loops[l];
    if (!loop.chunk.is_const() || tree_.nest.still(access, loop.dim) || std::find(dims.begin(), dims.end(), loop.dim) != dims.end()) continue;
    capacity[loop.dim] = loop.chunk.value, dims.push_back(loop.dim);
  }
  Ahead ahead{step, -1, access};
  plan_runs(ahead, dims, capacity);
  plan_shares(ahead, tree_.scope);
  ahead_.push_back(ahead);
  return near_enough(ahead);
}

/// Before the first loop of a tile.
void Generator::start_ends() {
  for (Ahead &a : ahead_)
    if (a.buffer < 0) a.next = moved_pointer(a, a.step.loop, a.step.iterations), a.left = counter_of({a.rows});
}

/// Lines of a row are asked for one by one, in code.
bool Generator::near_enough(const Ahead &ahead) {
  constexpr int64_t kMostLines = 64;
  const int64_t lines = ahead.row < 0 ? 1 : int64_t(ahead.points.size()) * ((ahead.run + kLine - 1) / kLine);
  return lines <= kMostLines || fail("prefetch-operand", "each row of tensor '" + tree_.nest.tensors[ahead.step.tensor].name + "' takes " +
                                                             std::to_string(lines) + " lines, more than " + std::to_string(kMostLines));
}

/// On entry to the loop: how far it is to its end, and where what comes after it is, if the loop around it moves on.
void Generator::start_ahead(int position) {
  for (Ahead &a : ahead_) {
    if (a.step.loop != position || a.buffer < 0) continue;
    a.remaining = counter_of(whole(tree_.loops[position].dim)), a.after = -1;
    if (position && !group(a.access).pointers.empty()) a.after = moved_pointer(a, position - 1, 1);
  }
}

/// The source's pointer some iterations of a loop later.
int Generator::moved_pointer(const Ahead &a, int loop, int64_t iterations) {
  const Loop &l = tree_.loops[loop];
  const int d = scalar();
  move(d, group(a.access).pointers.at({}), group(a.access).strides[l.dim], iterations * l.step);
  return d;
}

/// Behind a buffer that was filled.
void Generator::next_ahead(const Buffer &b) {
  for (Ahead &a : ahead_) {
    if (a.buffer < 0 || &buffers_[a.buffer] != &b) continue;
    const Loop &loop = tree_.loops[a.step.loop];
    a.next = moved_pointer(a, a.step.loop, a.step.iterations);
    a.left = counter_of({a.rows});
    if (a.after < 0) continue;
    const int there = label();
    branch(VOp::BranchGe, a.remaining, (a.step.iterations - 1) * loop.step + 1, there);
    VInst &i = emit(VOp::SMov);
    i.d = a.next, i.a = a.after;
    place(there);
  }
}

/// The lines of a row, at the pointer.
void Generator::ask_row(const Ahead &a) {
  const auto ask = [&](Mem m, int64_t disp) {
    m.disp += disp;
    VInst &i = emit(VOp::Prefetch);
    i.mem = m, i.imm = 1;
  };
  for (const std::vector<int64_t> &point : a.points) {
    const Mem first = direct(a.access, point);
    if (a.row < 0) return ask(first, 0);
    for (int64_t at = 0; at < a.run; at += kLine) ask(first, at);
    if (a.run % kLine == 0) ask(first, a.run - 1); // a tensor need not begin where a line does
  }
}

/// A share of the rows, while there are any.
void Generator::ask_ahead(int position) {
  for (Ahead &a : ahead_) {
    if (a.at != position) continue;
    const auto saved = pointers();
    const std::vector<int64_t> copies = unrolled_;
    std::fill(unrolled_.begin(), unrolled_.end(), 0);
    group(a.access).pointers = {{{}, a.next}};
    const int count = a.share > 1 ? counter_of({a.share}) : -1, head = label(), end = label();
    place(head);
    branch(VOp::BranchLt, a.left, 1, end);
    ask_row(a);
    move(a.next, a.next, a.row < 0 ? Int::constant(kLine) : group(a.access).strides[a.row], 1);
    add_to(a.left, -1);
    if (count >= 0) add_to(count, -1), branch(VOp::BranchGe, count, 1, head);
    place(end);
    unrolled_ = copies;
    restore(saved);
  }
}

/// On entry to the body of the loop that is looked ahead in.
void Generator::step_ahead(int position) {
  for (const Ahead &a : ahead_)
    if (a.step.loop + 1 == position && a.after >= 0) add_to(a.remaining, -tree_.loops[a.step.loop].step);
}

} // namespace vecwrap
