// Every row of the instruction table under QEMU: one instruction on a random machine, alone, against its semantics. All
// cases of a VLEN run in one process that reads a machine, executes one instruction and writes the machine back.
#include "emit/rvv/simulate.h"
#include "emit/rvv/step.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

namespace vecwrap::rvv {
namespace {

constexpr int kAddress = 15, kTaken = 31, kFirst = 11; ///< x registers: an address; a branch's answer; the first operand
constexpr int64_t kMemory = 8192;
constexpr int kCases = 12; ///< per row and VLEN

/// What the program reads and writes. The registers x10 to x17 and kTaken are the test's.
struct State {
  int64_t number = 0, x[32] = {}, vl = 0, vtype = 0, frm = 0;
  uint64_t f[32] = {};
};

struct Case {
  Insn insn;
  State state;
  std::vector<uint8_t> v, memory = std::vector<uint8_t>(kMemory);
};

const std::string kProgram = R"(
    .globl _start
_start:
    lla s0, state
    lla s1, cases
next:
    mv s2, s0
    lla s3, end
0:  li a0, 0
    mv a1, s2
    sub a2, s3, s2
    li a7, 63
    ecall
    blez a0, done
    add s2, s2, a0
    bne s2, s3, 0b
    lla t0, vectors
    csrr t1, vlenb
    slli t1, t1, 3
    .irp r, 0, 8, 16, 24
    vl8re8.v v\r, (t0)
    add t0, t0, t1
    .endr
    ld t0, 264(s0)
    ld t1, 272(s0)
    vsetvl zero, t0, t1
    ld t0, 280(s0)
    fsrm t0
    .irp r, 0, 1, 2, 3, 4, 5, 6, 7
    fld f\r, 288 + 8 * \r(s0)
    .endr
    .irp r, 10, 11, 12, 13, 14, 15, 16, 17
    ld x\r, 8 + 8 * \r(s0)
    .endr
    lla t0, memory + 4096
    add x15, x15, t0
    ld t0, 0(s0)
    slli t0, t0, 3
    add t0, t0, s1
    ld t0, 0(t0)
    li x31, 1
    jr t0
save:
    csrr t0, vl
    sd t0, 264(s0)
    csrr t0, vtype
    sd t0, 272(s0)
    frrm t0
    sd t0, 280(s0)
    .irp r, 0, 1, 2, 3, 4, 5, 6, 7
    fsd f\r, 288 + 8 * \r(s0)
    .endr
    .irp r, 10, 11, 12, 13, 14, 15, 16, 17, 31
    sd x\r, 8 + 8 * \r(s0)
    .endr
    lla t0, vectors
    csrr t1, vlenb
    slli t1, t1, 3
    .irp r, 0, 8, 16, 24
    vs8r.v v\r, (t0)
    add t0, t0, t1
    .endr
    mv s2, s0
    lla s3, end
0:  li a0, 1
    mv a1, s2
    sub a2, s3, s2
    li a7, 64
    ecall
    add s2, s2, a0
    bne s2, s3, 0b
    j next
done:
    li a0, 0
    li a7, 93
    ecall
    .bss
    .balign 64
state: .zero 544
vectors: .zero 32 * VLENB
memory: .zero 8192
end:
    .text
)";
constexpr int64_t kHead = 544;
static_assert(sizeof(State) == kHead);

using Random = std::mt19937_64;
uint64_t pick(Random &random, uint64_t n) { return random() % n; }

/// A number of that size that may be odd in every way.
uint64_t element(Random &random, int bits) {
  const int fraction = bits == 16 ? 10 : bits == 32 ? 23 : 52;
  const uint64_t whole = bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1, sign = uint64_t(1) << (bits - 1);
  const uint64_t infinity = (sign - 1) >> fraction << fraction, one = (infinity >> 1) & ~((uint64_t(1) << fraction) - 1);
  const uint64_t odd[] = {0, 1, sign - 1, infinity, infinity + 1, infinity | infinity >> 1, infinity - 1, whole >> 2, one,
                          one + (uint64_t(31) << fraction), one + (uint64_t(bits - 1) << fraction), uint64_t(1) << fraction};
  uint64_t value = pick(random, 3) ? random() : odd[pick(random, std::size(odd))];
  if (pick(random, 4) == 0) value = one + (pick(random, 40) << fraction) + (random() & ((uint64_t(1) << fraction) - 1));
  return (pick(random, 2) ? value : value ^ sign) & whole;
}

/// The widths of a row's elements that exist, as vtypes that are legal for all its vectors.
bool legal(const std::string &operands, const Vtype &t) {
  const auto has = [&](char kind) { return operands.find(kind) != std::string::npos; };
  const int least = has('o') ? 8 : has('q') ? 4 : has('h') ? 2 : 1, most = has('w') ? 2 : 1;
  if (t.sew / least < 8 || t.sew * most > 64 || t.lmul + most - 1 > 3) return false;
  const int smallest = t.lmul - std::countr_zero(unsigned(least)); // of the EMULs
  return smallest >= -3 && t.sew <= (t.lmul < 0 ? 64 >> -t.lmul : 64);
}

bool is_vector(const Row &row) { return std::string(row.operands).find_first_of("vwhqo") != std::string::npos; }

/// Do its semantics exist for elements of this size? Numbers have 32 or 64 bits, 16 only where they are converted.
bool takes(const Row &row, int sew) {
  const std::string format = row.encoding, operands = row.operands, mnemonic = row.mnemonic;
  const bool memory = operands.find('a') != std::string::npos;
  if (memory) return mnemonic.find(std::to_string(sew) + ".v") != std::string::npos || sew == 32;
  if (mnemonic == "vfwcvt.f.f.v" || mnemonic == "vfncvt.f.f.w") return sew == 16 || sew == 32;
  return format.rfind("OPF", 0) || sew >= 32;
}

Vtype vtype_for(Random &random, const Row &row) {
  for (;;) {
    const Vtype t{8 << pick(random, 4), int(pick(random, 7)) - 3, pick(random, 2) == 0};
    const int emul = t.lmul + (std::string(row.operands).find('a') == std::string::npos ? 0 : std::countr_zero(unsigned(std::atoi(row.mnemonic + std::string(row.mnemonic).find_first_of("1368")))) - std::countr_zero(unsigned(t.sew)));
    if (legal(row.operands, t) && takes(row, t.sew) && emul >= -3 && emul <= 3) return t;
  }
}

Insn instruction(Random &random, const Row &row, Op op, State &s) {
  Insn i{op, {}};
  size_t at = 0;
  int x = kFirst, f = 1, v = 8;
  for (const char *k = row.operands; *k; ++k)
    switch (*k) {
    case 'x': i.operand[at++] = x++; break;
    case 'f': i.operand[at++] = f++; break;
    case 'v': case 'w': case 'h': case 'q': case 'o': i.operand[at++] = v, v += 8; break;
    case 'i': i.operand[at++] = int64_t(pick(random, 31)) + 1; break;
    case 'm': i.operand[at++] = int64_t(pick(random, 4000)) - 2000, i.operand[at++] = kAddress; break;
    case 'a': i.operand[at++] = kAddress; break;
    case 'e': i.operand[at++] = Vtype{8 << pick(random, 4), int(pick(random, 4)), false}.encoded(); break;
    default: break;
    }
  const int64_t farthest = std::min<int64_t>(24, (kMemory / 2 - 8) / s.vl);
  if (std::string(row.operands) == "vax") s.x[kFirst] = int64_t(pick(random, uint64_t(2 * farthest + 1))) - farthest; // between lanes
  return i;
}

Case random_case(Random &random, int op, int vlenb) {
  const Row &row = kRows[op];
  Case c;
  const bool vector = is_vector(row);
  const Vtype type = vector ? vtype_for(random, row) : Vtype{};
  for (int64_t &x : c.state.x) x = pick(random, 3) ? int64_t(random()) : int64_t(pick(random, 64)) - 8;
  c.state.x[kFirst + 1] = pick(random, 4) ? c.state.x[kFirst + 1] : c.state.x[kFirst]; // branches on equal
  c.state.x[kAddress] = 0;
  Machine m(vlenb);
  m.type = type;
  c.state.vl = 1 + int64_t(pick(random, uint64_t(m.vlmax()))), c.state.vtype = type.encoded();
  c.insn = instruction(random, row, static_cast<Op>(op), c.state);
  const bool twice = row.mnemonic[0] == 'f' && std::string(row.mnemonic).find(".d") != std::string::npos;
  for (uint64_t &f : c.state.f) {
    const bool wide = vector ? type.sew == 64 : twice;
    f = wide ? element(random, 64) : uint64_t(0xffffffff) << 32 | element(random, 32);
    if (std::string(row.mnemonic) == "fcvt.s.h") f = ~uint64_t(0) << 16 | element(random, 16);
    if (pick(random, 20) == 0) f = random(); // not boxed
  }
  const bool modes = c.insn.op == Op::VfcvtXF || c.insn.op == Op::Fsrm || c.insn.op == Op::Fsrmi;
  c.state.frm = modes ? int64_t(pick(random, 2)) : 0, c.state.x[kFirst] = c.insn.op == Op::Fsrm ? 1 : c.state.x[kFirst];
  if (c.insn.op == Op::Fsrmi) c.insn.operand[1] = int64_t(pick(random, 2));
  c.v.resize(32 * size_t(vlenb));
  const int bits = std::max(16, type.sew);
  const bool half = std::string(row.operands).find_first_of("w") != std::string::npos && pick(random, 2);
  for (size_t at = 0, size = size_t(half ? std::min(64, 2 * bits) : bits) / 8; at < c.v.size(); at += size) {
    const uint64_t e = element(random, int(8 * size));
    std::memcpy(&c.v[at], &e, size);
  }
  for (uint8_t &byte : c.memory) byte = uint8_t(random());
  return c;
}

/// The same case by the table.
Case by_semantics(Case c, int vlenb) {
  Machine m(vlenb);
  std::copy_n(c.state.x, 32, m.x), std::copy_n(c.state.f, 32, m.f);
  m.x[0] = 0, m.v = c.v, m.vl = c.state.vl, m.type = Vtype::decoded(c.state.vtype), m.rounding = int(c.state.frm);
  m.x[kAddress] += reinterpret_cast<int64_t>(c.memory.data()) + kMemory / 2;
  step(m, c.insn);
  std::copy_n(m.x, 32, c.state.x), std::copy_n(m.f, 32, c.state.f);
  c.state.x[kTaken] = m.next == Machine::kFallThrough;
  c.v = m.v, c.state.vl = m.vl, c.state.vtype = m.type.encoded(), c.state.frm = m.rounding;
  return c;
}

std::string assembly(const std::vector<Case> &cases, int vlenb) {
  std::string out = "    .equ VLENB, " + std::to_string(vlenb) + "\n" + kProgram, table = "    .section .rodata\n    .balign 8\ncases:\n";
  for (size_t n = 0; n < cases.size(); ++n) {
    const std::string id = std::to_string(n), operands = row_of(cases[n].insn.op).operands;
    const bool labelled = operands.find('L') != std::string::npos;
    out += "case" + id + ":\n";
    if (cases[n].insn.op == Op::Ret) out += "    lla ra, .Lto" + id + "\n";
    Insn i = cases[n].insn;
    if (labelled) i.operand[operands.size() - 1] = int64_t(n);
    out += "    " + print(i, ".Lto") + "\n    j save\n.Lto" + id + ":\n    li x31, 0\n    j save\n";
    table += "    .quad case" + id + "\n";
  }
  return out + table;
}

class Rows : public testing::TestWithParam<int> {};

TEST_P(Rows, DoUnderQemuWhatTheirSemanticsSay) {
  if (std::system("command -v clang-22 >/dev/null && command -v ld.lld-22 >/dev/null && command -v qemu-riscv64 >/dev/null"))
    GTEST_SKIP() << "needs clang-22, lld-22 and qemu-riscv64";
  const int vlen = GetParam(), vlenb = vlen / 8;
  Random random(unsigned(1 + vlen));
  std::vector<Case> cases;
  for (int op = 0; op < kRowCount; ++op)
    for (int n = 0; n < kCases; ++n) {
      cases.push_back(random_case(random, op, vlenb));
      cases.back().state.number = int64_t(cases.size()) - 1;
    }
  const std::string stem = testing::TempDir() + "rvv_rows_" + std::to_string(vlen);
  std::ofstream(stem + ".s") << assembly(cases, vlenb);
  {
    std::ofstream input(stem + ".in", std::ios::binary);
    for (const Case &c : cases) {
      input.write(reinterpret_cast<const char *>(&c.state), sizeof(State));
      input.write(reinterpret_cast<const char *>(c.v.data()), std::streamsize(c.v.size()));
      input.write(reinterpret_cast<const char *>(c.memory.data()), kMemory);
    }
  }
  const std::string build = "clang-22 --target=riscv64-linux-gnu -march=rv64gcv_zvfhmin_zfhmin -mno-relax -nostdlib -static -fuse-ld=lld " + stem + ".s -o " + stem;
  const std::string run = "qemu-riscv64 -cpu rv64,v=true,Zfhmin=true,vlen=" + std::to_string(vlen) +
                          ",elen=64,vext_spec=v1.0,rvv_ta_all_1s=true,rvv_ma_all_1s=true " + stem + " < " + stem + ".in > " + stem + ".out";
  ASSERT_EQ(std::system((build + " && " + run).c_str()), 0);
  std::ifstream output(stem + ".out", std::ios::binary);
  for (const Case &c : cases) {
    Case found = c;
    output.read(reinterpret_cast<char *>(&found.state), sizeof(State));
    output.read(reinterpret_cast<char *>(found.v.data()), std::streamsize(found.v.size()));
    output.read(reinterpret_cast<char *>(found.memory.data()), kMemory);
    ASSERT_TRUE(output) << "the program ended in front of " << print(c.insn, ".L");
    const Case wanted = by_semantics(c, vlenb);
    const std::string what = print(c.insn, ".L") + " of " + std::to_string(c.state.vl) + " elements, vtype " + std::to_string(c.state.vtype);
    for (int r = 10; r < 18; ++r)
      if (r != kAddress) EXPECT_EQ(found.state.x[r], wanted.state.x[r]) << what << ", " << x_name(r);
    EXPECT_EQ(found.state.x[kTaken], wanted.state.x[kTaken]) << what;
    for (int r = 0; r < 8; ++r) EXPECT_EQ(found.state.f[r], wanted.state.f[r]) << what << ", " << f_name(r);
    EXPECT_EQ(found.state.vl, wanted.state.vl) << what;
    EXPECT_EQ(found.state.frm, wanted.state.frm) << what;
    EXPECT_EQ(found.state.vtype, wanted.state.vtype) << what;
    for (size_t b = 0; b < c.v.size(); ++b)
      EXPECT_EQ(found.v[b], wanted.v[b]) << what << ", byte " << b % size_t(vlenb) << " of v" << b / size_t(vlenb);
    EXPECT_EQ(found.memory, wanted.memory) << what;
  }
}

INSTANTIATE_TEST_SUITE_P(Vlen, Rows, testing::Values(128, 1024));

} // namespace
} // namespace vecwrap::rvv
