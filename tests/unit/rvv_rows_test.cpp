// Every row of the instruction table under QEMU: one instruction on a random machine, alone, against its semantics. All
// cases of a VLEN run in one process that reads a machine, executes one instruction and writes the machine back.
#include "emit/rvv/simulate.h"
#include "emit/rvv/step.h"
#include "rvv_rows_program.h"
#include "scratch.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
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

/// Is the vtype legal for all vectors of the row?
bool legal(const std::string &operands, const Vtype &t) {
  const auto has = [&](char kind) { return operands.find(kind) != std::string::npos; };
  const int least = has('o') ? 8 : has('q') ? 4 : has('h') ? 2 : 1, most = has('w') ? 2 : 1;
  if (t.sew / least < 8 || t.sew * most > 64 || t.lmul + most - 1 > 3) return false;
  const int smallest = t.lmul - std::countr_zero(unsigned(least)); // of the EMULs
  return smallest >= -3 && t.sew <= (t.lmul < 0 ? 64 >> -t.lmul : 64);
}

bool has(const char *text, const char *any) { return std::string(text).find_first_of(any) != std::string::npos; }

/// Elements side by side that it moves for each lane.
int fields_of(const Row &row) {
  const char *segment = std::strstr(row.mnemonic, "seg");
  return segment ? segment[3] - '0' : 1;
}

/// Do its semantics exist for such elements? Numbers have 32 or 64 bits, 16 only where they are converted; memory has its own.
bool takes(const Row &row, const Vtype &t) {
  if (has(row.operands, "a")) {
    const std::string name = row.mnemonic; // its last number: the elements' or indices' bits
    const unsigned bits = unsigned(std::atoi(name.c_str() + name.find_last_not_of("0123456789.v") + 1));
    const int emul = t.lmul + std::countr_zero(bits) - std::countr_zero(unsigned(t.sew));
    return emul >= -3 && emul <= 3 && fields_of(row) << std::max(emul, 0) <= 8;
  }
  const std::string encoding = row.encoding;
  if (encoding.rfind("OPF", 0) == 0 && has(row.operands, "w")) return t.sew == 16 || t.sew == 32;
  return encoding.rfind("OPF", 0) || t.sew >= 16;
}

Vtype vtype_for(Random &random, const Row &row) {
  for (;;) {
    const Vtype t{8 << pick(random, 4), int(pick(random, 7)) - 3, pick(random, 2) == 0};
    if (legal(row.operands, t) && takes(row, t)) return t;
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
    case 'v': case 'w': case 'h': case 'q': case 'o': case 'j': i.operand[at++] = v, v += 8; break;
    case 'i': i.operand[at++] = int64_t(pick(random, 31)) + 1; break;
    case 'm': i.operand[at++] = int64_t(pick(random, 4000)) - 2000, i.operand[at++] = kAddress; break;
    case 'p': i.operand[at++] = 32 * (int64_t(pick(random, 128)) - 64), i.operand[at++] = kAddress; break;
    case 'a': i.operand[at++] = kAddress; break;
    case 'e': i.operand[at++] = Vtype{8 << pick(random, 4), int(pick(random, 4)), false}.encoded(); break;
    default: break;
    }
  const int64_t farthest = std::min<int64_t>(24, (kMemory / 2 - 8) / s.vl);
  if (std::string(row.operands) == "vax") s.x[kFirst] = int64_t(pick(random, uint64_t(2 * farthest + 1))) - farthest; // between lanes
  return i;
}

/// An f register: what a number of the row's type looks like; now and then one that is not boxed.
uint64_t scalar(Random &random, const Row &row, int bits) {
  if (pick(random, 20) == 0) return random();
  if (std::string(row.mnemonic).ends_with(".h")) bits = 16;
  return bits == 64 ? element(random, 64) : ~uint64_t(0) << bits | element(random, bits);
}

std::vector<uint8_t> elements(Random &random, int64_t bytes, int bits) {
  std::vector<uint8_t> all(static_cast<size_t>(bytes));
  for (size_t at = 0, size = size_t(bits) / 8; at < all.size(); at += size) {
    const uint64_t e = element(random, bits);
    std::memcpy(&all[at], &e, size);
  }
  return all;
}

Case random_case(Random &random, int op, int vlenb) {
  const Row &row = kRows[op];
  const bool vector = has(row.operands, "vwhqoj"), twice = std::string(row.mnemonic).find(".d") != std::string::npos;
  Case c;
  Machine m(vlenb);
  if (vector) m.type = vtype_for(random, row);
  State &s = c.state;
  for (int64_t &x : s.x) x = pick(random, 3) ? int64_t(random()) : int64_t(pick(random, 64)) - 8;
  if (!pick(random, 4)) s.x[kFirst + 1] = s.x[kFirst]; // branches on equal
  s.x[kAddress] = 0;
  s.vl = 1 + int64_t(pick(random, uint64_t(m.vlmax()))), s.vtype = m.type.encoded();
  c.insn = instruction(random, row, static_cast<Op>(op), s);
  for (uint64_t &f : s.f) f = scalar(random, row, vector ? std::max(16, m.type.sew) : twice ? 64 : 32);
  if (c.insn.op == Op::VfcvtXF || c.insn.op == Op::Fsrm || c.insn.op == Op::Fsrmi) s.frm = int64_t(pick(random, 2));
  if (c.insn.op == Op::Fsrm) s.x[kFirst] = int64_t(pick(random, 2));
  if (c.insn.op == Op::Fsrmi) c.insn.operand[1] = int64_t(pick(random, 2));
  const int bits = std::max(16, m.type.sew), wide = has(row.operands, "w") && pick(random, 2) ? 2 : 1;
  c.v = elements(random, 32 * vlenb, std::min(64, wide * bits));
  if (has(row.operands, "j"))
    for (size_t at = size_t(c.insn.operand[2] * vlenb), end = std::min(c.v.size(), at + size_t(8 * vlenb)); at < end; at += 8) {
      const int64_t distance = int64_t(pick(random, kMemory - 16)) - kMemory / 2 + 8;
      std::memcpy(&c.v[at], &distance, 8);
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
  std::string out = "    .equ VLENB, " + std::to_string(vlenb) + "\n" + kRowsProgram, table = "    .section .rodata\n    .balign 8\ncases:\n";
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

/// All cases of a machine, in the table's order.
std::vector<Case> random_cases(int vlenb) {
  Random random(static_cast<unsigned>(vlenb));
  std::vector<Case> cases;
  for (int n = 0; n < kRowCount * kCases; ++n) cases.push_back(random_case(random, n / kCases, vlenb)), cases.back().state.number = n;
  return cases;
}

template <class Stream, class F> void transfer(Case &c, Stream &stream, F move) {
  move(stream, reinterpret_cast<char *>(&c.state), std::streamsize(sizeof(State)));
  move(stream, reinterpret_cast<char *>(c.v.data()), std::streamsize(c.v.size()));
  move(stream, reinterpret_cast<char *>(c.memory.data()), std::streamsize(c.memory.size()));
}

bool run_under_qemu(const std::string &stem, int vlen, std::vector<Case> cases) {
  std::ofstream(stem + ".s") << assembly(cases, vlen / 8);
  std::ofstream input(stem + ".in", std::ios::binary);
  for (Case &c : cases) transfer(c, input, [](auto &file, char *data, std::streamsize size) { file.write(data, size); });
  input.close();
  const std::string build = "clang-22 --target=riscv64-linux-gnu -march=rv64gcv_zfh_zvfh_zicbop -nostdlib -static -fuse-ld=lld " + stem + ".s -o " + stem;
  const std::string cpu = "rv64,v=true,Zfh=true,elen=64,vext_spec=v1.0,rvv_ta_all_1s=true,rvv_ma_all_1s=true,vlen=" + std::to_string(vlen);
  return !std::system((build + " && qemu-riscv64 -cpu " + cpu + " " + stem + " < " + stem + ".in > " + stem + ".out").c_str());
}

void compare(const Case &found, const Case &wanted, const std::string &what) {
  for (int r = 10; r < 18; ++r)
    if (r != kAddress) { EXPECT_EQ(found.state.x[r], wanted.state.x[r]) << what << ", " << x_name(r); }
  for (int r = 0; r < 8; ++r) EXPECT_EQ(found.state.f[r], wanted.state.f[r]) << what << ", " << f_name(r);
  EXPECT_EQ(found.state.x[kTaken], wanted.state.x[kTaken]) << what << ", the branch";
  EXPECT_EQ(found.state.frm, wanted.state.frm) << what;
  EXPECT_EQ(found.state.vl, wanted.state.vl) << what;
  EXPECT_EQ(found.state.vtype, wanted.state.vtype) << what;
  const size_t vlenb = found.v.size() / 32, at = size_t(std::mismatch(found.v.begin(), found.v.end(), wanted.v.begin()).first - found.v.begin());
  EXPECT_EQ(at, found.v.size()) << what << ", byte " << at % vlenb << " of v" << at / vlenb;
  EXPECT_EQ(found.memory, wanted.memory) << what;
}

class Rows : public testing::TestWithParam<int> {};

TEST_P(Rows, DoUnderQemuWhatTheirSemanticsSay) {
  if (std::system("command -v clang-22 >/dev/null && command -v ld.lld-22 >/dev/null && command -v qemu-riscv64 >/dev/null"))
    GTEST_SKIP() << "needs clang-22, lld and qemu-riscv64";
  const std::vector<Case> cases = random_cases(GetParam() / 8);
  const std::string stem = scratch("rvv_rows_" + std::to_string(GetParam()));
  ASSERT_TRUE(run_under_qemu(stem, GetParam(), cases));
  std::ifstream output(stem + ".out", std::ios::binary);
  for (const Case &c : cases) {
    const std::string what = print(c.insn, ".L") + " of " + std::to_string(c.state.vl) + " elements, vtype " + std::to_string(c.state.vtype);
    Case found = c;
    transfer(found, output, [](auto &file, char *data, std::streamsize size) { file.read(data, size); });
    ASSERT_TRUE(output) << "the program ended in front of " << what;
    compare(found, by_semantics(c, GetParam() / 8), what);
  }
}

INSTANTIATE_TEST_SUITE_P(Vlen, Rows, testing::Values(128, 1024));

} // namespace
} // namespace vecwrap::rvv
