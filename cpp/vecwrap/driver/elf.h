// The few facts the driver needs about an ELF file, read without loading it.
#pragma once
#include <string>
#include <vector>

namespace vecwrap::driver {

struct ElfInfo {
  bool is_elf = false;             ///< a 64-bit little-endian ELF file with a readable dynamic section
  std::string soname;              ///< DT_SONAME
  std::vector<std::string> needed; ///< DT_NEEDED
};

/// Reads a few kilobytes. Malformed and foreign files give is_elf == false.
ElfInfo read_elf(const std::string &path);

} // namespace vecwrap::driver
