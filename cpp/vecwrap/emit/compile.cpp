#include "codegen/loopnest.h"
#include "emit/kernel.h"
#include "emit/x86/emit.h"
#include "schedule/apply.h"

namespace vecwrap {

Result<Kernel> compile(const Nest &nest, const Sentence &sentence, const Target &target) {
  Result<LoopTree> tree = apply(nest, sentence, target);
  if (!tree) return tree.refusal();
  Result<VProgram> program = generate(*tree, target);
  if (!program) return program.refusal();
  if (target.isa == Isa::Rvv) return Refusal{"no-emitter", "vector programs for " + target.name + " are not written as assembly yet"};
  Result<x86::Code> code = x86::emit(*program, target);
  if (!code) return code.refusal();
  return Kernel{std::move(code->bytes), code->stack_bytes, print(*tree), print(*program), nest.argument_count()};
}

} // namespace vecwrap
