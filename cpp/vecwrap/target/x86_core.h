// X86Core: what schedules assume of an x86 core beyond its instruction set. Only decisions read it: the same sentence gives the same bytes.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace vecwrap {

struct X86Core {
  const char *name;       ///< LLVM's, as in -march= and -mtune=
  int models[3];          ///< of Intel's family 6 (cpuid leaf 1); 0: no more
  const char *feature;    ///< LLVM's name of one that it was the first to have: later cores, and those that a hypervisor renames, are like it
  int l1_ways;            ///< of the first-level data cache (Target::l1_bytes is what schedules count on: two thirds of 12 ways, as on Zen 5)
  int64_t l2_bytes;       ///< a core's own
  int l3_cycles;          ///< until a line of the third-level cache is there; 0: no longer than what nests are tuned for takes
  int wide_units = 2;     ///< that take 512 bits, multiply-adds and all else (ports 0 and 5 of all of these; Zen 4 and 5 have four)
};

std::span<const X86Core> x86_cores();
/// The core of that name; null if none is described.
const X86Core *find_x86_core(const std::string &name);
/// The first whose feature is among those; null if there is none.
const X86Core *x86_core_with(const std::function<bool(const char *)> &has);
/// This machine's; null if it is not described.
const X86Core *this_x86_core();

} // namespace vecwrap
