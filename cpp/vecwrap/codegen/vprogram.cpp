#include "codegen/vprogram.h"
#include <array>
#include <iterator>

namespace vecwrap {
namespace {

/// Mnemonic and printed operands, in VOp order. d a b c e: registers; i: imm; v: value2; f: value; m: memory; L: label; n: lanes; t: type in memory; S: b or imm; Y, Z: a, d or memory; P Q R: d, a, b of a matrix unit, H: shapes
struct Row { const char *name; const char *operands; };
constexpr Row kRows[] = {
    {"s.imm", "di"},   {"s.arg", "di"},     {"s.mov", "da"},     {"s.add", "dab"},   {"s.addi", "dai"},
    {"s.mul", "dab"},  {"s.muli", "dai"},   {"s.mini", "dai"},   {"s.frame", "di"},  {"s.load", "dim"},  {"label", "L"},
    {"jump", "L"},     {"blt", "xL"},       {"bge", "xL"},       {"beq", "xL"},      {"bne", "xL"}, {";", "N"},
    {"v.tail", "xt"},   {"v.load", "Dmnt"},   {"v.bcast", "Dmt"},   {"v.store", "Amnt"}, {"v.const", "Df"},
    {"v.mov", "DA"},   {"v.add", "DAB"},    {"v.sub", "DAB"},    {"v.mul", "DAB"},   {"v.div", "DAB"},
    {"v.fma", "DABC"}, {"v.neg", "DA"},     {"v.abs", "DA"},     {"v.sqrt", "DA"},   {"v.select", "DpABCE"}, {"v.round", "DA"}, {"v.pow2", "DA"}, {"v.exponent", "DA"}, {"v.biased", "DA"},
    {"v.and", "DAB"}, {"v.or", "DAB"}, {"v.xor", "DAB"}, {"v.cast", "DAo"}, {"v.mulh", "DAB"}, {"v.umulh", "DAB"}, {"v.shl", "DAS"}, {"v.ashr", "DAS"}, {"v.lshr", "DAS"},
    {"v.max", "DAB"},  {"v.min", "DAB"},     {"v.merge", "DA"}, {"v.fold", "DAi"}, {"v.reduce", "DAB"}, {"v.sum", "DA"},
    {"v.insert", "Dim"}, {"v.extract", "mAi"}, {"v.place", "DiY"}, {"v.pick", "ZAi"}, {"v.ziplo", "DABt"}, {"v.ziphi", "DABt"},
    {"v.gather", "Dmin"}, {"v.scatter", "Amin"}, {"bbits", "xL"}, {"fence", ""},
    {"v.dot", "DABCto"}, {"v.flip", "DA"}, {"v.widen", "DABCto"}, {"v.group", "Dmint"}, {"v.spread", "Dmot"}, {"v.row", "Dmnto"}, {"prefetch", "m"},
    {"m.shape", "H"}, {"m.zero", "P"}, {"m.load", "Pm"}, {"m.store", "Qm"}, {"m.dot", "PQRto"},
    {"v.loadseg", "Dimnt"}, {"v.storeseg", "Aimnt"}, {"v.convert", "DAit"}, {"v.index", "imnt"},
};
static_assert(std::size(kRows) == size_t(VOp::VIndex) + 1);

std::string s(int reg) { return "s" + std::to_string(reg); }
std::string v(int reg) { return is_uniform(reg) ? "f" + std::to_string(reg - kUniform) : "v" + std::to_string(reg); }

std::string text(const Mem &m) {
  std::string out = "[" + s(m.base);
  if (m.index >= 0) out += " + " + s(m.index) + (m.scale == 1 ? "" : "*" + std::to_string(m.scale));
  if (m.disp) out += (m.disp < 0 ? " - " : " + ") + std::to_string(m.disp < 0 ? -m.disp : m.disp);
  return out + "]";
}

std::string text(const Shapes &shapes) {
  std::string out;
  for (const auto &[rows, bytes] : shapes.registers)
    if (rows) out += (out.empty() ? "" : " ") + std::to_string(rows) + "x" + std::to_string(bytes);
  return out;
}

std::string source(const VInst &i, int operand, int reg) {
  if (i.mem_operand == operand && i.mem_const) return std::to_string(i.value);
  return i.mem_operand == operand ? text(i.mem) + (i.mem_bcast ? "{all}" : "") : v(reg);
}

std::string operand(const VProgram &p, const VInst &i, char kind) {
  switch (kind) {
  case 'P': return "m" + std::to_string(i.d);
  case 'Q': return "m" + std::to_string(i.a);
  case 'R': return "m" + std::to_string(i.b);
  case 'H': return text(p.shapes[i.imm]);
  case 'd': return s(i.d);
  case 'a': return s(i.a);
  case 'b': return s(i.b);
  case 'x': return i.op == VOp::VTail ? (i.a < 0 ? std::to_string(i.value2) : s(i.a))
                                      : s(i.a) + ", " + (i.b < 0 ? std::to_string(i.value2) : s(i.b));
  case 'i': return std::to_string(i.imm);
  case 'L': return "L" + std::to_string(i.imm);
  case 'f': return std::to_string(i.value);
  case 'm': return i.mem.base < 0 ? v(i.a) : text(i.mem) + (i.stride < 0 ? "" : " by " + s(i.stride));
  case 'N': return p.notes[i.imm];
  case 'o': return name_of(i.other);
  case 'n': return i.stream ? "nt" : std::array{"", "tail", "one"}[size_t(i.lanes)];
  case 't': return i.stored ? name_of(*i.stored) : "";
  case 'p': return kPreds[int(i.pred)];
  case 'D': return v(i.d);
  case 'Y': return i.a < 0 ? text(i.mem) : v(i.a);
  case 'Z': return i.d < 0 ? text(i.mem) : v(i.d);
  case 'A': return source(i, 0, i.a);
  case 'B': return source(i, 1, i.b);
  case 'C': return source(i, 2, i.c);
  case 'S': return i.b < 0 ? std::to_string(i.imm) : v(i.b);
  default: return v(i.e);
  }
}

} // namespace

std::string print(const VProgram &p) {
  std::string out = "vprogram " + std::string(name_of(p.type)) + " x " + std::to_string(p.lanes) + ", frame " +
                    std::to_string(p.frame_bytes) + "\n";
  for (const VInst &i : p.code) {
    const Row &row = kRows[int(i.op)];
    out += i.op == VOp::Label ? "" : "  ", out += row.name, out += i.words ? ".words" : "";
    if (i.type) out += std::string(".") + name_of(*i.type);
    std::string sep = " ";
    for (const char *k = row.operands; *k; ++k)
      if (std::string t = operand(p, i, *k); !t.empty()) out += sep + t, sep = ", ";
    out += "\n";
  }
  return out;
}

} // namespace vecwrap
