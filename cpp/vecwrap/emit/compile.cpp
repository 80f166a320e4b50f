#include "codegen/loopnest.h"
#include "emit/kernel.h"
#include "emit/rvv/emit.h"
#include "emit/x86/emit.h"
#include "schedule/share.h"

namespace vecwrap {

namespace {

/// What is not buffers is bounded, too: threads may have as little as 128 KiB of stack.
Result<Kernel> checked(Kernel kernel, const Target &target) {
  const int64_t beside = kernel.stack_bytes - kernel.program->frame_bytes, most = target.stack_bytes / 2;
  if (beside <= most) return kernel;
  return Refusal{"registers", "the addresses of the tile's rows take " + std::to_string(beside) + " bytes of stack; code for " + target.name +
                                  " uses at most " + std::to_string(most)};
}

/// From a loop tree, or a program's.
template <class Tree> Result<Kernel> finish(const Result<Tree> &tree, const Target &target, int arguments) {
  if (!tree) return tree.refusal();
  Result<VProgram> program = generate(*tree, target);
  if (!program) return program.refusal();
  Kernel kernel;
  kernel.loop_tree = print(*tree), kernel.program = std::make_shared<VProgram>(std::move(*program)), kernel.arguments = arguments;
  if (target.isa == Isa::Rvv) {
    kernel.assembly = rvv::emit(*kernel.program), kernel.stack_bytes = kernel.assembly.stack_bytes;
    return checked(std::move(kernel), target);
  }
  Result<x86::Code> code = x86::emit(*kernel.program, target);
  if (!code) return code.refusal();
  kernel.code = std::move(code->bytes), kernel.stack_bytes = code->stack_bytes;
  return checked(std::move(kernel), target);
}

Refusal no_arithmetic(const Nest &nest, const Target &target) {
  if (is_mixed(nest) && computes(target, nest.type))
    return {"compute-type", "nest '" + nest.name + "' converts between types it computes in; code for " + target.name + " does not"};
  return {"compute-type", "nest '" + nest.name + "' computes in " + name_of(nest.type) + "; " + target.name + " has no arithmetic on that"};
}

} // namespace

Result<Kernel> compile(const Nest &nest, const Sentence &sentence, const Target &target) {
  if (!computes(target, nest)) return no_arithmetic(nest, target);
  return finish(apply(nest, sentence, target), target, nest.argument_count());
}

Result<Kernel> compile(const Program &program, const Sentence &sentence, const Target &target) {
  if (const std::string wrong = validate(program); !wrong.empty()) return Refusal{"bad-program", wrong};
  for (const Nest &nest : program.nests)
    if (!computes(target, nest)) return no_arithmetic(nest, target);
  const Result<ProgramTree> tree = apply(program, sentence, target);
  Result<Kernel> kernel = finish(tree, target, program.argument_count());
  if (!kernel) return kernel;
  if (tree->in_workspace) kernel->workspace_bytes = tree->bytes, ++kernel->arguments;
  for (int t : tree->unsized) kernel->temporaries.push_back(tree->leaves[0].tree.nest.tensors[t].name), ++kernel->arguments;
  return kernel;
}

std::vector<int64_t> workspaces(const Kernel &kernel, const Program &program, const int64_t *args) {
  const std::vector<Nest> nests = linked(program);
  const int64_t *symbols = args + program.arguments().size();
  std::vector<int64_t> bytes;
  if (kernel.workspace_bytes) bytes.push_back(kernel.workspace_bytes);
  for (const std::string &t : kernel.temporaries) bytes.push_back(bytes_of(nests, nests[0].tensor(t), symbols));
  return bytes;
}

} // namespace vecwrap
