#include "target/dots.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr unsigned bit(Type t) { return 1u << int(t); }
constexpr unsigned bit(Isa isa) { return 1u << int(isa); }
constexpr unsigned kBytes = bit(Type::I8) | bit(Type::U8), kAvx = bit(Isa::Avx2) | bit(Isa::Avx512);

/// Types as bits: what a lane is computed in, what both operands are stored as; the targets. (vpmaddubsw saturates: no row.)
struct Row { Type computed; unsigned stored, isas; bool Target::*needs; DotForm form; };
constexpr Row kRows[] = {
    {Type::I32, kBytes, kAvx, &Target::vnni, {4}},                                              // vpdpbusd
    {Type::I32, kBytes | bit(Type::I16), kAvx, &Target::vnni, {2, Type::I16}},                  // vpdpwssd
    {Type::I32, kBytes | bit(Type::I16), kAvx | bit(Isa::Sse), nullptr, {2, Type::I16, true}}, // vpmaddwd, vpaddd
    {Type::F32, bit(Type::BF16), bit(Isa::Avx512), &Target::bf16, {2}},                         // vdpbf16ps
};

} // namespace

std::vector<DotForm> dot_forms(const Target &target, Type computed, Type a, Type b) {
  std::vector<DotForm> list;
  for (const Row &row : kRows) {
    const bool known = std::any_of(list.begin(), list.end(), [&](const DotForm &f) { return f.group == row.form.group; });
    if (!known && row.computed == computed && (row.stored & bit(a)) && (row.stored & bit(b)) && (row.isas & bit(target.isa)) &&
        (!row.needs || target.*row.needs))
      list.push_back(row.form);
  }
  return list;
}

std::optional<DotForm> dot_form(const Target &target, Type computed, Type a, Type b, int64_t group) {
  for (const DotForm &form : dot_forms(target, computed, a, b))
    if (form.group == group) return form;
  return {};
}

} // namespace vecwrap
