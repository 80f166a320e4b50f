#include "emit/rvv/supported.h"
#include <cstring>

namespace vecwrap::rvv {
namespace {

constexpr int kT0 = 5, kT1 = 6, kT2 = 7, kA0 = 10, kA1 = 11, kA2 = 12, kA3 = 13, kA4 = 14, kA7 = 17;
constexpr int64_t kWord = 8;
constexpr uint32_t kEcall = 0x73;

// System calls of Linux for RISC-V (asm-generic/unistd.h), and how to read what the kernel says of this CPU (elf.h, hwcap.h).
constexpr int64_t kOpenat = 56, kClose = 57, kRead = 63, kNoFolder = -100, kHwcap = 16, kVectors = 'V' - 'A';
constexpr int64_t kHwprobe = 258, kExtensions = 4, kHalves = int64_t(0b1001) << 27; // hwprobe.h: key IMA_EXT_0, ZVFH and ZFH
constexpr char kAuxv[16] = "/proc/self/auxv";

class Function {
public:
  explicit Function(const Target &target) : target_(target) {}

  /// The auxiliary vector, which the kernel gave to the process, says whether there are vectors; then vlenb, how long they are. It
  /// is read from its file, for an object calls nothing. System calls change a0 only.
  Assembly run() {
    const int no = a_.label(), next = a_.label(), close = a_.label();
    constexpr int64_t frame = 32;
    a_.put(Op::Addi, kSp, kSp, -frame), a_.unwind(Frame::At, kSp, frame);
    int64_t name[2];
    static_assert(sizeof name == sizeof kAuxv);
    std::memcpy(name, kAuxv, sizeof name);
    for (int half = 0; half < 2; ++half) a_.load_imm(kT0, name[half]), a_.put(Op::Sd, kT0, kWord * half, kSp);
    a_.put(Op::Li, kA0, kNoFolder), a_.put(Op::Mv, kA1, kSp), a_.put(Op::Li, kA2, 0), a_.put(Op::Li, kA3, 0);
    system(kOpenat);
    a_.put(Op::Li, kT2, 0), a_.put(Op::Blt, kA0, kZero, no), a_.put(Op::Mv, kA4, kA0);
    a_.place(next); // t2: the capabilities
    a_.put(Op::Mv, kA0, kA4), a_.put(Op::Li, kA2, 2 * kWord);
    system(kRead);
    a_.put(Op::Li, kT0, 2 * kWord), a_.put(Op::Bne, kA0, kT0, close);
    a_.put(Op::Ld, kT0, 0, kSp), a_.put(Op::Li, kT1, kHwcap), a_.put(Op::Beq, kT0, kZero, close), a_.put(Op::Bne, kT0, kT1, next);
    a_.put(Op::Ld, kT2, kWord, kSp);
    a_.place(close);
    a_.put(Op::Mv, kA0, kA4);
    system(kClose);
    a_.place(no);
    a_.put(Op::Srli, kT2, kT2, kVectors), a_.put(Op::Andi, kT2, kT2, 1);
    if (target_.halves) halves();
    a_.put(Op::Mv, kA0, kT2);
    a_.put(Op::Addi, kSp, kSp, frame), a_.unwind(Frame::At, kSp, 0);
    const int end = a_.label();
    a_.put(Op::Beq, kA0, kZero, end);
    a_.put(Op::Vlenb, kT0), a_.load_imm(kT1, target_.vector_bytes), a_.put(Op::Bge, kT0, kT1, end);
    a_.put(Op::Li, kA0, 0);
    a_.place(end);
    a_.put(Op::Ret);
    return std::move(a_);
  }

private:
  void system(int64_t number) { a_.load_imm(kA7, number), a_.raw(kEcall); }

  /// t2 becomes 0 unless the kernel (6.4 or newer) knows of Zvfh and Zfh.
  void halves() {
    const int no = a_.label(), yes = a_.label();
    a_.put(Op::Li, kT0, kExtensions), a_.put(Op::Sd, kT0, 0, kSp), a_.put(Op::Sd, kZero, kWord, kSp);
    a_.put(Op::Mv, kA0, kSp), a_.put(Op::Li, kA1, 1);
    for (int argument : {kA2, kA3, kA4}) a_.put(Op::Li, argument, 0);
    system(kHwprobe);
    a_.put(Op::Bne, kA0, kZero, no);
    a_.put(Op::Ld, kT0, kWord, kSp), a_.load_imm(kT1, kHalves >> 27);
    a_.put(Op::Srli, kT0, kT0, 27), a_.put(Op::Andi, kT0, kT0, kHalves >> 27);
    a_.put(Op::Beq, kT0, kT1, yes);
    a_.place(no), a_.put(Op::Li, kT2, 0);
    a_.place(yes);
  }

  const Target &target_;
  Assembly a_;
};

} // namespace

Assembly supported(const Target &target) { return Function(target).run(); }

} // namespace vecwrap::rvv
