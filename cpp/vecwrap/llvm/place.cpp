#include "llvm/place.h"
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/MD5.h>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {

/// Defined once per module and once per program. Local labels would clash under full LTO: numbers only.
std::string comdat(const std::string &name, const std::string &body) {
  return ".ifndef " + name + "\n.pushsection .text." + name + ",\"axG\",@progbits," + name + ",comdat\n.weak " + name +
         "\n.hidden " + name + "\n.type " + name + ",@function\n.p2align 6\n" + name + ":\n" + body + ".size " + name +
         ",.-" + name + "\n.popsection\n.endif\n";
}

void append_once(Module &module, const std::string &name, const std::string &text) {
  if (module.getModuleInlineAsm().find(".ifndef " + name + "\n") == std::string::npos)
    module.appendModuleInlineAsm(text);
}

std::string bytes(const std::vector<uint8_t> &code, size_t from, size_t to) {
  std::string text;
  for (size_t i = from; i < to; i++) {
    text += (i - from) % 16 == 0 ? ".byte 0x" : ",0x";
    text += utohexstr(code[i], true, 2);
    if ((i - from) % 16 == 15 || i + 1 == to)
      text += "\n";
  }
  return text;
}

FunctionCallee declare(Module &module, const std::string &name, FunctionType *type) {
  FunctionCallee callee = module.getOrInsertFunction(name, type);
  auto *function = cast<Function>(callee.getCallee());
  function->setVisibility(GlobalValue::HiddenVisibility);
  function->setDSOLocal(true);
  function->setDoesNotThrow();
  function->setWillReturn();
  return callee;
}

// cpuid and xgetbv as in target/target.cpp, cached in a variable of the same COMDAT. 32-bit and 64-bit registers
// that a function may clobber only; rbx, which cpuid writes, waits in r11.
constexpr const char *kCpuLevel = R"(.cfi_startproc
movl vecwrap_cpu_level_v2_cache(%rip),%eax
testl %eax,%eax
jne 9f
movq %rbx,%r11
movl $1,%r8d
xorl %eax,%eax
cpuid
cmpl $7,%eax
jb 8f
movl $1,%eax
xorl %ecx,%ecx
cpuid
andl $0x18001000,%ecx
cmpl $0x18001000,%ecx
jne 8f
xorl %ecx,%ecx
xgetbv
movl %eax,%r9d
andl $6,%eax
cmpl $6,%eax
jne 8f
movl $7,%eax
xorl %ecx,%ecx
cpuid
movl %ebx,%eax
andl $0x120,%eax
cmpl $0x120,%eax
jne 8f
movl $2,%r8d
andl $0xc0030000,%ebx
cmpl $0xc0030000,%ebx
jne 8f
andl $0xe6,%r9d
cmpl $0xe6,%r9d
jne 8f
movl $3,%r8d
btl $11,%ecx
jnc 8f
movl $4,%r8d
8: movq %r11,%rbx
movl %r8d,%eax
movl %eax,vecwrap_cpu_level_v2_cache(%rip)
9: ret
.cfi_endproc
)";

std::string name_for(ArrayRef<uint8_t> content) {
  MD5 hash;
  hash.update(content);
  MD5::MD5Result digest;
  hash.final(digest);
  return "vecwrap_kernel_" + std::string(digest.digest().str());
}

// The first four bytes are push rbp; mov rbp,rsp: after them the frame is found through rbp.
std::string x86_body(const Kernel &kernel) {
  return ".cfi_startproc\n" + bytes(kernel.code, 0, 1) + ".cfi_def_cfa_offset 16\n.cfi_offset 6,-16\n" +
         bytes(kernel.code, 1, 4) + ".cfi_def_cfa_register 6\n" + bytes(kernel.code, 4, kernel.code.size()) + ".cfi_endproc\n";
}

// Assembled when the unit is: with link-time optimisation that may be without the unit's extensions.
std::string rvv_body(const Kernel &kernel, const std::string &name) {
  return ".option push\n.option arch, " + std::string(kernel.assembly.extensions()) + "\n" + rvv::print_body(kernel.assembly, name) + ".option pop\n";
}

} // namespace

FunctionCallee place_kernel(Module &module, const Kernel &kernel, const std::string &comment) {
  const bool assembly = kernel.code.empty();
  const std::string content = assembly ? rvv::print_body(kernel.assembly, "") : "";
  const std::string name = name_for(assembly ? arrayRefFromStringRef(content) : ArrayRef<uint8_t>(kernel.code));
  std::string text;
  for (StringRef rest = comment; !rest.empty();) {
    auto [line, tail] = rest.split('\n');
    text += "# " + line.str() + "\n";
    rest = tail;
  }
  text += comdat(name, assembly ? rvv_body(kernel, name) : x86_body(kernel));
  append_once(module, name, text);
  LLVMContext &context = module.getContext();
  return declare(module, name, FunctionType::get(Type::getVoidTy(context), {PointerType::get(context, 0)}, false));
}

FunctionCallee cpu_level_function(Module &module) {
  const std::string name = "vecwrap_cpu_level_v2", cache = name + "_cache";
  std::string body = kCpuLevel;
  body += ".pushsection .bss." + name + ",\"awG\",@nobits," + name + ",comdat\n.weak " + cache + "\n.hidden " + cache +
          "\n.type " + cache + ",@object\n.size " + cache + ",4\n.p2align 2\n" + cache + ":\n.zero 4\n.popsection\n";
  append_once(module, name, comdat(name, body));
  return declare(module, name, FunctionType::get(Type::getInt32Ty(module.getContext()), {}, false));
}

} // namespace vecwrap::raise
