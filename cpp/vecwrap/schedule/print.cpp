#include "schedule/apply.h"

namespace vecwrap {
namespace {

std::string text(const Nest &nest, const Int &i) { return i.is_const() ? std::to_string(i.value) : nest.symbols[i.sym]; }

std::string line(const LoopTree &tree, const Loop &loop) {
  const Nest &nest = tree.nest;
  std::string out = "for " + loop.name + " in 0.." + text(nest, loop.chunk);
  if (loop.step != 1) out += " step " + std::to_string(loop.step);
  if (nest.dims[loop.dim].reduction) out += " reduce";
  if (loop.tile) out += " tile";
  if (loop.vector) out += " vector" + (tree.group > 1 ? " x " + std::to_string(tree.group) : "");
  if (loop.unroll > 1) out += " unroll " + std::to_string(loop.unroll);
  if (loop.dot > 1) out += " dot " + std::to_string(loop.dot);
  if (loop.part != Part::None) out += std::string(" matrix ") + kParts[int(loop.part)];
  return out + "\n";
}

} // namespace

std::string print(const LoopTree &tree, std::string indent, const PrintBody &body) {
  std::string out;
  const auto enter = [&](int position) {
    for (const Pack &pack : tree.packs)
      if (pack.position == position) out += indent + "pack " + tree.nest.tensors[pack.tensor].name + "\n";
    if (body) out += body(position, indent);
  };
  for (size_t i = 0; i < tree.loops.size(); ++i) {
    enter(int(i));
    const Loop &loop = tree.loops[i];
    if (body && !loop.tile && loop.chunk == Int::constant(1)) continue; // of a program: shared with the loops outside
    out += indent + line(tree, loop), indent += "  ";
  }
  enter(int(tree.loops.size()));
  if (tree.undisturbed) out += indent + "undisturbed past the end of vectors\n";
  if (tree.strip) out += indent + "shorter vectors in the same loop\n";
  if (tree.stream) out += indent + "stream " + tree.nest.tensors[tree.nest.accesses[tree.nest.out].tensor].name + "\n";
  for (const Prefetch &p : tree.prefetches)
    out += indent + "prefetch " + tree.nest.tensors[p.tensor].name + " " + std::to_string(p.iterations) + " ahead in " + tree.loops[p.loop].name + "\n";
  for (const Strided &s : tree.strided) out += indent + "strided " + tree.nest.tensors[s.tensor].name + " by " + kHows[int(s.how)] + "\n";
  return out + indent + tree.nest.name + "\n";
}

} // namespace vecwrap
