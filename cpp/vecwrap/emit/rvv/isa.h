// The instruction table: what each instruction is called, takes, costs and does. Rows: isa.def.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace vecwrap::rvv {

enum class Op : uint16_t {
#define INSN(id, ...) id,
#include "emit/rvv/isa.def"
#undef INSN
};

/// One value per operand in the row's order: a register's number, an integer, a label's number, an encoded vtype; m takes
/// two, the offset and the register.
struct Insn {
  Op op{};
  std::array<int64_t, 5> operand{};
};

struct Machine;

struct Row {
  const char *mnemonic, *operands, *encoding, *cost;
  void (*semantics)(Machine &, const Insn &);
};

extern const Row kRows[];
extern const int kRowCount;
constexpr size_t kOps = std::initializer_list<int>{
#define INSN(...) 0,
#include "emit/rvv/isa.def"
#undef INSN
}.size();
inline const Row &row_of(Op op) { return kRows[static_cast<int>(op)]; }

/// vtype as vsetvli encodes it (RISC-V vector specification 1.0, section 3.4).
struct Vtype {
  int sew = 32;            ///< bits of an element
  int lmul = 0;            ///< 2^lmul registers are a vector; parts of one if it is negative
  bool keep_tail = false;  ///< elements past vl stay as they are, rather than anything
  int64_t encoded() const;
  static Vtype decoded(int64_t);
};

constexpr int kZero = 0, kSp = 2;
const char *x_name(int reg);
const char *f_name(int reg);
/// One line of assembly; labels are called `label` and their number.
std::string print(const Insn &, const std::string &label);

} // namespace vecwrap::rvv
