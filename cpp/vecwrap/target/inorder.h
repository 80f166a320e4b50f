// What code for RISC-V is arranged by: a core that executes in order. The numbers are those of SpacemiT's X60 at 32 bits
// (python/vecwrap/data/cores/spacemit-x60.toml); indices are the logarithm of the registers in a group.
#pragma once

namespace vecwrap::inorder {

inline constexpr int kWidth = 2;                    ///< instructions a cycle
inline constexpr int kVectorMemory[] = {3, 4, 8, 16}; ///< cycles that a vector load or store holds its unit, and the load's latency
inline constexpr int kStride = 8;                   ///< the same for each register whose lanes are not neighbours
inline constexpr int kVectorFloat[] = {1, 2, 4, 8}; ///< cycles of the floating-point unit
inline constexpr int kFloatLatency[] = {5, 5, 5, 8};
inline constexpr int kVectorMove = 2;               ///< cycles for each register, of a unit of its own
inline constexpr int kMoveLatency = 4;
inline constexpr int kScalarLoadLatency = 4, kScalarFloatLatency = 5;
inline constexpr int kMiss = 16;                    ///< more cycles where the first-level cache misses; nothing finishes meanwhile
inline constexpr int kLine = 64, kWays = 4;         ///< of the first-level cache

} // namespace vecwrap::inorder
