#include "target/matrix.h"
#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace vecwrap {
namespace {

constexpr unsigned bit(Type t) { return 1u << int(t); }

/// Types as bits: what sums are computed in, what both operands are stored as. Intel SDM vol. 1, section 18.3; vol. 2, TDPBSSD, TDPBF16PS.
struct Row { Type computed; unsigned stored; bool Target::*needs; MatrixForm form; };
constexpr Row kRows[] = {
    {Type::I32, bit(Type::I8) | bit(Type::U8), &Target::amx, {16, 16, 64, 4, 8}},
    {Type::F32, bit(Type::BF16), &Target::amx, {16, 16, 32, 2, 8}},
};

} // namespace

std::optional<MatrixForm> matrix_form(const Target &target, Type computed, Type a, Type b) {
  for (const Row &row : kRows)
    if (row.computed == computed && (row.stored & bit(a)) && (row.stored & bit(b)) && target.*row.needs) return row.form;
  return {};
}

bool may_use_amx() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr long kAsk = 0x1023, kTileData = 18; // ARCH_REQ_XCOMP_PERM, the state's number in XCR0
  static const bool granted = !syscall(SYS_arch_prctl, kAsk, kTileData);
  return granted;
#else
  return false;
#endif
}

} // namespace vecwrap
