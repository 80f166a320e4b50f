// The instruction table: what a row prints is what the assembler takes, and what its semantics do.
#include "emit/rvv/assembly.h"
#include "emit/rvv/encode.h"
#include "emit/rvv/simulate.h"
#include "emit/rvv/step.h"
#include "scratch.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>

namespace vecwrap::rvv {
namespace {

/// An instruction of the row whose registers differ, and are legal for vectors of four registers.
Insn sample(int row) {
  Insn i{static_cast<Op>(row), {}};
  size_t at = 0;
  int x = 11, f = 3, v = 4;
  for (const char *k = kRows[row].operands; *k; ++k)
    switch (*k) {
    case 'x': i.operand[at++] = x++; break;
    case 'f': i.operand[at++] = f++; break;
    case 'v': case 'w': case 'h': case 'q': case 'o': case 'j': i.operand[at++] = v, v += 4; break;
    case 'i': i.operand[at++] = 21; break;
    case 'm': i.operand[at++] = -8, i.operand[at++] = x++; break;
    case 'p': i.operand[at++] = -96, i.operand[at++] = x++; break;
    case 'a': i.operand[at++] = x++; break;
    case 'e': i.operand[at++] = Vtype{32, 2, false}.encoded(); break;
    default: break;
    }
  return i;
}

std::string words(const std::string &line) {
  std::istringstream in(line);
  std::string out, word;
  while (in >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

constexpr const char *kMc = "llvm-mc-22 -triple=riscv64 -mattr=+m,+f,+d,+v,+zvfh,+zfh,+zicbop -filetype=obj -o ";
bool has_llvm() { return !std::system("command -v llvm-mc-22 >/dev/null && command -v llvm-objdump-22 >/dev/null"); }

/// What llvm-objdump says of each instruction of a text.
std::vector<std::string> disassembled(const std::string &text, const std::string &name) {
  const std::string stem = scratch(name);
  std::ofstream(stem + ".s") << text;
  EXPECT_EQ(std::system((kMc + stem + ".o " + stem + ".s && llvm-objdump-22 -d --mattr=+m,+f,+d,+v,+zvfh,+zfh,+zicbop --no-show-raw-insn "
                         "--no-leading-addr --no-print-imm-hex " + stem + ".o > " + stem + ".txt").c_str()), 0);
  std::ifstream file(stem + ".txt");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && (line[0] == '\t' || line[0] == ' ')) found.push_back(words(line));
  return found;
}

TEST(RvvTable, RowsAreWhatTheAssemblerAndTheEncoderMakeOfThem) {
  if (!has_llvm()) GTEST_SKIP() << "needs llvm-22";
  std::vector<std::string> wanted;
  std::string text, encoded;
  for (int row = 0; row < kRowCount; ++row) {
    if (std::string(kRows[row].operands).find('L') != std::string::npos) continue; // targets are printed as addresses
    wanted.push_back(words(print(sample(row), ".L")));
    text += wanted.back() + "\n";
    encoded += ".insn 4, " + std::to_string(word(sample(row))) + "\n";
  }
  EXPECT_EQ(disassembled(text, "rvv_rows"), wanted);
  EXPECT_EQ(disassembled(encoded, "rvv_words"), wanted);
}

TEST(RvvEncode, BranchesReach) {
  if (!has_llvm()) GTEST_SKIP() << "needs llvm-22";
  Assembly a;
  const int start = a.label(), near = a.label(), end = a.label();
  a.place(start), a.put(Op::Bge, 11, 12, end), a.put(Op::Beq, 11, 12, near), a.put(Op::J, end), a.place(near);
  for (int i = 0; i < 2000; ++i) a.put(Op::Addi, 11, 11, i);
  a.put(Op::Blt, 11, 12, start), a.put(Op::Bne, 11, 12, near), a.put(Op::J, start), a.place(end), a.put(Op::Ret);
  const std::string stem = scratch("rvv_branches");
  std::ofstream(stem + ".s") << print_body(a, "f");
  ASSERT_EQ(std::system((kMc + stem + ".o " + stem + ".s && llvm-objcopy-22 -O binary -j .text " + stem + ".o " + stem + ".bin").c_str()), 0);
  std::ifstream file(stem + ".bin", std::ios::binary);
  const std::vector<uint8_t> wanted((std::istreambuf_iterator<char>(file)), {});
  EXPECT_TRUE(encode(a).bytes == wanted);
}

TEST(RvvEncode, JumpsBeyondAMebibyteGoThroughARegister) {
  Assembly a;
  const int end = a.label();
  a.put(Op::J, end), a.put(Op::Beq, 11, 12, end);
  for (int i = 0; i < 1 << 18; ++i) a.put(Op::Li, 5, 0);
  a.place(end);
  const Code code = encode(a);
  const auto at = [&](size_t i) { uint32_t w; std::memcpy(&w, &code.bytes[4 * i], 4); return w; };
  const int64_t distance = int64_t(code.labels[0]);
  EXPECT_EQ(distance, (5 << 2) + (1 << 20));
  EXPECT_EQ(at(0), auipc(6, distance));
  EXPECT_EQ(at(1), jalr(0, 6, distance));
  EXPECT_EQ(at(2), word({Op::Bne, {11, 12, 12}}));
  EXPECT_EQ(at(3), auipc(6, distance - 12));
  EXPECT_EQ(at(4), jalr(0, 6, distance - 12));
}

TEST(RvvAssembly, LoadsEveryImmediate) {
  for (int64_t value : {int64_t(0), int64_t(-1), int64_t(2047), int64_t(2048), int64_t(-2049), int64_t(0x7fffffff),
                        int64_t(0x7ffff800), int64_t(-0x80000000ll), int64_t(0x80000000ll), INT64_MAX, INT64_MIN, int64_t(0x123456789abcdef)}) {
    Assembly a;
    a.load_imm(11, value);
    Machine m(16);
    for (const Line &line : a.lines) step(m, line.insn);
    EXPECT_EQ(m.x[11], value);
  }
}

TEST(RvvSemantics, TailsArePoisonedUnlessKept) {
  for (bool keep : {false, true}) {
    Machine m(16);
    step(m, {Op::Li, {11, 3}});
    step(m, {Op::Vsetvli, {0, 11, Vtype{32, 1, keep}.encoded()}});
    EXPECT_EQ(m.vl, 3);
    std::fill(m.v.begin(), m.v.end(), uint8_t(0));
    step(m, {Op::VfaddVV, {4, 8, 12}});
    EXPECT_EQ(m.v[4 * 16 + 11], 0);
    EXPECT_EQ(m.v[4 * 16 + 12], keep ? 0 : 0xff);
    EXPECT_EQ(m.v[6 * 16], 0) << "beyond the vector";
  }
}

TEST(RvvSimulate, RunsALoopAndCounts) {
  Assembly a; // adds 1 to each of args[1] floats at args[0]
  const int head = a.label();
  a.put(Op::Ld, 11, 0, 10), a.put(Op::Ld, 12, 8, 10);
  a.load_imm(5, 0x3f800000), a.put(Op::FmvWX, 0, 5), a.put(Op::Li, 13, 0);
  a.place(head);
  a.put(Op::Vsetvli, 6, 12, Vtype{32, 0, false}.encoded());
  a.put(Op::Vle32, 4, 11), a.put(Op::VfaddVF, 4, 4, 0), a.put(Op::Vse32, 4, 11);
  a.put(Op::Slli, 7, 6, 2), a.put(Op::Add, 11, 11, 7), a.put(Op::Mul, 7, 6, 13), a.put(Op::Addi, 7, 7, 0);
  for (int i = 0; i < 4; ++i) a.put(Op::Addi, 12, 12, -1); // VLEN 128: four at a time
  a.put(Op::Blt, 13, 12, head);
  a.put(Op::Ret);
  std::vector<float> data(12, 2);
  const int64_t args[] = {reinterpret_cast<int64_t>(data.data()), 8};
  const Counts counts = simulate(a, args, 128);
  EXPECT_EQ(data, (std::vector<float>{3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2}));
  EXPECT_EQ(counts.by_mnemonic.at("vfadd.vf"), 2);
}

TEST(RvvSimulate, ALostRegisterIsSeen) {
  Assembly a;
  a.put(Op::Li, 9, 0), a.put(Op::Ret);
  EXPECT_THROW(simulate(a, nullptr, 128), std::logic_error);
}

} // namespace
} // namespace vecwrap::rvv
