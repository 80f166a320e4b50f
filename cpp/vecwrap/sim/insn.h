// One decoded RISC-V instruction: what the model needs to know of it, nothing else.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace vecwrap::sim {

// Registers share one numbering: x0-x31, f0-f31, v0-v31, then vl/vtype as one.
constexpr int kF = 32, kV = 64, kVtype = 96, kRegisters = 97;

struct Group { uint8_t first = 0, count = 0; };  // consecutive registers, v31 at most

enum class Marker : uint8_t { none, begin, end };
enum class Avl : uint8_t { none, immediate, maximum, keep, unknown };  // what a vset* says about VL

struct Shape {  // of vtype: element width in bits and log2(LMUL)
  int sew = 64, lmul = 0;
  bool operator==(const Shape &) const = default;
};

// Registers read and written under a vtype (groups depend on LMUL).
struct Operands {
  Group reads[6], write;
  int count = 0;
};

// A set of equal units, one of which is taken for so many cycles.
struct Use {
  uint64_t units = 0;
  int cycles = 1;
};

// What the scoreboard worked out for an instruction, for as long as it runs under the same vtype (and VL, where that matters).
struct Plan {
  Shape shape;
  int vl = -1;  // none yet
  Operands operands;
  int latency = 1, uops = 1;
  std::vector<Use> uses;
};

struct Insn {
  uint64_t address = 0;
  int size = 4;
  int kind = 0;              // row of the class table
  bool scalar_form = false;  // .vx, .vf
  bool vector = false, masked = false, links = false;
  bool counts_vl = false;    // a memory access whose elements are VL (times fields)
  int fields = 1;            // of a segment access
  int width = 0;             // element width of a scalar op or of a vector access; 0: from vtype
  uint32_t word = 0;
  Marker marker = Marker::none;
  Avl avl = Avl::none;
  int avl_immediate = 0;
  bool vtype_in_register = false;
  Shape shape;               // set by vset*
  bool entered = false;      // the function that is measured begins here
  mutable Plan plan;
};

Insn decode(uint64_t address, const uint8_t *bytes, int size);
Operands operands(const Insn &insn, Shape shape);

extern const char *const kClasses[];
extern const int kClassCount;
int class_named(const std::string &name);

}  // namespace vecwrap::sim
