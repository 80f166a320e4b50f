// Kernels keep the System V calling convention: callee-saved registers, the stack, the direction flag, MXCSR, and
// clean upper vector halves on return.
#include "emit/kernel.h"
#include "samples.h"
#include <cstring>
#include <sys/mman.h>

/// Calls kernel(args) with known values in rbx, rbp, r12..r15 and stores what they hold afterwards.
extern "C" void vecwrap_call_and_look(const void *kernel, const int64_t *args, uint64_t *registers);
asm(R"(
.text
vecwrap_call_and_look:
  push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; push %rdx
  mov $0x1001, %ebx; mov $0x1002, %ebp; mov $0x1003, %r12d; mov $0x1004, %r13d; mov $0x1005, %r14d; mov $0x1006, %r15d
  mov %rdi, %rax; mov %rsi, %rdi
  call *%rax
  pop %rdx
  mov %rbx, (%rdx); mov %rbp, 8(%rdx); mov %r12, 16(%rdx); mov %r13, 24(%rdx); mov %r14, 32(%rdx); mov %r15, 40(%rdx)
  pushf; pop %rax; mov %rax, 48(%rdx)
  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp
  ret
)");

namespace vecwrap {
namespace {

/// Symbolic everywhere, six operands: many pointers and counters are live at once.
const char *const kCrowded = R"(nest crowded f32 strict
symbol m n k p a b c
dim i m
dim j n
dim k k reduce
dim p p reduce
tensor A B C D E F
access a0 A + 0 : i*a k*4 p*b
access a1 B + 0 : j*4 k*b p*c
access a2 C + 0 : i*c j*4
access a3 D + 0 : i*a p*4
access a4 E + 0 : j*4 p*c
access a5 F + 0 : i*b j*4
%0 = load a5
%1 = load a0
%2 = load a1
%3 = load a3
%4 = load a4
%5 = acc
%6 = fma %1 %2 %5
%7 = fma %3 %4 %6
init %0
update %7
final %5
out a2
)";

const char *const kSentences[] = {
    "v1", "v1 split(j,32) reorder(i,j,k,p,j.1) tile(j.1) vectorize(j.1)",
    "v1 split(i,4) split(j,16) split(k,8) reorder(k,i,j,k.1,p,i.1,j.1) tile(i.1,j.1) vectorize(j.1) unroll(p,2)",
    "v1 split(j,16) split(k,8) split(p,4) reorder(j,k,p,i,k.1,p.1,j.1) tile(j.1) vectorize(j.1)"};

void *executable(const std::vector<uint8_t> &code) {
  void *memory = mmap(nullptr, code.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::memcpy(memory, code.data(), code.size());
  mprotect(memory, code.size(), PROT_READ | PROT_EXEC);
  return memory;
}

TEST(Abi, KernelsKeepTheCallingConvention) {
  const Nest nest = parsed(kCrowded);
  std::vector<std::vector<float>> buffers(6, std::vector<float>(1 << 16, 1.f));
  std::vector<int64_t> args;
  for (auto &buffer : buffers)
    args.push_back(reinterpret_cast<int64_t>(buffer.data()));
  for (int64_t symbol : {7, 37, 9, 5, 256, 512, 1024})
    args.push_back(symbol);
  const Target native = native_target();
  int compiled = 0;
  for (const Target &target : targets())
    for (const char *sentence : kSentences) {
      if (target.vector_bytes > native.vector_bytes)
        continue;
      const auto kernel = compile(nest, *parse_sentence(sentence), target);
      if (!kernel)
        continue;
      ++compiled;
      SCOPED_TRACE(std::string(sentence) + " for " + target.name);
      void *code = executable(kernel->code);
      uint64_t after[7] = {};
      const unsigned mxcsr = __builtin_ia32_stmxcsr() & ~0x3fu; // sticky exception flags may change
      vecwrap_call_and_look(code, args.data(), after);
      for (uint64_t r = 0; r < 6; ++r)
        EXPECT_EQ(after[r], 0x1001 + r) << "register " << r;
      EXPECT_EQ(after[6] & 0x400, 0u) << "direction flag";
      EXPECT_EQ(__builtin_ia32_stmxcsr() & ~0x3fu, mxcsr);
      const uint8_t vzeroupper[] = {0xc5, 0xf8, 0x77};
      EXPECT_EQ(memmem(kernel->code.data(), kernel->code.size(), vzeroupper, 3) != nullptr, target.vector_bytes > 16);
      munmap(code, kernel->code.size());
    }
  EXPECT_GE(compiled, 6);
}

} // namespace
} // namespace vecwrap
