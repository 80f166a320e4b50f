// The state of one emission. Split over emit.cpp (frame, scalars, control), registers.cpp, arithmetic.cpp (the same operations on
// f registers and on vectors), products.cpp, select.cpp (comparisons and what depends on them), memory.cpp, convert.cpp (vectors of other types), integer.cpp.
#pragma once
#include "emit/gpr.h"
#include "emit/rvv/assembly.h"
#include <utility>

namespace vecwrap::rvv {

// x registers that are not the scalar map's: two for the moment, the elements of a tail, the arguments' address, all lanes,
// the frame if there are buffers. f registers: two for the moment.
constexpr int kT0 = 5, kT1 = 6, kTail = 7, kA0 = 10, kLanes = 31, kFp = 8;
constexpr int kF0 = 30, kF1 = 31;
constexpr int kWord = 64; ///< in place of an f register: x register kWord less, which holds an element that is an integer

/// An operand of a vector operation: an f register for all lanes, or a vector's first register.
struct Operand {
  bool scalar = false;
  int reg = -1;
};

Op half_of(Op single); ///< the same operation on f registers in half precision

class Emitter {
public:
  explicit Emitter(const VProgram &p);
  Assembly run();

private:
  // emit.cpp
  void prologue();
  void epilogue();
  void saved_registers(Op x, Op f, Frame what);
  void one(const VInst &);
  void scalar(const VInst &);
  void minimum(int d, int a, int64_t imm);
  void multiply(int d, int a, int64_t imm);
  void control(const VInst &);
  void tail(const VInst &);

  // registers.cpp
  void place_words();
  bool in_register(int s) const { return map_.gpr[s] >= 0; }
  int x(int s) const;
  int read(int s, int scratch); ///< the register that holds scalar s
  std::pair<int64_t, int> slot(int s, int scratch);
  int64_t fixed_bytes() const;
  int f(int reg) const;

  // memory.cpp
  int address(const Mem &, int scratch); ///< register
  Mem place(const Mem &, int scratch);   ///< register (base) and 12-bit distance
  void prefetch(const VInst &);
  void load(const VInst &);
  void load_scalar(int f, const VInst &);
  void store(const VInst &);
  void store_scalar(int f, const VInst &);
  void to_integer(int f, Type stored);
  void to_bfloat(int f);

  // convert.cpp
  Need of_bits(int bits, Lanes) const;
  void move_memory(const VInst &, int reg, bool store, int bits = 0); ///< elements as they are in memory
  void load_converted(const VInst &);
  void load_narrow(const VInst &);
  void move_segment(const VInst &);
  void convert(const VInst &);
  void convert_from(const VInst &, int raw);
  void load_indices(const VInst &);
  void store_converted(const VInst &);
  void truncate(const VInst &, int d, int a, int e);
  void to_integers(const VInst &);
  void from_integers(const VInst &);
  void narrow(const VInst &, int from);
  void to_bfloat(const VInst &);

  // arithmetic.cpp
  void operation(const VInst &);
  Op reduction(const VInst &) const;
  void uniform(const VInst &);
  void vector(const VInst &);
  void binary(const VInst &);
  void fma(const VInst &);
  void widen(const VInst &);
  void multiply_add(const Need &, int d, Operand a, Operand b, Op vv, Op vf, int third = -1);
  void round(const VInst &);
  void round_scalar(int d, int a);
  void pow2(const VInst &);
  void pow2_scalar(int d, int a);
  void exponent(const VInst &);
  void biased(const VInst &);
  void biased_scalar(int d, int a);
  void exponent_scalar(int d, int a);
  void move(const Need &, int d, Operand from);
  void move_scalar(int d, int a);

  bool in_word(int f) const { return f >= kWord; }
  int lane(int f) { return integral() ? whole(f, kT0) : f; } ///< the register that a vector operation takes an f register's value from

  // integer.cpp
  int whole(int f, int x); ///< the x register that has the integer in f: its own, or x
  Op of_word(Op word, Op whole) const { return bits64() ? whole : word; }
  void from_word(int d, int x); ///< d = the integer in x
  void uniform_integer(const VInst &);
  void sums(const VInst &);
  void bitwise(const VInst &, Op);
  void multiply_high(const VInst &);
  void shift_scalar(const VInst &);
  void shift(const VInst &);
  void absolute(int f);
  bool vector_integer(const VInst &);
  void as_word(int scratch);

  // select.cpp
  void select(const VInst &);
  void extreme(const VInst &);
  bool compare(const Need &, Pred, Operand a, Operand b); ///< the mask in v0; true if it is the opposite
  void compare_words(bool less, bool or_equal, int x, int y);
  bool compare_scalars(Pred, int a, int b);               ///< the answer in t0
  void comparison(const Need &, int mask, int kind, Operand a, Operand b);
  void merge(const Need &, int d, Operand yes, Operand no, bool opposite);
  void choose(const VInst &, Pred, Operand a, Operand b, Operand yes, Operand no);

  bool bits64() const { return size_of(p_.type) == 8; } ///< elements of 64 bits: doubles or integers
  bool integral() const { return wraps(p_.type); }
  bool f16() const { return p_.type == Type::F16; }
  Op typed(Op single, Op twice) const { return bits64() ? twice : f16() ? half_of(single) : single; }
  int v(int reg) const { return (p_.reserved + reg) * p_.group; }
  Operand operand(const VInst &, int k); ///< a constant operand goes through kF1
  int scalar_operand(const VInst &i, int k) { return operand(i, k).reg; }
  void constant(int f, double value);
  uint64_t bits_of(double value) const;
  Need need(Lanes lanes, bool more) const;

  const VProgram &p_;
  GprMap map_;
  Assembly out_;
  std::vector<int> words_; ///< of integers, per scalar apart from the vectors: its x register, or -1
  std::vector<int> saved_x_, saved_f_;
};

} // namespace vecwrap::rvv
