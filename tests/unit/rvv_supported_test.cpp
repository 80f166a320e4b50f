// The function that asks whether a machine runs a target's code, under QEMU. Its system call for extensions (riscv_hwprobe) is
// answered by the test, for QEMU 7.2 has none; the others are real.
#include "emit/rvv/supported.h"
#include "scratch.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

namespace vecwrap::rvv {
namespace {

constexpr uint64_t kZfh = uint64_t(1) << 27, kZfhmin = uint64_t(1) << 28, kZvfh = uint64_t(1) << 30, kZvfhmin = uint64_t(1) << 31;

/// What the kernel may say of this machine, and whether Zvfh and Zfh are part of it.
struct Answer { uint64_t extensions; bool halves; };
constexpr Answer kAnswers[] = {{0, false},     {kZvfh, false},        {kZfh, false},         {kZvfh | kZfh, true},
                               {~uint64_t(0), true}, {kZvfhmin | kZfhmin, false}, {~kZfh, false}, {~kZvfh, false}};

/// Calls the function once per answer; the exit status has a bit for each.
std::string program(const Target &target) {
  std::string text = print(supported(target), "supported");
  constexpr const char kCall[] = ".word 115";
  for (size_t at = text.find(kCall); at != std::string::npos; at = text.find(kCall, at)) text.replace(at, sizeof kCall - 1, "jal t3, system");
  text += "    .globl _start\n_start:\n    li s1, 0\n    li s2, 0\n    lla s3, answers\n"
          "0:  ld s4, 0(s3)\n    call supported\n    sll a0, a0, s2\n    or s1, s1, a0\n    addi s3, s3, 8\n    addi s2, s2, 1\n"
          "    li t0, " + std::to_string(std::size(kAnswers)) + "\n    bne s2, t0, 0b\n    mv a0, s1\n    li a7, 93\n    ecall\n"
          "system:\n    li t4, 258\n    beq a7, t4, 1f\n    ecall\n    jr t3\n"
          "1:  ld t4, 0(a0)\n    li t5, 4\n    bne t4, t5, 2f\n    sd s4, 8(a0)\n    li a0, 0\n    jr t3\n2:  li a0, -22\n    jr t3\n"
          "    .section .rodata\n    .balign 8\nanswers:\n";
  for (const Answer &a : kAnswers) text += "    .quad " + std::to_string(a.extensions) + "\n";
  return text;
}

/// The exit status under QEMU.
int run(const std::string &target, const std::string &cpu) {
  const std::string stem = scratch("rvv_supported_" + target);
  std::ofstream(stem + ".s") << program(*find_target(target));
  const std::string build = "clang-22 --target=riscv64-linux-gnu -march=rv64gcv -nostdlib -static -fuse-ld=lld " + stem + ".s -o " + stem;
  EXPECT_EQ(std::system(build.c_str()), 0);
  const int status = std::system(("qemu-riscv64 -cpu " + cpu + " " + stem).c_str());
  return status >> 8;
}

TEST(RvvSupported, AsksForVectorsTheirLengthAndHalves) {
  if (std::system("command -v clang-22 >/dev/null && command -v ld.lld-22 >/dev/null && command -v qemu-riscv64 >/dev/null"))
    GTEST_SKIP() << "needs clang-22, lld and qemu-riscv64";
  int halves = 0;
  for (size_t a = 0; a < std::size(kAnswers); ++a) halves |= kAnswers[a].halves << a;
  constexpr int all = (1 << std::size(kAnswers)) - 1;
  const std::string vectors = "rv64,v=true,elen=64,vext_spec=v1.0,vlen=256";
  EXPECT_EQ(run("riscv64-rvv256", vectors), all);
  EXPECT_EQ(run("riscv64-rvv128", vectors), all);
  EXPECT_EQ(run("riscv64-rvv512", vectors), 0);
  EXPECT_EQ(run("riscv64-rvv256", "rv64,v=false"), 0);
  EXPECT_EQ(run("riscv64-rvv256+zvfh", vectors), halves);
  EXPECT_EQ(run("riscv64-rvv512+zvfh", vectors), 0);
  EXPECT_EQ(run("riscv64-rvv256+zvfh", "rv64,v=false"), 0);
}

} // namespace
} // namespace vecwrap::rvv
