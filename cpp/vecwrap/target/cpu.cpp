#include "target/cpu.h"
#include <array>
#include <cpuid.h>

namespace vecwrap {
namespace {

using Registers = std::array<unsigned, 4>; // eax, ebx, ecx, edx
enum Register { Eax, Ebx, Ecx, Edx };

/// Intel SDM vol. 2A, CPUID. Names as LLVM's and Linux's.
struct Feature { const char *name; unsigned leaf, subleaf; Register reg; int bit; };
constexpr Feature kFeatures[] = {
    {"sse2", 1, 0, Edx, 26},        {"f16c", 1, 0, Ecx, 29},       {"avx", 1, 0, Ecx, 28},        {"fma", 1, 0, Ecx, 12},
    {"avx2", 7, 0, Ebx, 5},         {"bmi2", 7, 0, Ebx, 8},        {"avx512f", 7, 0, Ebx, 16},    {"avx512dq", 7, 0, Ebx, 17},
    {"avx512bw", 7, 0, Ebx, 30},    {"avx512vl", 7, 0, Ebx, 31},   {"avx512vnni", 7, 0, Ecx, 11}, {"avxvnni", 7, 1, Eax, 4},
    {"avx512bf16", 7, 1, Eax, 5},   {"avx512fp16", 7, 0, Edx, 23}, {"amx-tile", 7, 0, Edx, 24},
    {"amx-int8", 7, 0, Edx, 25},    {"amx-bf16", 7, 0, Edx, 22},   {"amx-fp16", 7, 1, Eax, 21},
};

Registers cpuid(unsigned leaf, unsigned subleaf) {
  Registers r{};
  __get_cpuid_count(leaf, subleaf, &r[Eax], &r[Ebx], &r[Ecx], &r[Edx]);
  return r;
}

std::string brand() {
  std::string name;
  for (unsigned leaf : {0x80000002u, 0x80000003u, 0x80000004u}) {
    const Registers r = cpuid(leaf, 0);
    name.append(reinterpret_cast<const char *>(r.data()), sizeof r);
  }
  return name.substr(0, name.find('\0'));
}

/// Leaf 4, or AMD's copy of it where that is empty.
std::vector<Cache> caches() {
  const unsigned leaf = cpuid(4, 0)[Eax] & 31 ? 4 : 0x8000001d;
  std::vector<Cache> list;
  for (unsigned i = 0;; ++i) {
    const Registers r = cpuid(leaf, i);
    const unsigned kind = r[Eax] & 31;
    if (kind < 1 || kind > 3) return list;
    const int64_t ways = (r[Ebx] >> 22) + 1, partitions = (r[Ebx] >> 12 & 1023) + 1, line = (r[Ebx] & 4095) + 1;
    list.push_back({int(r[Eax] >> 5 & 7), std::array{"data", "code", "both"}[kind - 1], ways * partitions * line * (int64_t(r[Ecx]) + 1),
                    int(ways), int(line)});
  }
}

} // namespace

Cpu this_cpu() {
  Cpu cpu{brand(), {}, caches()};
  for (const Feature &f : kFeatures)
    if (cpuid(f.leaf, f.subleaf)[f.reg] >> f.bit & 1) cpu.features.push_back(f.name);
  return cpu;
}

/// Leaf 1: model and its extension, family.
int intel_model() {
  constexpr unsigned kGenuineIntel = 0x756e6547; // "Genu", of leaf 0
  const unsigned signature = cpuid(1, 0)[Eax];
  if (cpuid(0, 0)[Ebx] != kGenuineIntel || (signature >> 8 & 15) != 6) return 0;
  return int((signature >> 12 & 0xf0) | (signature >> 4 & 15));
}

std::vector<std::string> known_features() {
  std::vector<std::string> names;
  for (const Feature &f : kFeatures) names.push_back(f.name);
  return names;
}

} // namespace vecwrap
