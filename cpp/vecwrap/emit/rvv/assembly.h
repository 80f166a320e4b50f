// Assembly: a function as a list of instructions, labels and remarks. It can be printed, and it can be run (simulate.h).
#pragma once
#include "emit/rvv/isa.h"
#include <string>
#include <vector>

namespace vecwrap::rvv {

/// How many elements an instruction takes: nothing to do with them, one, what the tail's register says, the program's lanes.
enum class Length : uint8_t { None, One, Tail, All };

/// What vl and vtype have to be.
struct Need {
  Length length = Length::None;
  bool more = false; ///< longer is as good: what happens beyond is never looked at
  Vtype type;
};

/// What unwinders are told: the frame's address (sp before the call) is reg + bytes; the caller's value of reg lies that many
/// bytes below it; reg holds the caller's value again. Registers have DWARF's numbers: x0 to x31, then f0 to f31.
enum class Frame : uint8_t { At, Saved, Restored };
constexpr int kDwarfF = 32;

struct Line {
  enum Kind : uint8_t { Code, Label, Remark, Unwind, Raw } kind = Code;
  Insn insn;        ///< Code; operand 0 of Label: its number, of Raw: a word; Unwind: a Frame, a register, bytes
  std::string text; ///< Remark
  Need need;
};

struct Assembly {
  std::vector<Line> lines;
  int labels = 0;
  int64_t stack_bytes = 0;

  std::string extensions() const; ///< for `.option arch`

  int label() { return labels++; }
  void place(int label) { lines.push_back({Line::Label, {Op::J, {label}}, {}, {}}); }
  void remark(std::string text) { lines.push_back({Line::Remark, {}, std::move(text), {}}); }
  template <class... T> void put(Op op, T... operands) { lines.push_back({Line::Code, {op, {int64_t(operands)...}}, {}, {}}); }
  template <class... T> void put(const Need &need, Op op, T... operands) { put(op, operands...), lines.back().need = need; }
  void load_imm(int reg, int64_t value); ///< reg = value, in as few instructions as lui, addi and shifts allow
  void add_imm(int reg, int from, int64_t value, int scratch); ///< reg = from + value
  void unwind(Frame what, int reg, int64_t bytes = 0) { lines.push_back({Line::Unwind, {Op::J, {int64_t(what), reg, bytes}}, {}, {}}); }
  void raw(uint32_t word) { lines.push_back({Line::Raw, {Op::J, {int64_t(word)}}, {}, {}}); } ///< not an instruction of the table
  int64_t instructions() const;
};

inline bool fits12(int64_t v) { return v >= -2048 && v < 2048; }

/// The instructions between `name:` and the end; its labels begin with .L and the name.
std::string print_body(const Assembly &, const std::string &name);
/// The function `name`, with what the assembler has to know around it.
std::string print(const Assembly &, const std::string &name);

} // namespace vecwrap::rvv
