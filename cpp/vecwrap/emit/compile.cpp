#include "codegen/loopnest.h"
#include "emit/kernel.h"
#include "emit/rvv/emit.h"
#include "emit/x86/emit.h"
#include "schedule/apply.h"

namespace vecwrap {

Result<Kernel> compile(const Nest &nest, const Sentence &sentence, const Target &target) {
  Result<LoopTree> tree = apply(nest, sentence, target);
  if (!tree) return tree.refusal();
  Result<VProgram> program = generate(*tree, target);
  if (!program) return program.refusal();
  Kernel kernel;
  kernel.loop_tree = print(*tree), kernel.vector_program = print(*program), kernel.arguments = nest.argument_count();
  if (target.isa == Isa::Rvv) {
    Result<rvv::Assembly> assembly = rvv::emit(*program);
    if (!assembly) return assembly.refusal();
    kernel.assembly = std::move(*assembly), kernel.stack_bytes = kernel.assembly.stack_bytes;
    return kernel;
  }
  Result<x86::Code> code = x86::emit(*program, target);
  if (!code) return code.refusal();
  kernel.code = std::move(code->bytes), kernel.stack_bytes = code->stack_bytes;
  return kernel;
}

} // namespace vecwrap
