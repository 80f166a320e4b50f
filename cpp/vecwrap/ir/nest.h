// Nest: one rectangular loop nest in normal form. See docs/nest.md.
//
//   for every point P of the parallel dims, in any order:
//     acc = init(P)
//     for every point R of the reduction dims, in lexicographic order of `dims`:
//       acc = update(P, R, acc)
//     out[P] = final(P, acc)
//
// A nest without reduction dims has only `final`. Arithmetic is in the nest's type: IEEE, rounded after every
// node (Fma rounds once), or i32 or i64, which wrap. In `final` some of it may be in another type of the same size, behind Convert. A tensor
// may store another type: loads convert from it, the store converts to it.
// Strides and offsets are in bytes, extents in elements.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vecwrap {

enum class Type : uint8_t { F32, F64, I32, I64, U8, I8, F16, BF16, I16, U16 };
/// In enum order. A nest computes in one of the `computes`, its tensors store any.
struct TypeInfo { const char *name; int bytes; bool computes; };
inline constexpr TypeInfo kTypes[] = {{"f32", 4, true}, {"f64", 8, true}, {"i32", 4, true}, {"i64", 8, true},
                                     {"u8", 1, false}, {"i8", 1, false}, {"f16", 2, true}, {"bf16", 2, false},
                                     {"i16", 2, false}, {"u16", 2, false}};
inline const TypeInfo &info_of(Type t) { return kTypes[static_cast<int>(t)]; }
inline int size_of(Type t) { return info_of(t).bytes; }
inline const char *name_of(Type t) { return info_of(t).name; }
std::optional<Type> type_named(const std::string &);
/// Of a type that is computed in: does its arithmetic wrap?
inline bool wraps(Type t) { return t == Type::I32 || t == Type::I64; }
/// Can a nest that computes in one type hold tensors of the other? A double is not rounded to half precision in one step;
/// i32 converts to and from what a register of it holds whole; i64, integers only.
inline bool is_storable(Type computed, Type stored) {
  const bool half = stored == Type::F16 || stored == Type::BF16;
  if (computed == Type::F16) return stored == Type::F16 || stored == Type::F32;
  if (computed == Type::I64) return !half && stored != Type::F32 && stored != Type::F64;
  return computed == Type::F32 || (computed == Type::F64 ? !half : !half && stored != Type::F64 && stored != Type::I64);
}

/// May a nest that computes in one of them compute in the other as well? Then a vector has as many lanes of both.
inline bool mixes(Type a, Type b) { return (a == Type::F32 && b == Type::I32) || (a == Type::I32 && b == Type::F32); }

/// An integer that is known when code is generated, or read from the kernel's arguments.
struct Int {
  int64_t value = 0; ///< the constant, if sym < 0
  int sym = -1;      ///< index into Nest::symbols
  static Int constant(int64_t v) { return {v, -1}; }
  static Int symbol(int s) { return {0, s}; }
  bool is_const() const { return sym < 0; }
  bool is_zero() const { return sym < 0 && value == 0; }
  bool operator==(const Int &) const = default;
};

struct Dim {
  std::string name;
  Int extent;             ///< >= 1 whenever the kernel is called
  bool reduction = false;
  int64_t typical = 0;    ///< what schedules may take for an extent that only the run knows; 0: they have their own idea
};

struct Tensor {
  std::string name; ///< its address is kernel argument number <index of the tensor>
  std::optional<Type> type = {}; ///< of the elements in memory; the nest's unless given
};

/// Address of one element: tensor pointer + offset + sum over dims of stride[d] * index[d], all in bytes; an indirect
/// access adds scale * (the integer that access `index` reads at this point), which is trusted to lie in the tensor.
struct Access {
  int tensor = 0;
  int64_t offset = 0;
  std::vector<Int> strides; ///< one per dim of the nest; constant 0 where the access does not move
  int index = -1;           ///< an earlier, direct access to an i32 or i64 tensor other than the output
  int64_t scale = 0;
  std::optional<Type> as = {}; ///< what elements are computed with as; the nest's type unless given
  bool operator==(const Access &) const = default;
};

enum class Op : uint8_t { Const, Load, Acc, Add, Sub, Mul, Div, Fma, Neg, Abs, Sqrt, Select, Round, Pow2, Exponent, Biased, Place,
                          And, Or, Xor, Shl, Ashr, Lshr, Mulh, Umulh, Convert };
enum class Has : uint8_t { Both, Floats, Integers, Words }; ///< Words: i32 only
/// Names and operand counts of the ops, and which types have them, in enum order: the printer, parser, interpreter and code
/// generator walk it.
struct OpInfo { const char *name; int operands; Has types = Has::Both; };
inline constexpr OpInfo kOps[] = {{"const", 0}, {"load", 0}, {"acc", 0}, {"add", 2}, {"sub", 2}, {"mul", 2},
                                  {"div", 2, Has::Floats}, {"fma", 3},  {"neg", 1}, {"abs", 1}, {"sqrt", 1, Has::Floats}, {"select", 4},
                                  {"round", 1, Has::Floats}, {"pow2", 1, Has::Floats}, {"exponent", 1, Has::Floats},
                                  {"biased", 1, Has::Floats},
                                  {"place", 0},
                                  {"and", 2, Has::Integers}, {"or", 2, Has::Integers}, {"xor", 2, Has::Integers},
                                  {"shl", 2, Has::Integers}, {"ashr", 2, Has::Integers}, {"lshr", 2, Has::Integers},
                                  {"mulh", 2, Has::Words}, {"umulh", 2, Has::Words},
                                  {"convert", 1}};
inline const OpInfo &info_of(Op op) { return kOps[static_cast<int>(op)]; }
inline bool has_op(Type computed, Op op) {
  const Has types = info_of(op).types;
  return types == Has::Both || (types == Has::Words ? computed == Type::I32 : wraps(computed) == (types == Has::Integers));
}

/// Pow2: 2^k for the integer k nearest to x clamped to the exponents of normal numbers; of two nearest ones the odd one
/// (what adding 1.5 * 2^mantissa + bias does), the least one for NaN.
struct Exponents { int least, greatest, bias, mantissa; };
inline constexpr Exponents exponents_of(Type t) {
  if (t == Type::F16) return {-14, 15, 15, 10};
  return t == Type::F32 ? Exponents{-126, 127, 127, 23} : Exponents{-1022, 1023, 1023, 52};
}
/// The sum of Pow2's operand and this has k + bias in its lowest bits.
inline constexpr double pow2_magic(Type t) { return 1.5 * double(int64_t(1) << exponents_of(t).mantissa) + exponents_of(t).bias; }

/// Exponent: the floor of log2 |x| for normal numbers; `least - 1` for 0 and denormals, `greatest + 1` for infinities and
/// NaN: the exponent's bits without their bias, of whatever x is.

/// Biased: the number whose sign and exponent are the lowest bits of x: of k + pow2_magic it is 2^k for the exponents of normal
/// numbers, 0 for the one below, infinity for the one above. Of NaN, whose bits are open, any of these.

/// Mulh, Umulh: the upper half of the whole product of i32, of numbers with a sign or without.
/// Shl, Ashr, Lshr: by the second operand modulo the type's bits, as RISC-V shifts. Ashr copies the sign, Lshr brings zeros in.
inline int shift_mask(Type t) { return 8 * size_of(t) - 1; }
inline bool is_shift(Op op) { return op == Op::Shl || op == Op::Ashr || op == Op::Lshr; }

/// Convert: the operand's value in the node's type: an integer to the nearest float, a float truncated as a store does.

/// Place, in `final` of a nest whose update is the larger or the smaller of acc and x: the number, in the nest's order and in its
/// type, of the reduction point whose x became acc last; -1 if none did.

/// Floating-point comparison: true if (less && a<b) || (equal && a==b) || (greater && a>b) || (unordered && isnan(a)||isnan(b)).
/// The bits are LLVM's FCmpInst::Predicate bits: equal 1, greater 2, less 4, unordered 8.
enum class Pred : uint8_t { False = 0, OEQ, OGT, OGE, OLT, OLE, ONE, ORD, UNO, UEQ, UGT, UGE, ULT, ULE, UNE, True };
inline constexpr const char *kPreds[] = {"false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord",
                                         "uno",   "ueq", "ugt", "uge", "ult", "ule", "une", "true"};

struct Node {
  Op op = Op::Const;
  int in[4] = {-1, -1, -1, -1}; ///< Fma: a*b+c. Select: (in0 pred in1) ? in2 : in3
  double value = 0;             ///< Const (exact in its type)
  int access = -1;              ///< Load
  Pred pred = Pred::OEQ;        ///< Select
  std::optional<Type> type = {}; ///< computed in; the nest's unless given. That of the operands, but for Convert
};

struct Nest {
  std::string name = "nest";
  Type type = Type::F32; ///< one that `computes`: what is computed in
  bool reassoc = false; ///< fast-math: reductions may be reassociated
  std::vector<Dim> dims;
  std::vector<std::string> symbols; ///< kernel arguments number tensors.size() + <index>
  std::vector<Tensor> tensors;
  std::vector<Access> accesses;
  std::vector<Node> nodes;                ///< topologically ordered: operands before users
  int out = -1;                           ///< access written; its stride is 0 exactly in the reduction dims
  int init = -1, update = -1, final = -1; ///< node ids; init and update are -1 without reduction dims
                                          ///< init may not contain Acc; final is a node over Acc (or plain Acc)
                                          ///< update may not load the output (that is acc); no other access is equal to out

  int add_dim(std::string name, Int extent, bool reduction = false);
  int add_symbol(std::string name);
  int add_tensor(std::string name, std::optional<Type> type = {});
  int add_access(int tensor, std::vector<Int> strides, int64_t offset = 0, int index = -1, int64_t scale = 0);
  /// The type is the first operand's.
  int add(Op op, int a = -1, int b = -1, int c = -1, int d = -1);
  int constant(double v, std::optional<Type> type = {});
  int convert(int node, Type to);
  int load(int access);
  int acc();
  int select(Pred p, int x, int y, int if_true, int if_false);
  bool has_reduction() const;
  Type stored(int access) const { return tensors[accesses[access].tensor].type.value_or(type); }
  Type as(int access) const { return accesses[access].as.value_or(type); }
  Type type_of(int node) const { return nodes[node].type.value_or(type); }
  std::optional<Type> other(Type t) const { return t == type ? std::nullopt : std::optional(t); } ///< as nodes and accesses keep it
  bool converts(int access) const { return stored(access) != as(access); }
  bool contiguous(int access, int dim) const; ///< neighbours along dim are neighbours in memory
  bool still(int access, int dim) const;      ///< the address does not depend on dim
  int argument_count() const { return int(tensors.size() + symbols.size()); }
  int dim(const std::string &name) const;    ///< index, or -1
  int tensor(const std::string &name) const; ///< index, or -1
};

/// Does node `root` (transitively) load from access `access`, also as an index / use Acc / depend on dim `d`?
bool loads_access(const Nest &, int root, int access);
bool is_mixed(const Nest &, int root); ///< is any of it computed in another type than the nest's? False of no root
inline bool is_mixed(const Nest &nest) { return is_mixed(nest, nest.final); }
bool uses_acc(const Nest &, int root);
bool uses_place(const Nest &, int root); ///< false of no root
inline bool keeps_place(const Nest &nest) { return uses_place(nest, nest.final); }
bool depends_on(const Nest &, int root, int dim);

/// Empty if the nest is well formed, else what is wrong with it (used by the parser, the bindings and asserts).
std::string validate(const Nest &);

} // namespace vecwrap
