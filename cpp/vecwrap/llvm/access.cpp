// Addresses become tensors, strides and symbols.
#include "llvm/lift.h"
#include <algorithm>

namespace vecwrap::raise {

using namespace llvm;

bool Lift::strides_of(const Form &form, Instruction *instruction, std::vector<Poly> *strides) {
  strides->assign(result.dim_loop.size(), Poly{});
  int around = tree_.loop_of(instruction);
  for (auto &[loop, step] : form.step) {
    if (!tree_.contains(loop, around))
      return no(Why::NonAffine, "a loop counter used after its loop");
    int dim = result.loop_dim[loop];
    if (dim < 0)
      return no(Why::DeadLoop);
    (*strides)[dim] = (*strides)[dim] + step;
  }
  return true;
}

/// The access for an address; equal addresses, read in the same way, are one access.
int Lift::pending(const Form &form, Instruction *instruction, vecwrap::Type stored) {
  PendingAccess access;
  access.stored = stored;
  access.base = form.base;
  if (!strides_of(form, instruction, &access.strides))
    return -1;
  result.conditions.insert(form.conditions.begin(), form.conditions.end());
  access.instructions = {instruction};
  for (size_t i = 0; i < accesses_.size(); i++)
    if (!accesses_[i].scalar && accesses_[i].base == access.base && accesses_[i].strides == access.strides &&
        accesses_[i].stored == stored) {
      accesses_[i].instructions.push_back(instruction);
      return int(i);
    }
  accesses_.push_back(access);
  return int(accesses_.size()) - 1;
}

Int Lift::extent_value(const Trip &trip, const std::string &dim) {
  if (trip.is_const())
    return Int::constant(trip.value());
  for (size_t s = 0; s < result.symbols.size(); s++)
    if (result.symbols[s].is_trip && result.symbols[s].trip == trip)
      return Int::symbol(int(s));
  SymbolSource source;
  source.is_trip = true;
  source.trip = trip;
  result.symbols.push_back(source);
  return Int::symbol(result.nest.add_symbol("n" + dim));
}

Int Lift::stride_value(const Poly &stride) {
  if (stride.is_const())
    return Int::constant(stride.const_part());
  for (size_t s = 0; s < result.symbols.size(); s++)
    if (!result.symbols[s].is_trip && result.symbols[s].stride == stride)
      return Int::symbol(int(s));
  SymbolSource source;
  source.stride = stride;
  result.symbols.push_back(source);
  return Int::symbol(result.nest.add_symbol("s" + std::to_string(result.symbols.size() - 1)));
}

namespace {

constexpr int64_t kFarthest = int64_t(1) << 31; ///< bytes

/// The dims that an access moves with.
std::vector<int> moving(const std::vector<Poly> &strides) {
  std::vector<int> dims;
  for (size_t d = 0; d < strides.size(); d++)
    if (!strides[d].is_zero())
      dims.push_back(int(d));
  return dims;
}

} // namespace

/// A vector with a run-time increment is taken to be contiguous, and the guard tests it - unless the same increment moves a
/// matrix, where it is a row length.
void Lift::assume_contiguous() {
  std::set<Poly> matrix_strides;
  std::set<std::pair<Poly, int>> assumed;
  for (auto &access : accesses_)
    if (auto dims = moving(access.strides); dims.size() > 1)
      for (int d : dims)
        matrix_strides.insert(access.strides[d]);
  for (auto &access : accesses_)
    if (auto dims = moving(access.strides); dims.size() == 1 && !access.guard_only) {
      Poly &stride = access.strides[dims[0]];
      if (stride.is_const() || matrix_strides.count(stride))
        continue;
      assumed.insert({stride, size_of(access.stored)});
      stride = Poly::constant(size_of(access.stored));
    }
  for (auto &[stride, size] : assumed)
    result.equal.push_back({stride, Poly::constant(size)});
}

std::optional<int64_t> Lift::Group::offset_of(const PendingAccess &access) const {
  const Poly difference = access.base - base;
  if (stored != access.stored || strides != access.strides || !difference.is_const())
    return std::nullopt;
  const int64_t offset = difference.const_part();
  return offset < kFarthest && offset > -kFarthest ? std::optional(offset) : std::nullopt;
}

int Lift::add_tensor(const std::string &name, vecwrap::Type stored) {
  return result.nest.add_tensor(name, stored == result.nest.type ? std::nullopt : std::optional(stored));
}

/// The group of an access, which may be a new one.
Lift::Group &Lift::group_of(const PendingAccess &access, bool output, int64_t *offset) {
  for (Group &candidate : groups_)
    if (auto distance = candidate.offset_of(access)) {
      *offset = *distance;
      return candidate;
    }
  static const char *const kNames[] = {"A", "B", "D", "E", "F", "G", "H"};
  const size_t number = groups_.size() - std::count_if(groups_.begin(), groups_.end(), [](auto &group) { return group.output; });
  const std::string name = output ? "C" : number < std::size(kNames) ? kNames[number] : "T" + std::to_string(number);
  result.inputs.push_back({access.base, access.strides, 0, size_of(access.stored), {}});
  result.tensors.push_back({access.base, nullptr});
  groups_.push_back({access.base, access.strides, access.stored, add_tensor(name, access.stored), int(result.inputs.size()) - 1, output});
  *offset = 0;
  return groups_.back();
}

bool Lift::add_access(PendingAccess &access, bool output) {
  Nest &nest = result.nest;
  const int size = size_of(access.stored);
  std::vector<Int> strides(nest.dims.size());
  if (access.scalar) {
    const int tensor = add_tensor("scalar" + std::to_string(scalars_++), access.stored);
    result.tensors.push_back({{}, access.scalar});
    nest.add_access(tensor, strides);
    return true;
  }
  if (access.guard_only) {
    result.inputs.push_back({access.base, access.strides, 0, size, access.instructions});
    return true;
  }
  for (size_t d = 0; d < strides.size(); d++) {
    strides[d] = stride_value(access.strides[d]);
    if (strides[d].is_const() && (strides[d].value >= kFarthest || strides[d].value <= -kFarthest))
      return no(Why::NonAffine, "a stride of more than 2 GiB");
  }
  int64_t offset;
  const Group &group = group_of(access, output, &offset);
  nest.add_access(group.tensor, strides, offset);
  Stream &stream = result.inputs[group.stream];
  stream.low = std::min(stream.low, offset);
  stream.high = std::max(stream.high, offset + size);
  stream.accesses.insert(stream.accesses.end(), access.instructions.begin(), access.instructions.end());
  return true;
}

/// Reads that start a few rows or columns beside the output see what other iterations write.
bool Lift::reads_neighbours() const {
  const int64_t size = result.output.high - result.output.low;
  std::vector<Poly> moves;
  for (int d : moving(result.output.strides))
    moves.push_back(result.output.strides[d]);
  for (const Stream &input : result.inputs) {
    const Poly distance = input.base - result.output.base;
    if (distance.is_zero())
      return true;
    if (input.strides != result.output.strides)
      continue;
    for (int a = -3; a <= 3; a++)
      for (int b = -3; b <= 3; b++) {
        Poly rest = distance - Poly::constant(a) * moves[0];
        if (moves.size() > 1)
          rest = rest - Poly::constant(b) * moves[1];
        if (rest.is_const() && std::abs(rest.const_part()) < 64 * size)
          return true;
      }
  }
  return false;
}

bool Lift::finish_accesses() {
  Nest &nest = result.nest;
  assume_contiguous();
  for (size_t d = 0; d < nest.dims.size(); d++)
    if (std::all_of(accesses_.begin(), accesses_.end(), [&](auto &access) { return access.strides[d].is_zero(); }))
      return no(Why::Repetition);
  for (size_t i = 0; i < accesses_.size(); i++)
    if (!add_access(accesses_[i], int(i) == output_access_))
      return false;
  // The output leads a group of its own; a second member would be a neighbour that another iteration writes.
  nest.out = output_access_;
  for (const Group &group : groups_)
    if (group.tensor == nest.accesses[nest.out].tensor) {
      result.output = result.inputs[group.stream];
      result.inputs.erase(result.inputs.begin() + group.stream);
    }
  if (result.output.low != 0 || result.output.high != size_of(nest.stored(nest.out)) || reads_neighbours())
    return no(Why::LoopCarried);
  const std::string problem = validate(nest);
  return problem.empty() || no(Why::Operation, problem);
}

} // namespace vecwrap::raise
