// RV64GC by (mask, match) rows: opcode bits decide the class and which register fields are read and written.
#include <algorithm>
#include <cstring>
#include <vector>
#include "classes.h"
#include "insn.h"
#include "vector.h"

namespace vecwrap::sim {

const char *const kClasses[] = {
#define VECWRAP_SIM_ROW(name) #name,
    VECWRAP_SIM_CLASSES(VECWRAP_SIM_ROW)
#undef VECWRAP_SIM_ROW
};
const int kClassCount = class_count;

int class_named(const std::string &name) {
  const auto *found = std::find(kClasses, kClasses + kClassCount, name);
  return found == kClasses + kClassCount ? -1 : static_cast<int>(found - kClasses);
}

namespace {

unsigned bits(uint32_t word, int low, int count) { return word >> low & ((1u << count) - 1); }

// Register fields: d rd, s rs1, t rs2, r rs3 (upper case: of f). Compressed: d rd/rs1 (7..11), e rs2 (2..6),
// b rs1' (7..9), c rs2' (2..4), 1 x1, 2 x2. '=' stands between what is written and what is read.
struct Row {
  uint32_t mask, match;
  Class kind;
  const char *fields;
  int width;  // of a scalar floating-point or W operation; 0: 64
};

// prefetch.r and .w hold a memory unit like a load that nobody waits for.
const Row kRows[] = {
    {0x7f, 0x37, int_alu, "d=", 0}, {0x7f, 0x17, int_alu, "d=", 0}, {0x7f, 0x6f, jump, "d=", 0},
    {0x7f, 0x67, jump, "d=s", 0}, {0x7f, 0x63, branch, "=st", 0}, {0x7f, 0x03, load, "d=s", 0},
    {0x7f, 0x23, store, "=st", 0}, {0x01f07fff, 0x00106013, load, "=s", 0},
    {0x01f07fff, 0x00306013, load, "=s", 0}, {0x7f, 0x13, int_alu, "d=s", 0}, {0x7f, 0x1b, int_alu, "d=s", 0},
    {0xfe00407f, 0x02000033, int_mul, "d=st", 0}, {0xfe00407f, 0x02004033, int_div, "d=st", 0},
    {0xfe00407f, 0x0200003b, int_mul, "d=st", 32}, {0xfe00407f, 0x0200403b, int_div, "d=st", 32},
    {0x7f, 0x33, int_alu, "d=st", 0}, {0x7f, 0x3b, int_alu, "d=st", 0}, {0x7f, 0x0f, system, "=", 0},
    {0x707f, 0x0073, system, "=", 0}, {0x7f, 0x73, csr, "d=s", 0}, {0x7f, 0x2f, atomic, "d=st", 0},
    {0x707f, 0x2007, fp_load, "D=s", 32}, {0x707f, 0x3007, fp_load, "D=s", 0}, {0x707f, 0x1007, fp_load, "D=s", 16},
    {0x707f, 0x2027, fp_store, "=sT", 32}, {0x707f, 0x3027, fp_store, "=sT", 0}, {0x707f, 0x1027, fp_store, "=sT", 16},
    {0x0600007f, 0x00000043, fp_fma, "D=STR", 32}, {0x0600007f, 0x00000047, fp_fma, "D=STR", 32},
    {0x0600007f, 0x0000004b, fp_fma, "D=STR", 32}, {0x0600007f, 0x0000004f, fp_fma, "D=STR", 32},
    {0x7f, 0x43, fp_fma, "D=STR", 0}, {0x7f, 0x47, fp_fma, "D=STR", 0}, {0x7f, 0x4b, fp_fma, "D=STR", 0},
    {0x7f, 0x4f, fp_fma, "D=STR", 0},
    {0xfe00007f, 0x00000053, fp_add, "D=ST", 32}, {0xfe00007f, 0x08000053, fp_add, "D=ST", 32},
    {0xfe00007f, 0x10000053, fp_mul, "D=ST", 32}, {0xfe00007f, 0x18000053, fp_div, "D=ST", 32},
    {0xfe00007f, 0x58000053, fp_sqrt, "D=S", 32}, {0xfe00007f, 0x20000053, fp_sign, "D=ST", 32},
    {0xfe00007f, 0x28000053, fp_minmax, "D=ST", 32}, {0xfe00007f, 0xa0000053, fp_compare, "d=ST", 32},
    {0xf000007f, 0x00000053, fp_add, "D=ST", 0}, {0xf800007f, 0x10000053, fp_mul, "D=ST", 0},
    {0xf800007f, 0x18000053, fp_div, "D=ST", 0}, {0xf800007f, 0x58000053, fp_sqrt, "D=S", 0},
    {0xf800007f, 0x20000053, fp_sign, "D=ST", 0}, {0xf800007f, 0x28000053, fp_minmax, "D=ST", 0},
    {0xf800007f, 0xa0000053, fp_compare, "d=ST", 0}, {0xf800007f, 0x40000053, fp_convert, "D=S", 0},
    {0xf800007f, 0xc0000053, fp_convert, "d=S", 0}, {0xf800007f, 0xd0000053, fp_convert, "D=s", 0},
    {0xf800007f, 0xe0000053, fp_move, "d=S", 0}, {0xf800007f, 0xf0000053, fp_move, "D=s", 0},
};

const Row kCompressed[] = {
    {0xe003, 0x0000, int_alu, "c=2", 0}, {0xe003, 0x2000, fp_load, "C=b", 0}, {0xe003, 0x4000, load, "c=b", 0},
    {0xe003, 0x6000, load, "c=b", 0}, {0xe003, 0xa000, fp_store, "=bC", 0}, {0xe003, 0xc000, store, "=bc", 0},
    {0xe003, 0xe000, store, "=bc", 0}, {0xe003, 0x0001, int_alu, "d=d", 0}, {0xe003, 0x2001, int_alu, "d=d", 0},
    {0xe003, 0x4001, int_alu, "d=", 0}, {0xef83, 0x6101, int_alu, "2=2", 0}, {0xe003, 0x6001, int_alu, "d=", 0},
    {0xec03, 0x8c01, int_alu, "b=bc", 0}, {0xe003, 0x8001, int_alu, "b=b", 0}, {0xe003, 0xa001, jump, "=", 0},
    {0xe003, 0xc001, branch, "=b", 0}, {0xe003, 0xe001, branch, "=b", 0}, {0xe003, 0x0002, int_alu, "d=d", 0},
    {0xe003, 0x2002, fp_load, "D=2", 0}, {0xe003, 0x4002, load, "d=2", 0}, {0xe003, 0x6002, load, "d=2", 0},
    {0xffff, 0x9002, system, "=", 0}, {0xf07f, 0x8002, jump, "=d", 0}, {0xf07f, 0x9002, jump, "1=d", 0},
    {0xf003, 0x8002, int_alu, "d=e", 0}, {0xf003, 0x9002, int_alu, "d=de", 0}, {0xe003, 0xa002, fp_store, "=2E", 0},
    {0xe003, 0xc002, store, "=2e", 0}, {0xe003, 0xe002, store, "=2e", 0},
};

template <size_t N> const Row *find(const Row (&rows)[N], uint32_t word) {
  for (const Row &row : rows)
    if ((word & row.mask) == row.match) return &row;
  return nullptr;
}

const Row *scalar_row(const Insn &insn) { return insn.size == 2 ? find(kCompressed, insn.word) : find(kRows, insn.word); }

int scalar_register(char field, const Insn &insn) {
  const uint32_t w = insn.word;
  switch (field) {
    case 'd': return static_cast<int>(bits(w, 7, 5));
    case 'D': return kF + static_cast<int>(bits(w, 7, 5));
    case 's': return static_cast<int>(bits(w, 15, 5));
    case 'S': return kF + static_cast<int>(bits(w, 15, 5));
    case 't': return static_cast<int>(bits(w, 20, 5));
    case 'T': return kF + static_cast<int>(bits(w, 20, 5));
    case 'R': return kF + static_cast<int>(bits(w, 27, 5));
    case 'e': return static_cast<int>(bits(w, 2, 5));
    case 'E': return kF + static_cast<int>(bits(w, 2, 5));
    case 'b': return 8 + static_cast<int>(bits(w, 7, 3));
    case 'c': return 8 + static_cast<int>(bits(w, 2, 3));
    case 'C': return kF + 8 + static_cast<int>(bits(w, 2, 3));
    default: return field - '0';
  }
}

void read(Operands &ops, int first, int count = 1) {
  if (first != 0) ops.reads[ops.count++] = {static_cast<uint8_t>(first), static_cast<uint8_t>(count)};
}

Group vector_group(unsigned first, int lmul) {
  const int count = lmul <= 0 ? 1 : std::min(1 << lmul, 32 - static_cast<int>(first));
  return {static_cast<uint8_t>(kV + first), static_cast<uint8_t>(count)};
}

void read_vector(Operands &ops, unsigned first, int lmul) {
  const Group group = vector_group(first, lmul);
  read(ops, group.first, group.count);
}

bool is_vector_memory(uint32_t w) {
  const unsigned opcode = w & 0x7f, width = bits(w, 12, 3);
  return (opcode == 0x07 || opcode == 0x27) && (width == 0 || width >= 5);
}

void decode_vector_memory(Insn &insn) {
  const uint32_t w = insn.word;
  const unsigned mop = bits(w, 26, 2), lumop = bits(w, 20, 5), field_count = bits(w, 29, 3) + 1;
  const bool whole = mop == 0 && lumop == 0x08, mask = mop == 0 && lumop == 0x0b;
  const Class load = whole ? vload_whole : mask ? vload_mask : field_count > 1 ? vload_segment
                   : mop == 0 ? vload_unit : mop == 2 ? vload_strided : vload_indexed;
  insn.vector = true;
  insn.masked = !bits(w, 25, 1);
  insn.kind = bits(w, 5, 1) ? load + (vstore_unit - vload_unit) : static_cast<int>(load);
  insn.fields = static_cast<int>(field_count);
  const unsigned width = bits(w, 12, 3);
  insn.width = width == 0 ? 8 : 8 << (width - 4);
  insn.counts_vl = !insn.masked && !whole && !mask && !(mop == 0 && lumop == 0x10);  // a fault-only-first load may stop early
}

void decode_vset(Insn &insn) {
  const uint32_t w = insn.word;
  insn.kind = vset;
  const bool immediate = bits(w, 30, 2) == 3;
  insn.vtype_in_register = bits(w, 30, 2) == 2;
  const unsigned vtype = immediate ? bits(w, 20, 10) : bits(w, 20, 11);
  const int lmul = static_cast<int>(bits(vtype, 0, 3));
  insn.shape = {8 << bits(vtype, 3, 3), lmul > 3 ? lmul - 8 : lmul};
  insn.avl_immediate = static_cast<int>(bits(w, 15, 5));
  insn.avl = immediate ? Avl::immediate : bits(w, 15, 5) ? Avl::unknown : bits(w, 7, 5) ? Avl::maximum : Avl::keep;
}

char group_of(unsigned funct3) { return "ifmiifm"[funct3]; }

int convert_kind(uint32_t w) {  // vs1 says which conversion: 0-7 single, 8-15 widening, 16-23 narrowing
  const int kinds[] = {vfp_convert, vfp_wconvert, vfp_nconvert, vfp_convert};
  return kinds[bits(w, 18, 2)];
}

int vector_kind(const VectorRow &row, uint32_t w) {
  const unsigned funct3 = bits(w, 12, 3), vs1 = bits(w, 15, 5);
  const bool unmasked = bits(w, 25, 1);
  switch (row.kind) {
    case vslide: return funct3 == 0 ? vgather : vslide;  // vrgatherei16 sits beside vslideup
    case vint_shift: return funct3 == 3 && row.funct6 == 0x27 ? vmove_whole : vint_shift;
    case vfixed: return funct3 == 3 && row.funct6 == 0x27 ? vmove_whole : vfixed;
    case vint_merge: return unmasked ? vint_move : vint_merge;
    case vfp_merge: return unmasked ? vfp_move : vfp_merge;
    case vto_scalar: return funct3 > 4 ? vfrom_scalar : vs1 >= 16 ? vmask_count : vto_scalar;
    case vmask_scan: return vs1 == 17 ? vid : vmask_scan;
    case vfp_sqrt: return vs1 == 0 ? vfp_sqrt : vs1 == 16 ? vfp_class : vfp_estimate;
    case vfp_convert: return convert_kind(w);
    default: return row.kind;
  }
}

void decode_vector(Insn &insn) {
  const uint32_t w = insn.word;
  const unsigned funct3 = bits(w, 12, 3);
  if (funct3 == 7) return decode_vset(insn);
  const VectorRow *row = vector_row(group_of(funct3), bits(w, 26, 6));
  insn.vector = true;
  insn.masked = !bits(w, 25, 1);
  insn.scalar_form = funct3 >= 4;
  insn.kind = row ? vector_kind(*row, w) : static_cast<int>(unknown);
}

Operands vector_memory_operands(const Insn &insn, Shape shape) {
  const uint32_t w = insn.word;
  int log2_width = 0, log2_sew = 0;
  while (8 << log2_width < insn.width) ++log2_width;
  while (8 << log2_sew < shape.sew) ++log2_sew;
  const bool store = bits(w, 5, 1), indexed = bits(w, 26, 1), strided = bits(w, 26, 2) == 2;
  const bool one = insn.kind == vload_mask || insn.kind == vstore_mask;
  const bool whole = insn.kind == vload_whole || insn.kind == vstore_whole;
  const int emul = one || whole ? 0 : indexed ? shape.lmul : shape.lmul + log2_width - log2_sew;
  Group data = vector_group(bits(w, 7, 5), emul);
  data.count = static_cast<uint8_t>(std::min(data.count * insn.fields, kV + 32 - data.first));
  Operands ops;
  read(ops, static_cast<int>(bits(w, 15, 5)));
  if (strided) read(ops, static_cast<int>(bits(w, 20, 5)));
  if (indexed) read_vector(ops, bits(w, 20, 5), shape.lmul + log2_width - log2_sew);
  if (insn.masked) read(ops, kV);
  if (store) read(ops, data.first, data.count);
  else ops.write = data;
  return ops;
}

Operands vector_operands(const Insn &insn, Shape shape) {
  const uint32_t w = insn.word;
  const unsigned funct3 = bits(w, 12, 3), vd = bits(w, 7, 5), vs1 = bits(w, 15, 5), vs2 = bits(w, 20, 5);
  const VectorRow *row = vector_row(group_of(funct3), bits(w, 26, 6));
  Operands ops;
  if (!row) return ops;
  const bool to_register = insn.kind == vto_scalar || insn.kind == vmask_count, whole = insn.kind == vmove_whole;
  const bool single = insn.kind == vfrom_scalar, unary = insn.kind == vid || insn.kind == vint_move || insn.kind == vfp_move;
  const bool vs1_is_opcode = row->kind == vto_scalar || row->kind == vint_extend || row->kind == vmask_scan ||
                             row->kind == vfp_convert || row->kind == vfp_sqrt || whole;
  const int whole_lmul = vs1 >= 7 ? 3 : vs1 >= 3 ? 2 : vs1 >= 1 ? 1 : 0;
  const bool wide_vd = row->flags & kWideVd || insn.kind == vfp_wconvert;
  const bool wide_vs2 = row->flags & kWideVs2 || insn.kind == vfp_nconvert;
  const int vd_lmul = whole ? whole_lmul : row->flags & (kMaskVd | kScalarVd) || single ? 0 : shape.lmul + wide_vd;
  if (!unary && !single)
    read_vector(ops, vs2, whole ? whole_lmul : row->flags & kMaskVs || to_register ? 0 : shape.lmul + wide_vs2);
  if (funct3 < 3 && !vs1_is_opcode) read_vector(ops, vs1, row->flags & (kMaskVs | kScalarVd) ? 0 : shape.lmul);
  if (funct3 == 4 || funct3 == 6) read(ops, static_cast<int>(vs1));
  if (funct3 == 5) read(ops, kF + static_cast<int>(vs1));
  if (row->flags & kReadsVd) read_vector(ops, vd, vd_lmul);
  if (insn.masked) read(ops, kV);
  if (to_register) ops.write = {static_cast<uint8_t>((funct3 == 1 ? kF : 0) + vd), 1};
  else ops.write = vector_group(vd, vd_lmul);
  return ops;
}

// Hints of the base ISA (rd is x0), which the specification leaves to software: slti x0, x0, 1 and slti x0, x0, 2.
Marker marker_of(const Insn &insn) {
  return insn.word == 0x00102013 ? Marker::begin : insn.word == 0x00202013 ? Marker::end : Marker::none;
}

bool links(const Insn &insn) {  // a call: the return address goes to ra
  if (insn.size == 2) return (insn.word & 0xf07f) == 0x9002 && insn.word != 0x9002;
  return ((insn.word & 0x7f) == 0x6f || (insn.word & 0x7f) == 0x67) && bits(insn.word, 7, 5) == 1;
}

}  // namespace

Insn decode(uint64_t address, const uint8_t *bytes, int size) {
  Insn insn;
  insn.address = address;
  insn.size = size;
  std::memcpy(&insn.word, bytes, static_cast<size_t>(size));
  if (size == 4 && is_vector_memory(insn.word)) decode_vector_memory(insn);
  else if (size == 4 && (insn.word & 0x7f) == 0x57) decode_vector(insn);
  else if (const Row *row = scalar_row(insn)) insn.kind = row->kind, insn.width = row->width;
  else insn.kind = unknown;
  insn.marker = size == 4 ? marker_of(insn) : Marker::none;
  insn.links = links(insn);
  return insn;
}

Operands operands(const Insn &insn, Shape shape) {
  Operands ops;
  if (insn.vector) {
    const bool memory = (insn.word & 0x7f) != 0x57;
    ops = memory ? vector_memory_operands(insn, shape) : vector_operands(insn, shape);
    read(ops, kVtype);
    return ops;
  }
  if (insn.kind == vset) {
    if (insn.avl == Avl::unknown) read(ops, static_cast<int>(bits(insn.word, 15, 5)));
    ops.write = {static_cast<uint8_t>(bits(insn.word, 7, 5)), 1};
    return ops;
  }
  const Row *row = scalar_row(insn);
  if (!row) return ops;
  const char *equals = std::strchr(row->fields, '=');
  if (equals != row->fields) ops.write = {static_cast<uint8_t>(scalar_register(*row->fields, insn)), 1};
  for (const char *field = equals + 1; *field; ++field) read(ops, scalar_register(*field, insn));
  return ops;
}

}  // namespace vecwrap::sim
