#include "emit/rvv/isa.h"
#include "emit/rvv/step.h"
#include <iterator>
#include <utility>

namespace vecwrap::rvv {

#define NUMBERS(value) s.numbers([]([[maybe_unused]] auto d, [[maybe_unused]] auto a, [[maybe_unused]] auto b) { return value; })
#define BITS(value) s.bits([&]([[maybe_unused]] auto d, [[maybe_unused]] auto a, [[maybe_unused]] auto b, [[maybe_unused]] bool k) { return value; })
#define MASK(value) s.mask([](auto a, auto b) { return value; })
#define FROM(from, to) /* numbers of `from` times the vtype's size into those of `to` times */ \
  s.convert(to * m.type.sew, from * m.type.sew, []<class D, class S>(D d, S a) -> D { \
    if constexpr (sizeof(D) > 1 && sizeof(S) > 1) return float_bits(d, real(a)); \
    throw std::logic_error("bytes are no numbers"); \
  })
#define INSN(id, mnemonic, operands, encoding, cost, ...) \
  {mnemonic, operands, #encoding, #cost, [](Machine &m, const Insn &i) { [[maybe_unused]] Step s{m, i}; __VA_ARGS__; }},
const Row kRows[] = {
#include "emit/rvv/isa.def"
};
#undef INSN
const int kRowCount = int(std::size(kRows));

namespace {

constexpr const char *kX[] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
                              "a6",   "a7", "s2", "s3", "s4",  "s5",  "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr const char *kF[] = {"ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6",  "ft7",  "fs0", "fs1", "fa0",
                              "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7",  "fs2",  "fs3", "fs4", "fs5",
                              "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

std::string print(const Vtype &t) {
  return "e" + std::to_string(t.sew) + (t.lmul < 0 ? ", mf" : ", m") + std::to_string(1 << std::abs(t.lmul)) + (t.keep_tail ? ", tu, ma" : ", ta, ma");
}

} // namespace

const char *x_name(int reg) { return kX[reg]; }
const char *f_name(int reg) { return kF[reg]; }

int64_t Vtype::encoded() const { return (lmul & 7) | std::countr_zero(unsigned(sew / 8)) << 3 | !keep_tail << 6 | 1 << 7; }

Vtype Vtype::decoded(int64_t bits) { return {8 << (bits >> 3 & 7), int((bits & 7) ^ 4) - 4, !(bits >> 6 & 1)}; }

std::string print(const Insn &i, const std::string &label) {
  const Row &row = row_of(i.op);
  std::string out = row.mnemonic, sep = " ";
  const int64_t *value = i.operand.data();
  for (const char *k = row.operands; *k; ++k, sep = ", ") {
    out += sep;
    switch (*k) {
    case 'x': out += x_name(int(*value++)); break;
    case 'f': out += f_name(int(*value++)); break;
    case 'v': case 'w': case 'h': case 'q': case 'o': case 'j': out += "v" + std::to_string(*value++); break;
    case 'i': out += std::to_string(*value++); break;
    case 'm': case 'p': out += std::to_string(value[0]) + "(" + x_name(int(value[1])) + ")", value += 2; break;
    case 'a': out += "(" + std::string(x_name(int(*value++))) + ")"; break;
    case 'L': out += label + std::to_string(*value++); break;
    case 'e': out += print(Vtype::decoded(*value++)); break;
    case '0': out += "v0"; break;
    case 'V': out += "vlenb"; break;
    default: out += *k == 'z' ? "rtz" : "rne"; break;
    }
  }
  return out;
}

} // namespace vecwrap::rvv
