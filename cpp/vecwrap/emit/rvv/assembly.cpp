#include "emit/rvv/assembly.h"
#include <algorithm>
#include <bit>

namespace vecwrap::rvv {

/// Upper bits first, twelve at a time (the psABI's and every compiler's way).
void Assembly::load_imm(int reg, int64_t value) {
  if (fits12(value)) return put(Op::Li, reg, value);
  if (value == int32_t(value)) {
    const int64_t low = ((value & 0xfff) ^ 0x800) - 0x800, high = (value - low) >> 12 & 0xfffff;
    put(Op::Lui, reg, high);
    if (low) put(Op::Addiw, reg, reg, low);
    return;
  }
  const int64_t low = ((value & 0xfff) ^ 0x800) - 0x800, rest = int64_t(uint64_t(value) - uint64_t(low));
  const int zeros = std::countr_zero(uint64_t(rest));
  load_imm(reg, rest >> zeros);
  put(Op::Slli, reg, reg, zeros);
  if (low) put(Op::Addi, reg, reg, low);
}

void Assembly::add_imm(int reg, int from, int64_t value, int scratch) {
  if (!value && reg == from) return;
  if (!value) return put(Op::Mv, reg, from);
  if (fits12(value)) return put(Op::Addi, reg, from, value);
  load_imm(scratch, value);
  put(Op::Add, reg, from, scratch);
}

/// Prefetches and the scalars of half precision are not part of V. (Nor are its vectors, but assemblers do not ask.)
std::string Assembly::extensions() const {
  const auto half = [](const Line &l) {
    const std::string mnemonic = l.kind == Line::Code ? row_of(l.insn.op).mnemonic : "";
    return mnemonic == "flh" || mnemonic == "fsh" || mnemonic.find(".h") != std::string::npos;
  };
  const auto hint = [](const Line &l) { return l.kind == Line::Code && l.insn.op == Op::PrefetchR; };
  const bool halves = std::any_of(lines.begin(), lines.end(), half), hints = std::any_of(lines.begin(), lines.end(), hint);
  return std::string("+v") + (halves ? ", +zfh" : "") + (hints ? ", +zicbop" : "");
}

int64_t Assembly::instructions() const {
  return std::count_if(lines.begin(), lines.end(), [](const Line &line) { return line.kind == Line::Code; });
}

namespace {

std::string directive(const Insn &i) {
  const int dwarf = int(i.operand[1]);
  const std::string reg = dwarf < kDwarfF ? x_name(dwarf) : f_name(dwarf - kDwarfF), bytes = std::to_string(i.operand[2]);
  switch (static_cast<Frame>(i.operand[0])) {
  case Frame::At: return ".cfi_def_cfa " + reg + ", " + bytes;
  case Frame::Saved: return ".cfi_offset " + reg + ", -" + bytes;
  default: return ".cfi_restore " + reg;
  }
}

} // namespace

std::string print_body(const Assembly &a, const std::string &name) {
  const std::string label = ".L" + name + "_";
  std::string out = "    .cfi_startproc\n";
  for (const Line &line : a.lines)
    switch (line.kind) {
    case Line::Code: out += "    " + print(line.insn, label) + "\n"; break;
    case Line::Label: out += label + std::to_string(line.insn.operand[0]) + ":\n"; break;
    case Line::Remark: out += "    # " + line.text + "\n"; break;
    case Line::Unwind: out += "    " + directive(line.insn) + "\n"; break;
    case Line::Raw: out += "    .word " + std::to_string(line.insn.operand[0]) + "\n"; break;
    }
  return out + "    .cfi_endproc\n";
}

std::string print(const Assembly &a, const std::string &name) {
  return "    .text\n    .balign 4\n    .globl " + name + "\n    .type " + name + ", @function\n    .option push\n"
         "    .option arch, " + a.extensions() + "\n" + name + ":\n" + print_body(a, name) + "    .option pop\n    .size " + name + ", . - " + name + "\n";
}

} // namespace vecwrap::rvv
