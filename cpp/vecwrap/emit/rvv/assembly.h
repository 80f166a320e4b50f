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

struct Line {
  enum Kind : uint8_t { Code, Label, Remark } kind = Code;
  Insn insn;        ///< Code; Label: its number is operand 0
  std::string text; ///< Remark
  Need need;
};

struct Assembly {
  std::vector<Line> lines;
  int labels = 0;
  int64_t stack_bytes = 0;

  const char *extensions() const; ///< for `.option arch`

  int label() { return labels++; }
  void place(int label) { lines.push_back({Line::Label, {Op::J, {label}}, {}, {}}); }
  void remark(std::string text) { lines.push_back({Line::Remark, {}, std::move(text), {}}); }
  template <class... T> void put(Op op, T... operands) { lines.push_back({Line::Code, {op, {int64_t(operands)...}}, {}, {}}); }
  template <class... T> void put(const Need &need, Op op, T... operands) { put(op, operands...), lines.back().need = need; }
  void load_imm(int reg, int64_t value); ///< reg = value, in as few instructions as lui, addi and shifts allow
  void add_imm(int reg, int from, int64_t value, int scratch); ///< reg = from + value
  int64_t instructions() const;
};

inline bool fits12(int64_t v) { return v >= -2048 && v < 2048; }

/// The instructions between `name:` and the end; its labels begin with .L and the name.
std::string print_body(const Assembly &, const std::string &name);
/// The function `name`, with what the assembler has to know around it.
std::string print(const Assembly &, const std::string &name);

} // namespace vecwrap::rvv
