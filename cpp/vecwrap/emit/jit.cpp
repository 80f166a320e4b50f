#include "emit/kernel.h"
#include "target/matrix.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace vecwrap {

Result<std::shared_ptr<Jit>> Jit::load(const Kernel &kernel) {
  if (!kernel.assembly.lines.empty()) return Refusal{"no-target", "this CPU cannot run kernels for RISC-V"};
  if (!kernel.program->shapes.empty() && !may_use_amx()) return Refusal{"no-target", "this process may not use AMX"};
  auto jit = std::make_shared<Jit>();
  jit->size_ = kernel.code.size();
  void *memory = mmap(nullptr, jit->size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Refusal{"out-of-memory", std::string("no executable memory: ") + std::strerror(errno)};
  jit->memory_ = memory;
  std::memcpy(memory, kernel.code.data(), jit->size_);
  if (mprotect(memory, jit->size_, PROT_READ | PROT_EXEC))
    return Refusal{"no-executable-memory", std::string("this process may not run generated code: ") + std::strerror(errno)};
  jit->entry_ = reinterpret_cast<void (*)(const int64_t *)>(memory);
  return jit;
}

Jit::~Jit() {
  if (memory_) munmap(memory_, size_);
}

} // namespace vecwrap
