// Text -> relocatable ELF64 object. Layout: System V gABI; unwind sections: LSB Core, chapter 10.6.
#pragma once
#include "emit/module.h"

namespace vecwrap {

/// What differs between the little-endian 64-bit machines.
struct ElfMachine {
  uint16_t machine;      ///< e_machine
  uint32_t flags;        ///< e_flags
  uint32_t pc_relative;  ///< relocation of a 32-bit word: S + A - P
  uint8_t return_column; ///< DWARF column of the return address
  void (*entry)(Cfi &);  ///< the frame at a function's first instruction
};

extern const ElfMachine kElfX86_64, kElfRiscv64;

Object write_elf(const Text &, int64_t constant_bytes, const ElfMachine &);

} // namespace vecwrap
