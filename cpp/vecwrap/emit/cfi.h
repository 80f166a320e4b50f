// Call-frame information of one function: how debuggers, profilers and unwinders leave it. DWARF 5, section 6.4.2.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vecwrap {

/// Little-endian base 128 (DWARF 5, section 7.6).
inline void put_uleb(std::vector<uint8_t> &to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(uint8_t(value | 0x80));
  to.push_back(uint8_t(value));
}

/// Builds the instructions; each applies from the offset that at() named last. Registers have DWARF's numbers.
class Cfi {
public:
  static constexpr int kSlot = 8; ///< minus the data alignment factor: bytes of a saved register

  Cfi &at(size_t offset) {
    const size_t delta = offset - at_;
    if (delta && delta < 0x40) bytes_.push_back(uint8_t(0x40 | delta)); // DW_CFA_advance_loc
    else if (delta) {
      bytes_.push_back(0x04); // DW_CFA_advance_loc4
      for (int i = 0; i < 4; ++i) bytes_.push_back(uint8_t(delta >> 8 * i));
    }
    at_ = offset;
    return *this;
  }
  /// The frame's address (the stack pointer before the call) is reg + offset.
  Cfi &frame(int reg, int offset) {
    bytes_.push_back(0x0c); // DW_CFA_def_cfa
    put_uleb(bytes_, reg), put_uleb(bytes_, offset);
    return *this;
  }
  /// The caller's value of `reg` lies this many bytes below the frame's address.
  Cfi &saved(int reg, int below) {
    bytes_.push_back(uint8_t(0x80 | reg)); // DW_CFA_offset
    put_uleb(bytes_, below / kSlot);
    return *this;
  }
  /// `reg` holds the caller's value again.
  Cfi &restored(int reg) {
    bytes_.push_back(uint8_t(0xc0 | reg)); // DW_CFA_restore
    return *this;
  }
  const std::vector<uint8_t> &bytes() const { return bytes_; }

private:
  std::vector<uint8_t> bytes_;
  size_t at_ = 0;
};

} // namespace vecwrap
