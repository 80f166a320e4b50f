// The emitter of x86: one pass over a vector program. A private header of its parts: emit.cpp (frame, scalars, control),
// memory.cpp, arithmetic.cpp, pieces.cpp.
#pragma once
#include "codegen/vprogram.h"
#include "emit/gpr.h"
#include "target/target.h"
#include <map>
#include <xbyak/xbyak.h>

namespace vecwrap::x86 {

using namespace Xbyak;
/// One column per ps, pd, ss, sd.
using Binary = void (CodeGenerator::*)(const Xmm &, const Operand &, const Operand &);

/// Registers of the scalar map, caller-saved first; rax and rdx are scratch, rbp the frame.
constexpr int kPool[] = {Operand::RCX, Operand::RSI, Operand::RDI, Operand::R8,  Operand::R9,  Operand::R10,
                         Operand::R11, Operand::RBX, Operand::R12, Operand::R13, Operand::R14, Operand::R15};
constexpr int kCallerSaved = 7;
constexpr int64_t kPage = 4096;
constexpr int kLine = 64;
constexpr int kScratch = 72; ///< the red zone below the stack pointer (128 bytes): a word, 64 bytes of elements

class Emitter : public CodeGenerator {
public:
  Emitter(const VProgram &p, const Target &t, std::vector<uint8_t> &buffer)
      : CodeGenerator(buffer.size(), buffer.data()), p_(p), wide_(t.isa == Isa::Avx512), vnni_(t.vnni),
        map_(allocate_gprs(p, std::size(kPool))), labels_(p.labels) {}
  int64_t run();

private:
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

  int column() const { return (p_.lanes == 1 ? 2 : 0) + (p_.type == vecwrap::Type::F64); }
  bool i32() const { return p_.type == vecwrap::Type::I32; }
  bool f64() const { return p_.type == vecwrap::Type::F64; }
  Xmm reg(int v, bool one = false) const;

  void one(const VInst &i);
  void scalar(const VInst &i);
  void add(const VInst &i);
  void add_imm(const VInst &i);
  void control(const VInst &i);
  void vector(const VInst &i);
  // dot.cpp
  void dot(const VInst &i);
  void group(const VInst &i);
  void group_everywhere(const VInst &i);
  void group_rows(const VInst &i, int bytes);
  void row(const VInst &i, const Xmm &d, int bytes);
  void shuffle_rows(const VInst &i);
  void next_row(const VInst &i, int q, Label &done);

  void multiply_add(const VInst &i);
  void negate(const VInst &i);
  void select_integers(const VInst &i);
  bool integer(const VInst &i); ///< integer.cpp: arithmetic on i32; false for what does not care for the type
  void broadcast(const Xmm &d, const Address &from);

  // 16-byte pieces of registers. Loads and stores of them do not care for the type.
  void place(const VInst &i);
  void pick(const VInst &i);
  void insert(const VInst &i);
  void extract(const VInst &i);
  void zip(const VInst &i);

  /// The lanes' distances from the first one, 32 bits each, in register t; half as wide as the data of doubles.
  Xmm distances(const VInst &i);
  /// k2 or register e: the lanes that are read or written. A gather clears it.
  void lanes_mask(const VInst &i);
  /// A compressed displacement of EVEX would be scaled by Xbyak as for whole vectors: rax holds the address.
  Reg64 first_lane(const VInst &i);
  void gather(const VInst &i);
  void scatter(const VInst &i);

  /// One element of another type. Integers pass through rax; what is left in d must not delay the conversion.
  void load_converted(const VInst &i);
  /// The address may need rax and rdx, so the converted value waits in the temporary.
  void store_converted(const VInst &i);
  void store_low(const VInst &i, const Xmm &from); ///< as many bytes of an integer as are stored
  bool is_one(const VInst &i) const { return p_.lanes == 1 || i.lanes == Lanes::One; }
  void load_everywhere(const VInst &i);
  /// Elements of another type. What AVX2 cannot mask is copied element by element to or from the red zone.
  void load_vector_converted(const VInst &i);
  void store_vector_converted(const VInst &i);
  /// As many elements as the tail's mask has, last one first. rcx is kept in the red zone's first word.
  void copy_tail(const VInst &i, bool out);

  void load(const VInst &i);
  void store(const VInst &i);
  /// Lanes 0..n-1 become active: k1 on AVX-512, a mask register on AVX2.
  void tail(const VInst &i);
  void constant(const VInst &i);
  uint64_t bits_of(double value) const;

  /// The operand that is no register.
  Address operand(const VInst &i) { return i.mem_const ? everywhere(i.value) : memory(i.mem, i.mem_bcast); }
  void binary(const Binary *row, const VInst &i, bool commutes);
  /// d = a*b + c with whichever form needs no copy.
  void fma(const VInst &i);
  void bits(const VInst &i, Binary f, uint64_t word) { (this->*f)(reg(i.d), reg(i.a), ptr[rip + pool(word, 8)]); }
  void square_root(const VInst &i);
  void round(const VInst &i);
  /// The sum with the magic number holds exponent and bias in its lowest bits; a shift puts them into place. max and min
  /// answer with their second operand where the first is NaN.
  void pow2(const VInst &i);
  /// The exponent's bits become the lowest ones of 2^mantissa, from which that and the bias are subtracted.
  void exponent(const VInst &i);
  /// The constant as a memory operand.
  Address everywhere(double value);
  void select(const VInst &i);
  void merge(const VInst &i);
  /// The upper half of what is left comes down: 32, 16, 8 or 4 bytes.
  void fold(const VInst &i);

  Label &pool(uint64_t word, int copies) { return pool_[{word, copies}]; }
  void pooled(Label &label, uint64_t word, int copies);
  void constants();
  void shuffle_tables();

  const VProgram &p_;
  const bool wide_, vnni_;
  GprMap map_;
  std::vector<Label> labels_;
  std::map<std::pair<uint64_t, int>, Label> pool_;
  std::map<int, Label> shuffles_; ///< element size -> how rows become lanes
  std::map<int64_t, Label> distances_; // stride -> its multiples, one per lane
  Label masks_;
  bool uses_masks_ = false;
};

} // namespace vecwrap::x86
