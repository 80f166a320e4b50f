#include "target/x86_core.h"
#include "target/cpu.h"
#include <algorithm>
#include <iterator>

namespace vecwrap {
namespace {

/// Newest first. Sizes: Intel's optimization reference manual, and cpuid leaf 4. l3_cycles: a chain of loads through 8 MB in random order on
/// Granite Rapids, page walks included; Sapphire and Emerald Rapids are taken to be as far from theirs. AMD's cores have no row: targets without
/// a core describe what was tuned on those (Zen 4, Zen 5).
constexpr X86Core kCores[] = {
    {"graniterapids", {173, 174}, "amx-fp16", 12, 2 << 20, 500},
    {"emeraldrapids", {207}, nullptr, 12, 2 << 20, 500},
    {"sapphirerapids", {143}, "amx-tile", 12, 2 << 20, 500},
    {"raptorlake", {183, 186, 191}, nullptr, 12, 2 << 20, 0},
    {"alderlake", {151, 154}, nullptr, 12, 5 << 18, 0},
    {"icelake-server", {106, 108}, nullptr, 12, 5 << 18, 0},
    {"skylake-avx512", {85}, nullptr, 8, 1 << 20, 0},
};

} // namespace

std::span<const X86Core> x86_cores() { return kCores; }

const X86Core *find_x86_core(const std::string &name) {
  const auto found = std::find_if(std::begin(kCores), std::end(kCores), [&](const X86Core &core) { return name == core.name; });
  return found == std::end(kCores) ? nullptr : found;
}

const X86Core *x86_core_with(const std::function<bool(const char *)> &has) {
  for (const X86Core &core : kCores)
    if (core.feature && has(core.feature)) return &core;
  return nullptr;
}

const X86Core *this_x86_core() {
  const int model = intel_model();
  for (const X86Core &core : kCores)
    if (model && std::find(std::begin(core.models), std::end(core.models), model) != std::end(core.models)) return &core;
  const std::vector<std::string> features = this_cpu().features;
  return x86_core_with([&](const char *name) { return std::find(features.begin(), features.end(), name) != features.end(); });
}

} // namespace vecwrap
