// Kernel: position-independent machine code for one nest or program under one sentence. The same bytes run in-process and
// sit in objects. Calling convention: void kernel(const int64_t *args), System V; args as in ir/interpret.h.
#pragma once
#include "codegen/vprogram.h"
#include "emit/rvv/assembly.h"
#include "ir/program.h"
#include "ir/result.h"
#include "schedule/sentence.h"
#include "target/target.h"
#include <memory>

namespace vecwrap {

struct Kernel {
  std::vector<uint8_t> code;  ///< starts with "push rbp; mov rbp,rsp" (4 bytes): see cfi in docs/kernel.md
  rvv::Assembly assembly;     ///< instead of bytes, where the target's kernels are text: see rvv::print and rvv::simulate
  int64_t stack_bytes = 0;    ///< largest stack use, packed buffers included
  std::string loop_tree;      ///< readable loop tree after applying the sentence
  std::shared_ptr<const VProgram> program; ///< the target-neutral vector program
  int arguments = 0;          ///< length of the argument block
  int64_t workspace_bytes = 0; ///< of a program: if not 0, the argument after the symbols is the address of that much memory
  std::vector<std::string> temporaries; ///< of a program: those of run-time size, whose addresses are the last arguments
};

/// Applies the sentence and generates code. Refusals: those of apply() (docs/refusals.md) and of code generation.
Result<Kernel> compile(const Nest &, const Sentence &, const Target &);
Result<Kernel> compile(const Program &, const Sentence &, const Target &);

/// Bytes of the memory that a program's kernel takes after the arguments of the program: workspace, then temporaries.
std::vector<int64_t> workspaces(const Kernel &, const Program &, const int64_t *args);

/// Executable memory holding one kernel.
class Jit {
public:
  static Result<std::shared_ptr<Jit>> load(const Kernel &);
  ~Jit();
  void operator()(const int64_t *args) const { entry_(args); }

private:
  void *memory_ = nullptr;
  size_t size_ = 0;
  void (*entry_)(const int64_t *) = nullptr;
};

} // namespace vecwrap
