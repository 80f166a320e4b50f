// Step prefetch: where the innermost code loads from a tensor, it also asks for the line of the same load some iterations later.
// An address past the end of the tensor is harmless: a prefetch never faults, and what it brings in is not read.
#include "codegen/evaluate.h"
#include <cmath>
#include <set>
#include <tuple>

namespace vecwrap {
namespace {

constexpr int64_t kLine = 64;
constexpr double kFarthest = double(1 << 30); ///< bytes that an instruction may add to a pointer

bool reads(const Nest &nest, int root, const Prefetch &p, int access) {
  return nest.accesses[access].tensor == p.tensor && loads_access(nest, root, access);
}

} // namespace

bool Generator::check_prefetches() {
  const int root = nest_.update >= 0 ? nest_.update : nest_.final;
  for (const Prefetch &p : tree_.prefetches) {
    bool found = false;
    for (size_t a = 0; a < nest_.accesses.size(); ++a) {
      if (nest_.accesses[a].tensor != p.tensor) continue;
      const Access &access = nest_.accesses[a];
      if (reads(nest_, root, p, int(a)) && access.index >= 0) return fail("prefetch-operand", "tensor '" + nest_.tensors[p.tensor].name + "' is read by way of an index, which is not known ahead");
      const Loop &loop = tree_.loops[p.loop];
      const Int stride = access.strides[loop.dim];
      if (stride.is_const() && std::abs(double(stride.value) * double(p.iterations * loop.step)) > kFarthest)
        return fail("displacement", "a constant offset exceeds 2 GiB");
      found = found || reads(nest_, root, p, int(a));
    }
    if (!found && !plan_ahead(p) && !plan_ends(p))
      return failed_ ? false : fail("prefetch-operand", "neither does the kernel read tensor '" + nest_.tensors[p.tensor].name +
                                                            "' from where it lies, nor is it packed inside of loop '" + tree_.loops[p.loop].name + "'");
  }
  return true;
}

/// Neighbours in memory that one vector takes.
int64_t Evaluator::vector_bytes(int access) const {
  const bool neighbours = g_.tree_.vector >= 0 && g_.nest_.contiguous(access, g_.vector_dim());
  return neighbours ? g_.lanes() * size_of(g_.nest_.stored(access)) : 0;
}

/// The places of the loads later on: every line of a vector's, or of all lanes where those are not neighbours.
void Evaluator::each_ahead(int root, const std::function<void(const Mem &)> &f) {
  for (const Prefetch &p : g_.tree_.prefetches)
    for (size_t a = 0; a < g_.nest_.accesses.size(); ++a) {
      if (!reads(g_.nest_, root, p, int(a))) continue;
      const Loop &loop = g_.tree_.loops[p.loop];
      for (int point : active_) {
        std::vector<int64_t> at = index(point);
        at[loop.dim] += p.iterations * loop.step;
        const Mem first = g_.direct(int(a), at);
        f(first);
        for (int64_t line = kLine; line < vector_bytes(int(a)); line += kLine) f({first.base, first.index, first.scale, first.disp + line});
        for (int lane = 1; is_strided(int(a)) && lane < g_.lanes(); ++lane) ++at[g_.vector_dim()], f(g_.direct(int(a), at));
      }
    }
}

void Evaluator::make_pointers_ahead(int root) { each_ahead(root, [](const Mem &) {}); }

void Evaluator::prefetch(int root) {
  if (g_.tree_.prefetches.empty()) return;
  std::set<std::tuple<int, int, int, int64_t>> lines;
  const auto ask = [&](const Mem &m) {
    if (lines.insert({m.base, m.index, m.scale, (m.disp - (m.disp < 0 ? kLine - 1 : 0)) / kLine}).second) g_.emit(VOp::Prefetch).mem = m;
  };
  if (g_.tree_.tile == g_.tree_.scope) return each_ahead(root, ask);
  const int dim = g_.tree_.loops[g_.tree_.tile - 1].dim, copies = g_.copies_;
  const int64_t step = g_.dot_ && g_.dot_->dim == dim ? g_.dot_->step : 1, at = g_.unrolled_[dim];
  for (int c = 0; c < copies; ++c) g_.unrolled_[dim] = c * step, each_ahead(root, ask);
  g_.unrolled_[dim] = at;
}

} // namespace vecwrap
