// Intel's matrix unit: Intel SDM vol. 2, LDTILECFG, TILELOADD, TDPBSSD and the like.
#include "emit/x86/avx.h"

namespace vecwrap::x86 {
namespace {

constexpr int kConfiguration = 64, kBytesAt = 16, kRowsAt = 48; ///< bytes of a configuration, where a register's shape is in it

} // namespace

/// Between kernels the unit is idle: else every switch of processes saved its registers.
void Avx::leave_vectors() {
  if (!p_.shapes.empty()) tilerelease();
  vzeroupper();
}

bool Avx::matrix(const VInst &i) {
  const auto rows = [&] { // base + stride
    const Reg64 stride = read(i.stride, rdx);
    return ptr[read(i.mem.base, rax) + stride + int(i.mem.disp)];
  };
  switch (i.op) {
  case VOp::MShape: ldtilecfg(ptr[rip + configurations_[i.imm]]); return true;
  case VOp::MZero: tilezero(Tmm(i.d)); return true;
  case VOp::MLoad: tileloadd(Tmm(i.d), rows()); return true;
  case VOp::MStore: tilestored(rows(), Tmm(i.a)); return true;
  case VOp::MDot: matrix_dot(i); return true;
  default: return false;
  }
}

void Avx::matrix_dot(const VInst &i) {
  const Tmm d(i.d), a(i.a), b(i.b);
  const bool first = *i.stored == vecwrap::Type::I8, second = i.other == vecwrap::Type::I8; // signed
  if (*i.stored == vecwrap::Type::BF16) tdpbf16ps(d, a, b);
  else if (first) second ? tdpbssd(d, a, b) : tdpbsud(d, a, b);
  else second ? tdpbusd(d, a, b) : tdpbuud(d, a, b);
}

/// Palette 1.
void Avx::shape_tables() {
  for (auto &[number, label] : configurations_) {
    uint8_t bytes[kConfiguration] = {1};
    const auto &registers = p_.shapes[number].registers;
    for (size_t r = 0; r < registers.size(); ++r) {
      bytes[kBytesAt + 2 * r] = uint8_t(registers[r].bytes), bytes[kBytesAt + 2 * r + 1] = uint8_t(registers[r].bytes >> 8);
      bytes[kRowsAt + r] = registers[r].rows;
    }
    align_to(kLine);
    L(label);
    for (uint8_t b : bytes) db(b);
  }
}

} // namespace vecwrap::x86
