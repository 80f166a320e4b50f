// What all emitters of x86 share: one pass over a vector program; the frame, scalars, control and the pool of constants
// (emit.cpp). Vector operations are those of a family of encodings: avx.h, sse.h.
#pragma once
#include "codegen/vprogram.h"
#include "emit/gpr.h"
#include "target/target.h"
#include <map>
#include <span>
#include <xbyak/xbyak.h>

namespace vecwrap::x86 {

using namespace Xbyak;
/// Registers of the scalar map, caller-saved first; rax and rdx are scratch, rbp the frame.
constexpr int kPool[] = {Operand::RCX, Operand::RSI, Operand::RDI, Operand::R8,  Operand::R9,  Operand::R10,
                         Operand::R11, Operand::RBX, Operand::R12, Operand::R13, Operand::R14, Operand::R15};
constexpr int kCallerSaved = 7;
constexpr int64_t kPage = 4096;
constexpr int kLine = 64, kScalar = 8; ///< bytes of a cache line, of the largest scalar
constexpr int kRoutine = 128; ///< stack of what an emitter calls (sse_fma.cpp)
constexpr int kScratch = 72; ///< the red zone below the stack pointer (128 bytes): a word, 64 bytes of elements

class Emitter : public CodeGenerator {
public:
  Emitter(const VProgram &p, std::span<uint8_t> buffer)
      : CodeGenerator(buffer.size(), buffer.data()), p_(p), map_(allocate_gprs(p, std::size(kPool))), labels_(p.labels) {}
  virtual ~Emitter() = default;
  int64_t run();

protected:
  virtual void vector(const VInst &) = 0; ///< an operation on vector registers
  virtual void leave_vectors() {}         ///< before the kernel returns
  virtual void tables() {}                ///< behind the code and its pool of constants
  virtual void tail_bits() = 0;           ///< edx: a bit per active lane of a tail

  // Frame, downwards from rbp: callee-saved registers, the argument pointer, slots; then the aligned buffer at rsp.
  int64_t prologue();
  void epilogue();
  bool used(int pool) const;
  Address saved(int pool) const { return qword[rbp - 8 * (pool - kCallerSaved + 2)]; }
  Address slot(int s) const { return qword[rbp - 8 * (int64_t(std::size(kPool)) - kCallerSaved + 2 + map_.slot[s])]; }
  bool in_register(int s) const { return map_.gpr[s] >= 0; }
  Reg64 gpr(int s) const { return Reg64(kPool[map_.gpr[s]]); }
  /// The value of a scalar register in some general-purpose register, `scratch` if it lives on the stack.
  Reg64 read(int s, const Reg64 &scratch);
  Reg64 target(int s) const { return in_register(s) ? gpr(s) : rax; }
  void write(int s);
  static bool fits(int64_t v) { return v == int32_t(v); }
  RegExp place(const Mem &m);
  Address memory(const Mem &m, bool broadcast = false);

  bool integral() const { return wraps(type_); }
  bool bits64() const { return size_of(type_) == 8; } ///< elements of 64 bits: doubles or integers
  int column() const { return (p_.lanes == 1 ? 2 : 0) + bits64(); } ///< of ps, pd, ss, sd
  bool is_one(const VInst &i) const { return p_.lanes == 1 || i.lanes == Lanes::One; }
  void one(const VInst &i);
  void scalar(const VInst &i);
  void add(const VInst &i);
  void add_imm(const VInst &i);
  void control(const VInst &i);

  /// As many elements of another type as the tail has, last one first, to or from the red zone: for what cannot be masked. rcx
  /// is kept in the red zone's first word.
  void copy_tail(const VInst &i, bool out);
  void copy_pieces(int size, int most, bool out); ///< edx elements from (to) rax
  void whole_tail(Label &to); ///< jumps if a tail is no shorter than a vector

  /// rax, a row of elements, goes to row q of a group; to done if there is none.
  void next_row(const VInst &i, int q, Label &done);
  void load_element(const Reg32 &d, vecwrap::Type stored, const RegExp &from); ///< an integer, widened
  static bool widens(const VInst &i) { return *i.stored != i.other; }
  static int most_rows(const VInst &i) { return i.b >= 0 ? 4 / size_of(i.other) : int(i.value2); }

  uint64_t bits_of(double value) const;
  /// Of 64 bits (a float: copies == 1 is one of it), `copies` times in a row.
  Label &pool(uint64_t word, int copies) { return pool_[{word, copies}]; }
  void align_to(int bytes); ///< of what follows, in code that begins on a cache line
  void pooled(Label &label, uint64_t word, int copies);
  void constants();

  const VProgram &p_;
  vecwrap::Type type_ = p_.type; ///< of the instruction in work; all types of a program have one size
  GprMap map_;
  std::vector<Label> labels_;
  std::map<std::pair<uint64_t, int>, Label> pool_;
};

} // namespace vecwrap::x86
