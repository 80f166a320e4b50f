#include "emit/module.h"
#include "emit/elf.h"
#include "emit/rvv/encode.h"
#include "emit/rvv/run.h"
#include "emit/x86/run.h"
#include <algorithm>
#include <cctype>

namespace vecwrap {
namespace {

constexpr size_t kKernelAlignment = 64; // a cache line

/// What differs between the instruction sets.
struct Machine {
  const ElfMachine &elf;
  void (*add_functions)(const Module &, Text &);
  int64_t (*run_frame_bytes)(const Module &);
  uint8_t padding; ///< traps
};

bool is_riscv(const Module &m) { return m.target.isa == Isa::Rvv; }

const Machine &machine_of(const Module &m) {
  static const Machine x86 = {kElfX86_64, x86::add_functions, x86::run_frame_bytes, 0xcc};
  static const Machine riscv = {kElfRiscv64, rvv::add_functions, rvv::run_frame_bytes, 0};
  return is_riscv(m) ? riscv : x86;
}

/// ELF takes any character in a name, but not every tool does.
std::string plain(std::string name) {
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

bool is_identifier(const std::string &s) {
  const auto fits = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); };
  return !s.empty() && !std::isdigit(static_cast<unsigned char>(s[0])) && std::all_of(s.begin(), s.end(), fits);
}

std::string text(const Place &p) {
  const std::string name = kPlaceKinds[int(p.kind)];
  const bool many = p.kind == PlaceKind::Input || p.kind == PlaceKind::Output;
  return name + (many ? " " + std::to_string(p.index) : "") + " + " + std::to_string(p.offset);
}

/// Empty if `bytes` at the place lie inside. Sizes of inputs and outputs are their caller's.
std::string wrong(const Module &m, const Place &p, int64_t bytes) {
  if (p.kind == PlaceKind::Value) return "";
  const bool in = p.kind == PlaceKind::Input, out = p.kind == PlaceKind::Output;
  const int count = in ? m.inputs : out ? m.outputs : 1;
  if (p.index < 0 || p.index >= count)
    return text(p) + ": index " + std::to_string(p.index) + " is not one of " + std::to_string(count);
  if (p.offset < 0) return text(p) + " lies before its start";
  const int64_t size = p.kind == PlaceKind::Workspace ? m.workspace_bytes : m.constant_bytes;
  if (!in && !out && p.offset > size - bytes)
    return text(p) + " lies outside of its " + std::to_string(size) + " bytes";
  return "";
}

std::string wrong(const Module &m, const Call &call) {
  if (call.kernel < 0 || call.kernel >= int(m.kernels.size()))
    return "there is no kernel " + std::to_string(call.kernel);
  const ModuleKernel &kernel = m.kernels[call.kernel];
  if (kernel.riscv != is_riscv(m)) return "kernel " + kernel.name + " is not code for " + m.target.name;
  if (kernel.asks) return "kernel " + kernel.name + " uses a matrix unit that a process has to ask for, which modules do not";
  if (int(call.args.size()) != kernel.arguments)
    return "kernel " + kernel.name + " takes " + std::to_string(kernel.arguments) + " arguments, not " +
           std::to_string(call.args.size());
  for (size_t a = 0; a < call.args.size(); ++a)
    if (std::string bad = wrong(m, call.args[a], 1); !bad.empty())
      return "argument " + std::to_string(a) + " of kernel " + kernel.name + ": " + bad;
  return "";
}

std::string wrong(const Module &m, const Check &check) {
  if (check.place.kind == PlaceKind::Value) return "a check looks at memory, not at a value";
  return wrong(m, check.place, 8);
}

/// What is wrong with the module as a whole.
std::string wrong(const Module &m) {
  if (!is_identifier(m.prefix)) return "prefix '" + m.prefix + "' is not a C identifier";
  if (std::min({int64_t(m.inputs), int64_t(m.outputs), m.workspace_bytes, m.constant_bytes}) < 0)
    return "inputs, outputs, workspace_bytes and constant_bytes are 0 or more";
  if (m.constant_bytes > INT32_MAX)
    return std::to_string(m.constant_bytes) + " bytes of constants; an object file holds less than 2 GiB of them";
  return "";
}

void align(std::vector<uint8_t> &code, uint8_t padding) {
  code.resize((code.size() + kKernelAlignment - 1) / kKernelAlignment * kKernelAlignment, padding);
}

ModuleKernel machine_code(const Kernel &kernel) {
  if (kernel.assembly.lines.empty()) return {"", kernel.code, kernel.stack_bytes, kernel.arguments, false, x86::kernel_frame(), !kernel.program->shapes.empty()};
  rvv::Code code = rvv::encode(kernel.assembly);
  return {"", std::move(code.bytes), kernel.stack_bytes, kernel.arguments, true, std::move(code.unwind)};
}

} // namespace

int Module::add_kernel(const Kernel &kernel, const std::string &name) {
  ModuleKernel made = machine_code(kernel);
  const auto same = [&](const ModuleKernel &k) { return k.code == made.code && k.arguments == made.arguments; };
  const auto found = std::find_if(kernels.begin(), kernels.end(), same);
  const int number = int(found - kernels.begin());
  if (found != kernels.end()) return number;
  made.name = name.empty() ? std::to_string(number) : plain(name);
  kernels.push_back(std::move(made));
  return number;
}

int64_t Module::stack_bytes() const {
  int64_t most = 0;
  for (const ModuleKernel &kernel : kernels) most = std::max(most, kernel.stack_bytes);
  return most + machine_of(*this).run_frame_bytes(*this);
}

std::optional<Refusal> check(const Module &module) {
  std::string bad = wrong(module);
  for (size_t s = 0; bad.empty() && s < module.steps.size(); ++s) {
    bad = std::visit([&](const auto &step) { return wrong(module, step); }, module.steps[s]);
    if (!bad.empty()) bad = "step " + std::to_string(s) + ": " + bad;
  }
  if (bad.empty()) return std::nullopt;
  return Refusal{"bad-module", bad};
}

Result<Text> generate_text(const Module &module) {
  if (auto refusal = check(module)) return *refusal;
  const Machine &machine = machine_of(module);
  Text text;
  for (const ModuleKernel &kernel : module.kernels) {
    align(text.code, machine.padding);
    text.functions.push_back({module.prefix + "_kernel_" + kernel.name, text.code.size(), kernel.code.size(), false,
                              kernel.unwind});
    text.code.insert(text.code.end(), kernel.code.begin(), kernel.code.end());
  }
  align(text.code, machine.padding);
  machine.add_functions(module, text);
  return text;
}

Result<Object> object(const Module &module) {
  Result<Text> text = generate_text(module);
  if (!text) return text.refusal();
  return write_elf(*text, module.constant_bytes, machine_of(module).elf);
}

} // namespace vecwrap
