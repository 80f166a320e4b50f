#include "decide/few_rows.h"
#include "decide/operands.h"
#include "decide/strategy.h"
#include "ir/combine.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kMost = 32;        ///< rows that are asked about: with more, both are as good
constexpr int64_t kTileRows = 4;     ///< that the second schedule is made for: its tiles leave rests of few rows whole
constexpr int64_t kLongSum = 4096;   ///< steps that are asked about
/// Rows that pay for transposing an operand beside a loop that clang vectorizes along the sum. (Granite Rapids, A^T B^T of bytes, 1024 steps:
/// 2 rows 0.6 times as fast as clang's loop, 3 rows 0.7, 4 rows 0.8 to 1.2.)
constexpr int64_t kWorthTransposing = 4;

const Step *find(const Sentence &s, StepKind kind) {
  const auto step = std::ranges::find(s.steps, kind, &Step::kind);
  return step == s.steps.end() ? nullptr : &*step;
}

/// Of a loop, such as i.1.
int dim_of(const Nest &nest, const std::string &loop) {
  const auto dim = std::ranges::find(nest.dims, loop.substr(0, loop.find('.')), &Dim::name);
  return dim == nest.dims.end() ? -1 : int(dim - nest.dims.begin());
}

/// The first input that is packed; -1 if there is none.
int packed_input(const Nest &nest, const Sentence &s) {
  for (const Step &step : s.steps)
    if (step.kind == StepKind::Pack)
      for (int t = 0; t < int(nest.tensors.size()); ++t)
        if (nest.tensors[t].name == step.names[0] && t != nest.accesses[nest.out].tensor) return t;
  return -1;
}

bool is_known(const Nest &nest, const std::vector<int> &dims) {
  return std::ranges::all_of(dims, [&](int d) { return nest.dims[d].extent.is_const(); });
}

/// So many points of dims, as if the first one that only the run knows had them all.
void expect(Nest &nest, const std::vector<int> &dims, int64_t points) {
  for (int d : dims) {
    if (nest.dims[d].extent.is_const()) continue;
    nest.dims[d].typical = points;
    points = 1;
  }
}

/// The heuristic's schedule for so many rows, and steps of the sum (0: many), if it packs nothing and has vectors.
std::optional<Sentence> unpacked(const Nest &nest, const Target &target, const FewRows &few, int64_t rows, int64_t steps) {
  Nest sized = nest;
  expect(sized, few.rows, rows);
  if (steps) expect(sized, few.reductions, steps);
  const auto proposed = make_heuristic({.always = true})->propose(sized, target, 1);
  if (!proposed || find(proposed->front(), StepKind::Pack) || !find(proposed->front(), StepKind::Vectorize)) return {};
  return proposed->front();
}

/// Joining the lanes takes its time for every output, packing for every element of the operand: steps of the sum for each row are what counts.
int64_t steps_for_each_row(const Nest &nest, const Target &target, const FewRows &few) {
  const int64_t rows = std::min<int64_t>(few.most, 2 * kTileRows);
  for (int64_t steps = kLongSum; steps; steps /= 2) // downwards: of sums that fill no vector another schedule may pack nothing
    if (!unpacked(nest, target, few, rows, steps)) return (2 * steps + rows - 1) / rows;
  return 1;
}

} // namespace

std::optional<FewRows> few_rows(const Nest &nest, const Target &target, const Sentence &many) {
  const int tensor = packed_input(nest, many);
  const Step *vector = find(many, StepKind::Vectorize);
  if (target.isa == Isa::Rvv || tensor < 0 || !vector || dim_of(nest, vector->names[0]) < 0) return {};
  const Access &operand = access_to(nest, tensor);
  const int access = int(&operand - nest.accesses.data());
  FewRows few;
  for (int d = 0; d < int(nest.dims.size()); ++d) {
    if (nest.dims[d].reduction) few.reductions.push_back(d);
    if (!operand.strides[d].is_zero()) few.moving.push_back(d);
    else if (!nest.dims[d].reduction) few.rows.push_back(d);
  }
  if (is_known(nest, few.rows)) return {};
  few.column = dim_of(nest, vector->names[0]);
  few.lanes = target.lanes(nest.type);
  for (int64_t rows = 1; rows <= kMost; rows *= 2) {
    const auto sentence = unpacked(nest, target, few, rows, 0);
    if (!sentence) break;
    few.most = rows;
    if (rows <= kTileRows) few.sentence = sentence;
  }
  const bool vectorized = may_reorder(nest); // by clang, along the sum
  if (!few.sentence) {
    few.least = kWorthTransposing;
    return vectorized && !nest.contiguous(access, few.column) ? std::optional(few) : std::nullopt;
  }
  few.least = vectorized;
  const int lanes = dim_of(nest, find(*few.sentence, StepKind::Vectorize)->names[0]);
  const Step *dot = find(*few.sentence, StepKind::Dot);
  if (dot) few.lanes *= 2; // groups are transposed in blocks that are slower than long for fewer columns (measured)
  few.sums = nest.dims[lanes].reduction;
  if (target.isa == Isa::Avx2 && size_of(nest.stored(access)) < 4)
    few.ragged = lanes, few.whole = target.lanes(nest.type) * (few.sums && dot ? dot->factor : 1);
  if (!few.sums) few.elements = target.l2_bytes / 2 / size_of(nest.stored(access));
  else if (!is_known(nest, few.reductions)) few.steps = steps_for_each_row(nest, target, few);
  return few;
}

std::optional<SumsApart> sums_apart(const Nest &nest, const Target &target, const Sentence &sentence) {
  const Step *tile = find(sentence, StepKind::Tile), *vector = find(sentence, StepKind::Vectorize);
  if (target.isa == Isa::Rvv || !tile || tile->names.size() != 1 || find(sentence, StepKind::Pack) || !nest.has_reduction() || may_reorder(nest)) return {};
  SumsApart sums;
  for (int d = 0; d < int(nest.dims.size()); ++d)
    if (nest.dims[d].reduction) sums.reductions.push_back(d);
  const int row = dim_of(nest, tile->names[0]);
  bool lies_apart = false, converts = false;
  int loads = 0;
  for (int a = 0; a < int(nest.accesses.size()); ++a) {
    if (!loads_access(nest, nest.update, a)) continue;
    lies_apart |= !nest.still(a, row) && !nest.contiguous(a, row);
    converts |= nest.converts(a);
    ++loads;
  }
  if (row < 0 || nest.dims[row].reduction || nest.dims[row].extent.is_const() || !lies_apart) return {};
  if (vector) sums.row = row, sums.lanes = target.lanes(nest.type);
  else if (converts) sums.steps = loads > 1 ? kSomeSteps : 2 * kManySteps; // a conversion takes two cycles, as an addition does
  else return {};
  return sums;
}

} // namespace vecwrap
