#include "emit/module.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace vecwrap {
namespace {

size_t pages(size_t bytes) {
  const size_t page = size_t(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

/// The linker's part: constants follow the text.
void apply(const Text &text, uint8_t *memory, const uint8_t *constants) {
  for (const Fixup &f : text.fixups) {
    const int32_t word = int32_t(constants + f.addend - (memory + f.at));
    std::memcpy(memory + f.at, &word, sizeof word);
  }
}

} // namespace

Result<std::shared_ptr<LoadedModule>> LoadedModule::load(const Module &module) {
  if (module.target.isa == Isa::Rvv) return Refusal{"no-target", "this CPU cannot run " + module.target.name};
  Result<Text> text = generate_text(module);
  if (!text) return text.refusal();
  auto loaded = std::make_shared<LoadedModule>();
  loaded->text_bytes_ = pages(text->code.size());
  loaded->constant_bytes_ = size_t(module.constant_bytes);
  const size_t size = loaded->text_bytes_ + pages(loaded->constant_bytes_);
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Refusal{"out-of-memory", "no " + std::to_string(size) + " bytes for a module: " + std::strerror(errno)};
  loaded->memory_ = static_cast<uint8_t *>(memory);
  loaded->size_ = size;
  std::memcpy(memory, text->code.data(), text->code.size());
  apply(*text, loaded->memory_, loaded->constants());
  if (mprotect(memory, loaded->text_bytes_, PROT_READ | PROT_EXEC))
    return Refusal{"no-executable-memory", std::string("this process may not run generated code: ") + std::strerror(errno)};
  const size_t first = module.kernels.size(); // run, workspace_size, supported
  const auto entry = [&](size_t f) { return loaded->memory_ + text->functions[first + f].offset; };
  loaded->run_ = reinterpret_cast<Run>(entry(0));
  if (!reinterpret_cast<int (*)()>(entry(2))())
    return Refusal{"no-target", "this CPU or operating system cannot run " + module.target.name};
  return loaded;
}

bool LoadedModule::seal() {
  const size_t bytes = size_ - text_bytes_;
  return sealed_ = !bytes || !mprotect(constants(), bytes, PROT_READ);
}

LoadedModule::~LoadedModule() {
  if (memory_) munmap(memory_, size_);
}

} // namespace vecwrap
