// VProgram: the target-neutral vector program. Vector registers are explicit (the plan never spills one);
// scalar registers are unlimited, 64 bits wide, and mapped by the emitter.
#pragma once
#include "ir/nest.h"
#include "target/core.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace vecwrap {

/// Which elements of a vector register a memory operation touches.
enum class Lanes : uint8_t { All, Tail, One }; ///< Tail: the first n, as the last VTail said; One: the first

struct Mem {
  int base = -1, index = -1; ///< scalar registers
  int scale = 1;             ///< of index: 1, 2, 4, 8
  int64_t disp = 0;          ///< bytes
};

/// Where scalars have registers of their own (Target::scalar_regs), register kUniform + n of a vector operand is number n
/// of those: an element that all lanes share. An operation whose destination is one computes that element.
inline constexpr int kUniform = 1 << 24;
inline bool is_uniform(int reg) { return reg >= kUniform; }

enum class VOp : uint8_t {
  // scalar registers: d = ...
  SImm, SArg, SMov, SAdd, SAddImm, SMul, SMulImm, SMinImm, SFrame, SLoad,
  // control: label numbers in `imm`; branches compare scalar a with scalar b, or with value2 if b < 0
  Label, Jump, BranchLt, BranchGe, BranchEq, BranchNe,
  Note, ///< imm: the number of a remark
  // vector registers: d = op(a, b, c); one operand may be memory or a constant instead (mem_operand)
  VTail, VLoad, VBcast, VStore, VConst, VMov, VAdd, VSub, VMul, VDiv, VFma, VNeg, VAbs, VSqrt, VSelect,
  VRound, VPow2, VExponent, VBiased,
  VAnd, VOr, VXor,
  VCast, ///< d = a, of type `other`, in the operation's type
  VMulh, VUmulh, ///< the upper halves of products; temporaries t and e
  VShl, VAshr, VLshr, ///< by the lanes of b modulo the type's bits, or (b < 0) by imm
  VMax, VMin, ///< a > b ? a : b, a < b ? a : b
  VMerge, ///< the tail's lanes of d become those of a
  VFold,  ///< lanes imm to 2*imm-1 of a become lanes 0 to imm-1 of d; what the others hold is left open
  VReduce, ///< lane 0 of d = lane 0 of b and all lanes of a, joined in any order by operation imm: VAdd, VMax or VMin
  VSum,   ///< lane 0 of d += the lanes of a, one after the other
  // A piece is 16 bytes of a register: four f32 or two f64.
  VInsert,    ///< lane imm (of the first piece) of d = the element at mem
  VExtract,   ///< mem = lane imm (of the first piece) of a
  VPlace,     ///< piece imm of d = the first piece of a, or (a < 0) the 16 bytes at mem; placing piece 0 zeroes the others
  VPick,      ///< first piece of d, or (d < 0) the 16 bytes at mem = piece imm of a
  VZipLo, VZipHi, ///< in each piece: the lower (upper) halves of a and b, interleaved by elements, or by type `stored`
  VGather, VScatter, ///< lane l of d (a) is at mem + l * imm; temporaries t and e
  BranchBits, ///< to label imm if scalar a and value2 have a bit in common
  Fence,      ///< behind stores past the caches
  // Lanes of several narrow elements (step dot).
  VDot,   ///< d = c + the sum of the products of a's elements (of type `stored`) and b's (`other`), wrapping; temporary t if the form is apart
  VFlip,  ///< d = a with the highest bit of each byte flipped: signed to unsigned or back, 128 more or less
  VWiden, ///< d = c + a * b, whose elements (of types `stored` and `other` in memory) have half the size; temporary t unless d is c
  VGroup, ///< lane l of d = elements at mem + l * size (mem_bcast: at mem), `stride` (or imm) bytes apart: as many as scalar b (or
          ///< value2) says, of type `other` or widened to it, zeros for the others; temporary t
  VSpread,  ///< d = the row of elements at mem, of type `other` or widened to it, by fours: piece p holds those of lanes 4 p to 4 p + 3 of
            ///< one vector of lanes after the other, so that zips make lanes of several rows; temporary t if widened
  VRow,     ///< d = the elements at mem side by side, of type `other` or widened to it; in a tail zeros behind the last of them
  Prefetch, ///< the line at mem, which may lie outside of all tensors; imm 1: for the second-level cache

  // Registers of a matrix unit: blocks of the program's shapes (d, a, b: their numbers). Setting the shapes makes all of them zeros.
  MShape, ///< the registers have shapes number imm
  MZero,
  MLoad,  ///< rows at mem, `stride` bytes apart
  MStore, ///< the same, of a
  MDot,   ///< d += the products of a's rows (of type `stored`) and b's columns (`other`)

  // Segments (RVV): imm elements side by side for each lane, each of which has registers of its own, one behind the other.
  VLoadSegment, VStoreSegment, ///< d (a): the first one's register; elements of type `stored`
  VConvert, ///< d = elements of type `stored` that stand imm registers behind vector a's first one
  VIndex,   ///< the emitter's own registers = integers of type `stored` at mem, times imm; read by the load behind, `indexed`
};

struct VInst {
  VOp op;
  int d = -1, a = -1, b = -1, c = -1, e = -1; ///< VFma: a*b+c. VSelect: (a pred b) ? c : e, with temporary `t`
  int t = -1;
  int64_t imm = 0;    ///< SImm, SArg slot, SAddImm, SMulImm, SMinImm, SFrame offset, SLoad bytes (sign-extended), label, VFold lanes; see also the operation
  int64_t value2 = 0; ///< branch constant; VTail: count if a < 0 (of elements of type `stored`, if they are not the program's)
  double value = 0;   ///< VConst, a constant operand
  Mem mem;
  int mem_operand = -1; ///< 0, 1 or 2: operand a, b or c is in memory (`mem`); c only as a constant
  bool mem_bcast = false;
  bool stream = false; ///< VStore: past the caches, aligned
  bool mem_const = false; ///< that operand is the constant `value`
  int stride = -1;          ///< VLoad, VStore: scalar register with the bytes from lane to lane, if they are not adjacent
  int constant = -1;        ///< 0 or 1: that operand is a register that holds the constant `value`
  Lanes lanes = Lanes::All; ///< of other operations: those that matter
  Pred pred = Pred::OEQ;
  std::optional<Type> type = {}; ///< computed in, if not the program's
  Type other = Type::I32; ///< VCast: the operand's. VDot, VWiden; VGroup, VRow: what elements become
  bool narrow = false; ///< VLoad, VBcast: into elements of half the size, for VWiden
  bool words = false;   ///< VMul, VFma of i64: both factors are numbers of 32 bits with their sign
  bool indexed = false; ///< VLoad: lanes are at mem plus what VIndex left
  std::optional<Type> stored = {}; ///< VLoad, VBcast, VStore: converts from, to this type in memory, with temporaries `t` and (VStore) `e`
};

/// A loop whose first loads are to be made while the iteration before computes (RVV).
struct Pipelined {
  int64_t head;  ///< its label
  size_t copies; ///< of the loop's body in the rolled one
};

/// Of the registers of a matrix unit: how many rows each has, of so many bytes. Those that a program does not use have none.
struct Shapes {
  struct Shape { uint8_t rows = 0; uint16_t bytes = 0; bool operator==(const Shape &) const = default; };
  std::array<Shape, 8> registers;
  bool operator==(const Shapes &) const = default;
};

struct VProgram {
  Type type = Type::F32;
  int lanes = 1;            ///< elements per vector register operation; 1 = scalar code
  int scalars = 0;          ///< number of scalar registers
  int labels = 0;
  int64_t frame_bytes = 0;  ///< stack buffer for packed tensors, 64-byte aligned
  int group = 1;            ///< registers per vector (RVV: LMUL)
  const Core *core = nullptr; ///< what the instructions are ordered by (RVV)
  int reserved = 0;         ///< vectors of the emitter's own: masks (RVV: in front of number 0), scratch (SSE2: the last ones)
  std::vector<Shapes> shapes; ///< of a matrix unit, if the program uses it
  int tail_reg = -1;        ///< vector register reserved for a tail mask on targets without mask registers
  bool undisturbed = false; ///< what is beyond the end of a vector stays as it is (RVV)
  std::vector<Pipelined> pipelined;
  std::vector<std::string> notes; ///< which part of the schedule the code comes from
  std::vector<VInst> code;
};

/// Registers that the emitter of SSE2 computes in; with fused multiply-adds, which it has to build.
inline constexpr int kSseScratch = 2, kSseFmaScratch = 4;

std::string print(const VProgram &);

} // namespace vecwrap
