#include "emit/rvv/lengths.h"
#include <algorithm>

namespace vecwrap::rvv {
namespace {

constexpr int kT0 = 5, kT1 = 6;

/// The lines of another function, its labels after those that are here.
void append(Assembly &to, const Assembly &from) {
  for (Line line : from.lines) {
    if (line.kind == Line::Label) line.insn.operand[0] += to.labels;
    if (line.kind == Line::Code) {
      const std::string operands = row_of(line.insn.op).operands;
      if (operands.ends_with('L')) line.insn.operand[operands.size() - 1] += to.labels;
    }
    to.lines.push_back(std::move(line));
  }
  to.labels += from.labels;
}

std::string bits(const Variant &v) { return std::to_string(8 * v.vector_bytes) + " bits"; }

/// Does the next shorter length have the same code?
bool same(const Variant &longer, const Variant &shorter) {
  return print_body(longer.kernel.assembly, "") == print_body(shorter.kernel.assembly, "");
}

} // namespace

Kernel for_lengths(std::vector<Variant> variants) {
  std::sort(variants.begin(), variants.end(), [](const Variant &a, const Variant &b) { return a.vector_bytes > b.vector_bytes; });
  for (size_t v = variants.size() - 1; v-- > 0;)
    if (same(variants[v], variants[v + 1])) variants.erase(variants.begin() + int64_t(v));
  if (variants.size() == 1) return variants[0].kernel;
  Kernel all = variants.back().kernel; // the most careful one stands for all where only one can be shown
  Assembly &out = all.assembly = Assembly();
  std::vector<int> entries;
  for (size_t v = 0; v < variants.size(); ++v) entries.push_back(out.label());
  out.put(Op::Vlenb, kT0);
  for (size_t v = 0; v + 1 < variants.size(); ++v) out.load_imm(kT1, variants[v].vector_bytes), out.put(Op::Bge, kT0, kT1, entries[v]);
  out.put(Op::J, entries.back());
  for (size_t v = 0; v < variants.size(); ++v) {
    const Kernel &one = variants[v].kernel;
    out.remark("vectors of at least " + bits(variants[v])), out.place(entries[v]), append(out, one.assembly);
    out.stack_bytes = std::max(out.stack_bytes, one.assembly.stack_bytes);
    all.arguments = std::max(all.arguments, one.arguments);
    all.workspace_bytes = std::max(all.workspace_bytes, one.workspace_bytes);
  }
  all.stack_bytes = out.stack_bytes;
  return all;
}

} // namespace vecwrap::rvv
