// Assembly -> machine code. Branches that do not reach become longer ones.
#pragma once
#include "emit/cfi.h"
#include "emit/rvv/assembly.h"

namespace vecwrap::rvv {

struct Code {
  std::vector<uint8_t> bytes;
  Cfi unwind;
  std::vector<size_t> labels; ///< offset of each
};

Code encode(const Assembly &);

/// The word of an instruction; a branch's distance (bytes) stands where its label does.
uint32_t word(const Insn &);
/// auipc rd: rd = this instruction's address plus the upper part of distance; jalr rd, lower part of distance(rs).
uint32_t auipc(int rd, int64_t distance);
uint32_t jalr(int rd, int rs, int64_t distance);

} // namespace vecwrap::rvv
