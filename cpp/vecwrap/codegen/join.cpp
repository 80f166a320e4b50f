// Rows of narrow elements become lanes of groups (step dot), for as many vectors at once as a row fills: each row is read whole, by
// fours of elements in the order of the lanes, and zipped with the others. (Zen 5, 1 x 1024 x 1024 bytes: 25 us vector by vector.)
#include "codegen/evaluate.h"
#include <algorithm>

namespace vecwrap {

/// Are groups of this operand made of whole rows, and the target's shuffles there?
bool Generator::joins(int id) const {
  const bool shuffles = target_.isa == Isa::Avx2 || target_.isa == Isa::Avx512;
  return shuffles && is_whole_group() && tree_.nest.contiguous(id, vector_dim());
}

/// The vectors' registers, in order.
std::vector<int> Generator::join(const std::vector<Mem> &rows, Type stored, const RegisterFile &file) {
  const Type type = dot_->form.element(stored);
  std::vector<int> regs;
  for (const Mem &row : rows) {
    regs.push_back(file.take());
    VInst i{VOp::VSpread};
    i.d = regs.back(), i.mem = row, i.stored = stored, i.other = type;
    if (type != stored) i.t = file.take();
    out_.code.push_back(i);
    if (i.t >= 0) file.give(i.t);
  }
  const auto zip = [&](Type by, int &a, int &b) { // into the lower, the upper halves
    const int low = file.take();
    for (VOp op : {VOp::VZipLo, VOp::VZipHi}) {
      VInst &i = emit(op);
      i.d = op == VOp::VZipLo ? low : b, i.a = a, i.b = b, i.stored = by;
    }
    file.give(a), a = low;
  };
  for (size_t r = 0; r < regs.size() && size_of(type) == 1; r += 2) zip(type, regs[r], regs[r + 1]);
  for (size_t r = 0; r < regs.size() / 2; ++r) zip(Type::I16, regs[r], regs[r + regs.size() / 2]);
  if (size_of(type) == 1) std::swap(regs[1], regs[2]);
  return regs;
}

/// Whole vectors of the buffer; where the others begin.
int64_t Generator::copy_joined(const Buffer &b, int dim) {
  const int id = tree_.nest.nodes[b.root].access;
  const Count total = chunk_[dim];
  const int64_t step = dot_->group * lanes(), whole = total.tail >= 0 ? total.value - lanes() : total.is_const() ? total.value : 0;
  if (!joins(id) || whole > kStraight * lanes()) return 0;
  std::vector<int> free;
  for (int reg = vector_registers(); reg > 0;) free.push_back(--reg);
  const RegisterFile file{[&] { const int reg = free.back(); free.pop_back(); return reg; }, [&](int reg) { free.push_back(reg); }};
  const auto saved = pointers();
  std::vector<int64_t> index(nest_.dims.size());
  for (; index[dim] + step <= whole; index[dim] += step) {
    std::vector<Mem> rows;
    for (std::vector<int64_t> at = index; at[dot_->dim] < dot_->group; ++at[dot_->dim]) rows.push_back(address(id, at));
    std::vector<int64_t> to = index;
    for (int reg : join(rows, tree_.nest.stored(id), file)) {
      const Mem mem = address(b.access, to);
      VInst &store = emit(VOp::VStore);
      store.a = reg, store.mem = mem;
      file.give(reg), to[dim] += lanes();
    }
  }
  restore(saved);
  return index[dim];
}

/// The vector of the point with those beside it; false if some of them are not wanted here, or registers are short.
bool Evaluator::load_joined(int node, int point) {
  const int id = g_.nest_.nodes[node].access;
  if (!is_group(id) || is_broadcast(id) || !g_.joins(id)) return false;
  const int group = int(g_.dot_->group), first = point - point % extent_.back() % group;
  if (first % extent_.back() + group > extent_.back() || spare() <= group) return false; // a zip takes one more than the rows
  for (int p = first; p < first + group; ++p) {
    const Value *v = values_.find(key(node, p));
    const bool active = std::find(active_.begin(), active_.end(), p) != active_.end();
    if (!active || lanes(p) != Lanes::All || is_hoisted(key(node, p)) || !v || v->uses <= 0 || v->reg >= 0) return false;
  }
  std::vector<Mem> rows;
  for (auto [at, q] = std::pair(index(first), 0); q < group; ++q, ++at[g_.dot_->dim]) rows.push_back(g_.address(id, at));
  const std::vector<int> regs = g_.join(rows, g_.tree_.nest.stored(id), file());
  for (int i = 0; i < group; ++i) values_[key(node, first + i)].reg = regs[i];
  return true;
}

} // namespace vecwrap
