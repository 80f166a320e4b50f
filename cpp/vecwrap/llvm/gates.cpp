#include "llvm/gates.h"
#include "llvm/compat.h"
#include "llvm/refusals.h"
#include <cstdlib>
#include <llvm/Support/CodeGen.h>

namespace vecwrap::raise {

using namespace llvm;

namespace {

bool lists(const Function &function, const std::string &entry) {
  Attribute attribute = function.getFnAttribute("target-features");
  StringRef rest = attribute.isStringAttribute() ? attribute.getValueAsString() : "";
  while (!rest.empty()) {
    auto [head, tail] = rest.split(',');
    if (head == entry)
      return true;
    rest = tail;
  }
  return false;
}

bool forbids_x86_vectors(const Function &function) {
  for (const char *feature : {"-sse", "-sse2", "-x87", "-avx", "-avx2"})
    if (lists(function, feature))
      return true;
  return false;
}

struct EnumGate {
  Attribute::AttrKind kind;
  Why why;
};
constexpr EnumGate kEnumGates[] = {
    {Attribute::OptimizeNone, Why::OptNone},
    {Attribute::OptimizeForSize, Why::OptSize},
    {Attribute::MinSize, Why::OptSize},
    {Attribute::SanitizeAddress, Why::Sanitizer},
    {Attribute::SanitizeHWAddress, Why::Sanitizer},
    {Attribute::SanitizeMemory, Why::Sanitizer},
    {Attribute::SanitizeThread, Why::Sanitizer},
    {Attribute::SanitizeMemTag, Why::Sanitizer},
#if LLVM_VERSION_MAJOR >= 20
    {Attribute::SanitizeRealtime, Why::Sanitizer},
    {Attribute::SanitizeType, Why::Sanitizer},
#endif
    {Attribute::StrictFP, Why::StrictFp},
    {Attribute::NoImplicitFloat, Why::NoVectorUnit},
    {Attribute::Naked, Why::CallingConvention},
    {Attribute::PresplitCoroutine, Why::CallingConvention},
};

struct StringGate {
  const char *attribute;
  Why why;
};
constexpr StringGate kStringGates[] = {
    {"no-builtins", Why::Freestanding},          // -ffreestanding, -fno-builtin
    {"no_caller_saved_registers", Why::CallingConvention},
    {"split-stack", Why::CallingConvention},
    {"patchable-function", Why::CallingConvention},
    {"instrument-function-entry-inlined", Why::Coverage},
};

} // namespace

bool is_riscv(const Module &module) { return triple_of(module).isRISCV(); }
bool has_feature(const Function &function, StringRef name) { return lists(function, "+" + name.str()); }
bool forbids_feature(const Function &function, StringRef name) { return lists(function, "-" + name.str()); }

std::optional<Refusal> gate(const Module &module) {
  if (const char *value = std::getenv("VECWRAP_DISABLE"); value && *value && *value != '0')
    return refusal(Why::Disabled);
  Triple triple = triple_of(module);
  const bool known = triple.getArch() == Triple::x86_64 || triple.getArch() == Triple::riscv64;
  if (!known || !triple.isOSLinux() || !triple.isOSBinFormatELF() || triple.isX32() ||
      module.getDataLayout().getPointerSizeInBits() != 64)
    return refusal(Why::Target);
  if (module.getCodeModel() == CodeModel::Kernel)
    return refusal(Why::CodeModel);
  if (module.getNamedMetadata("llvm.gcov") || module.getGlobalVariable("__llvm_coverage_mapping", true) ||
      module.getFunction("llvm.instrprof.increment") || module.getFunction("llvm.instrprof.cover"))
    return refusal(Why::Coverage);
  return std::nullopt;
}

std::optional<Refusal> gate(const Function &function) {
  if (auto why = gate(*function.getParent()))
    return why;
  for (const EnumGate &row : kEnumGates)
    if (function.hasFnAttribute(row.kind))
      return refusal(row.why);
  for (const StringGate &row : kStringGates)
    if (function.hasFnAttribute(row.attribute))
      return refusal(row.why);
  if (is_riscv(*function.getParent()) ? !has_feature(function, "v") || !has_feature(function, "d") : forbids_x86_vectors(function))
    return refusal(Why::NoVectorUnit);
  if (function.getCallingConv() == CallingConv::X86_INTR || function.getCallingConv() == CallingConv::GHC ||
      function.hasAvailableExternallyLinkage())
    return refusal(Why::CallingConvention);
  return std::nullopt;
}

} // namespace vecwrap::raise
