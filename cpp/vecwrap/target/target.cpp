#include "target/matrix.h"
#include <cpuid.h>

namespace vecwrap {
namespace {

/// One row per built-in target, widest first. `features` are the LLVM names that a unit must have been compiled with.
struct Row {
  Target target;
  std::vector<std::string> features;
};

Target vnni(Target t) {
  t.vnni = true;
  return t;
}

Target bf16(Target t) {
  t.bf16 = true;
  return t;
}

Target amx(Target t) {
  t.amx = true;
  return t;
}

const std::vector<Row> &rows() {
  static const std::vector<Row> table = {
      {bf16(vnni({"x86-64-avx512-bf16", Isa::Avx512, 64, 32, 0, 4, 2, 32 << 10, 1 << 20, 64 << 10})),
       {"avx2", "fma", "bmi2", "avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512vnni", "avx512bf16"}},
      {vnni({"x86-64-avx512-vnni", Isa::Avx512, 64, 32, 0, 4, 2, 32 << 10, 1 << 20, 64 << 10}),
       {"avx2", "fma", "bmi2", "avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512vnni"}},
      {{"x86-64-avx512", Isa::Avx512, 64, 32, 0, 4, 2, 32 << 10, 1 << 20, 64 << 10},
       {"avx2", "fma", "bmi2", "avx512f", "avx512vl", "avx512bw", "avx512dq"}},
      {vnni({"x86-64-avx2-vnni", Isa::Avx2, 32, 16, 1, 4, 2, 32 << 10, 512 << 10, 64 << 10}), {"avx2", "fma", "bmi2", "avxvnni"}},
      {{"x86-64-avx2", Isa::Avx2, 32, 16, 1, 4, 2, 32 << 10, 512 << 10, 64 << 10}, {"avx2", "fma", "bmi2"}},
      {{"x86-64", Isa::Sse, 16, 16, 3, 4, 1, 32 << 10, 256 << 10, 64 << 10}, {}}, // SSE2, which every x86-64 has
  };
  return table;
}

/// Vector registers of VLEN bits.
Target rvv(std::string name, int vlen, bool any_length = false) {
  Target t{std::move(name), Isa::Rvv, vlen / 8, 32, 0, 4, 1, 0, 0, 64 << 10};
  t.widest_group = 8, t.scalar_regs = 30, t.any_length = any_length, t.ordered_sums = true; // two of 32 are scratch
  return tuned(t, usual_core());
}

uint64_t xcr0() {
  uint32_t eax, edx;
  __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  return uint64_t(edx) << 32 | eax;
}

bool cpu_has(const CpuBits &need) {
  if (!need.xcr0) return true; // nothing beyond what every x86-64 has
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & need.leaf1_ecx) != need.leaf1_ecx) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & need.leaf7_ebx) != need.leaf7_ebx ||
      (c & need.leaf7_ecx) != need.leaf7_ecx || (d & need.leaf7_edx) != need.leaf7_edx)
    return false;
  if (need.leaf7_1_eax && (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || (a & need.leaf7_1_eax) != need.leaf7_1_eax)) return false;
  return (xcr0() & need.xcr0) == need.xcr0;
}

bool has_feature(const std::string &features, const std::string &name) {
  std::string plus = "+" + name;
  for (size_t at = features.find(plus); at != std::string::npos; at = features.find(plus, at + 1)) {
    size_t end = at + plus.size();
    if ((at == 0 || features[at - 1] == ',') && (end == features.size() || features[end] == ',')) return true;
  }
  return false;
}

} // namespace

bool converts_scalars(const Target &target, Type stored) { return target.isa != Isa::Rvv || stored != Type::F16 || target.halves; }

bool converts_vectors(const Target &target, Type computed, Type stored) {
  if (!is_storable(computed, stored) || !converts_scalars(target, stored)) return false;
  if (stored != Type::I64 || target.isa == Isa::Sse) return true;
  return computed == Type::F64 && target.isa != Isa::Avx2; // AVX2 has no 64-bit integers to floats
}

bool computes(const Target &target, Type type) { return type != Type::F16 || (target.isa == Isa::Rvv && target.halves); }

/// RISC-V keeps scalars of floats and of integers apart.
bool computes(const Target &target, const Nest &nest) { return computes(target, nest.type) && !(target.isa == Isa::Rvv && is_mixed(nest)); }

bool widens(const Target &target, Type computed, Type stored) {
  if (target.isa != Isa::Rvv) return false;
  if (computed == Type::F64) return stored == Type::F32;
  if (computed == Type::F32) return stored == Type::F16 && target.halves;
  if (computed == Type::I64) return stored == Type::I32;
  return stored == Type::I8 || stored == Type::U8 || stored == Type::I16 || stored == Type::U16;
}

bool runs_here(const Target &target) { return target.isa != Isa::Rvv && cpu_has(cpu_bits(target)) && (!target.amx || may_use_amx()); }

CpuBits cpu_bits(const Target &target) {
  constexpr uint32_t fma = 1u << 12, f16c = 1u << 29, osxsave = 1u << 27, avx2 = 1u << 5, bmi2 = 1u << 8;
  constexpr uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31; // F, DQ, BW, VL
  constexpr uint32_t avx512vnni = 1u << 11, avxvnni = 1u << 4, avx512bf16 = 1u << 5;
  if (target.isa == Isa::Sse) return {0, 0, 0};
  constexpr uint32_t amx = 1u << 22 | 1u << 24 | 1u << 25, tiles = 1u << 17 | 1u << 18; // BF16, TILE, INT8; configuration, data
  if (target.isa == Isa::Avx512)
    return {fma | f16c | osxsave, avx2 | bmi2 | avx512, 0xe6 | (target.amx ? tiles : 0), target.vnni ? avx512vnni : 0, target.bf16 ? avx512bf16 : 0, target.amx ? amx : 0};
  return {fma | f16c | osxsave, avx2 | bmi2, 0x6, 0, target.vnni ? avxvnni : 0};
}

const std::vector<Target> &targets() {
  static const std::vector<Target> list = [] {
    std::vector<Target> all;
    for (const Row &row : rows()) all.push_back(row.target);
    return all;
  }();
  return list;
}

const std::vector<Target> &asked_targets() {
  // Panels of 32 columns of 1024 bf16; with what is not buffers, it stays below the 128 KiB of small threads (emit/compile.cpp).
  static const std::vector<Target> list = {amx(bf16(vnni({"x86-64-amx", Isa::Avx512, 64, 32, 0, 4, 2, 48 << 10, 2 << 20, 80 << 10})))};
  return list;
}

const std::vector<Target> &assembly_targets() {
  static const std::vector<Target> list = {
      rvv("riscv64-rvv128", 128), rvv("riscv64-rvv256", 256), rvv("riscv64-rvv512", 512), rvv("riscv64-rvv1024", 1024),
      rvv("riscv64-rvv", 128, true)};
  return list;
}

const std::vector<Target> &core_targets() {
  static const std::vector<Target> list = [] {
    std::vector<Target> all;
    for (const Core &core : cores()) all.push_back(for_core(core));
    return all;
  }();
  return list;
}

Target tuned(Target t, const Core &core) {
  t.core = &core, t.l1_bytes = core.l1_bytes, t.l2_bytes = core.l2_bytes;
  return t;
}

Target tuned(Target t, const X86Core &core) {
  t.l1_ways = core.l1_ways, t.l2_bytes = core.l2_bytes, t.l3_cycles = core.l3_cycles;
  if (t.isa == Isa::Avx512) t.vector_units = core.wide_units;
  return t;
}

Target for_core(const Core &core) {
  Target t = tuned(rvv(core.name, core.vlen), core);
  t.prefetches = core.zicbop;
  return t;
}

namespace {

/// The target with its core in its name, so that the name finds it again.
Target named(const Target &target, const X86Core &core) {
  Target t = tuned(target, core);
  t.name += std::string("@") + core.name;
  return t;
}

Target native_core(const Target &target) {
  const X86Core *core = this_x86_core();
  return core ? named(target, *core) : target;
}

/// "x86-64-avx2@alderlake".
Result<Target> with_core(const std::string &base, const std::string &name) {
  for (const auto *list : {&targets(), &asked_targets()})
    for (const Target &t : *list) {
      if (t.name != base) continue;
      if (name == "native") return native_core(t);
      if (const X86Core *core = find_x86_core(name)) return named(t, *core);
    }
  std::string known;
  for (const X86Core &core : x86_cores()) known += std::string(" ") + core.name;
  return Refusal{"unknown-target", "'" + base + "@" + name + "' is not a target of x86 and one of: native" + known};
}

} // namespace

Result<Target> find_target(const std::string &name) {
  if (name == "native") return native_target();
  if (const size_t at = name.find('@'); at != std::string::npos) return with_core(name.substr(0, at), name.substr(at + 1));
  std::string base = name, known;
  bool halves = false, prefetches = false;
  const auto drop = [&](const std::string &extension, bool &has) {
    if (!base.ends_with(extension)) return false;
    base.resize(base.size() - extension.size());
    return has = true;
  };
  while (drop("+zvfh", halves) || drop("+zicbop", prefetches)) {
  }
  for (const auto *list : {&targets(), &asked_targets(), &assembly_targets(), &core_targets()})
    for (Target t : *list) {
      known += " " + t.name;
      if (t.name != base || (base != name && t.isa != Isa::Rvv)) continue;
      t.name = name, t.halves = t.halves || halves, t.prefetches = t.prefetches || prefetches;
      return t;
    }
  return Refusal{"unknown-target", "'" + name + "' is not one of: native" + known};
}

Target native_target() {
  for (const Target &t : targets())
    if (runs_here(t)) return native_core(t);
  return targets().back();
}

Target target_for_features(const std::string &features) {
  for (const Row &row : rows()) {
    bool all = true;
    for (const std::string &f : row.features) all = all && has_feature(features, f);
    if (all) return row.target;
  }
  return rows().back().target;
}

} // namespace vecwrap
