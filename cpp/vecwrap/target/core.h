// Core: what code for a RISC-V core is arranged by. A row of cores.def each, which `python -m vecwrap.sim.arranging` writes out of
// the descriptions in python/vecwrap/data/cores.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace vecwrap {

/// Cycles for elements of 32 bits; arrays are indexed by the logarithm of the registers in a group.
struct Core {
  const char *name;
  int vlen, width;                   ///< bits of a vector register; instructions a cycle
  bool in_order;                     ///< what waits holds up all that follows, and what finishes as well
  int integers, scalar_memory, floats; ///< units of a kind
  int memory[4], memory_latency[4];  ///< that a load of neighbours holds its unit; until they are there
  int strided[4], strided_latency[4]; ///< the same where lanes are not neighbours
  int vector_float[4], float_latency[4];
  int move[4], move_latency[4];      ///< of an element to all lanes
  int ordered_sum[4], sum[4];        ///< until a vector's elements are added up, in order or not
  int scalar_load_latency, scalar_float_latency;
  int miss;                          ///< more cycles where the first-level cache misses
  int line, ways;                    ///< of the first-level cache
  int64_t l1_bytes, l2_bytes;
  bool zicbop;                       ///< prefetches
};

/// The core of that name, as clang's -mcpu has it; null if none is described.
const Core *find_core(const std::string &name);
std::span<const Core> cores();
/// What code is arranged by where no core is named.
const Core &usual_core();

} // namespace vecwrap
