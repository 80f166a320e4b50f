// Addresses become tensors, strides and symbols.
#include "llvm/lift.h"

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

/// The access for an address; equal addresses are one access.
int Lift::pending(const Form &form, Instruction *instruction) {
  PendingAccess access;
  access.base = form.base;
  if (!strides_of(form, instruction, &access.strides))
    return -1;
  result.conditions.insert(form.conditions.begin(), form.conditions.end());
  access.instructions = {instruction};
  for (size_t i = 0; i < accesses_.size(); i++)
    if (!accesses_[i].scalar && accesses_[i].base == access.base && accesses_[i].strides == access.strides) {
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

bool Lift::finish_accesses() {
  Nest &nest = result.nest;
  int64_t size = size_of(nest.type);
  // A vector with a run-time increment is taken to be contiguous, and the guard tests it - unless the same
  // increment moves a matrix, where it is a row length.
  std::set<Poly> matrix_strides, assumed;
  auto moving = [](const PendingAccess &access) {
    std::vector<int> dims;
    for (size_t d = 0; d < access.strides.size(); d++)
      if (!access.strides[d].is_zero())
        dims.push_back(int(d));
    return dims;
  };
  for (auto &access : accesses_)
    if (auto dims = moving(access); dims.size() > 1)
      for (int d : dims)
        matrix_strides.insert(access.strides[d]);
  for (auto &access : accesses_)
    if (auto dims = moving(access); dims.size() == 1 && !access.guard_only) {
      Poly &stride = access.strides[dims[0]];
      if (stride.is_const() || matrix_strides.count(stride))
        continue;
      assumed.insert(stride);
      stride = Poly::constant(size);
    }
  for (const Poly &stride : assumed)
    result.equal.push_back({stride, Poly::constant(size)});

  for (size_t d = 0; d < nest.dims.size(); d++) {
    bool moves = false;
    for (auto &access : accesses_)
      moves |= !access.strides[d].is_zero();
    if (!moves)
      return no(Why::Repetition);
  }

  struct Group {
    Poly base;
    std::vector<Poly> strides;
    int tensor, stream;
  };
  std::vector<Group> groups;
  int scalars = 0, inputs = 0;
  for (size_t i = 0; i < accesses_.size(); i++) {
    auto &access = accesses_[i];
    std::vector<Int> strides(nest.dims.size());
    if (access.scalar) {
      int tensor = nest.add_tensor("scalar" + std::to_string(scalars++));
      result.tensors.push_back({{}, access.scalar});
      nest.add_access(tensor, strides);
      continue;
    }
    if (access.guard_only) {
      result.inputs.push_back({access.base, access.strides, 0, size, access.instructions});
      continue;
    }
    for (size_t d = 0; d < strides.size(); d++) {
      strides[d] = stride_value(access.strides[d]);
      constexpr int64_t kMax = int64_t(1) << 31;
      if (strides[d].is_const() && (strides[d].value >= kMax || strides[d].value <= -kMax))
        return no(Why::NonAffine, "a stride of more than 2 GiB");
    }
    Group *group = nullptr;
    int64_t offset = 0;
    for (Group &candidate : groups)
      if (Poly difference = access.base - candidate.base;
          candidate.strides == access.strides && difference.is_const() &&
          difference.const_part() < (int64_t(1) << 31) && difference.const_part() > -(int64_t(1) << 31)) {
        group = &candidate;
        offset = difference.const_part();
      }
    if (!group) {
      bool output = int(i) == output_access_;
      static const char *const kNames[] = {"A", "B", "D", "E", "F", "G", "H"};
      std::string name = output ? "C" : inputs < 7 ? kNames[inputs] : "T" + std::to_string(inputs);
      inputs += !output;
      Stream stream{access.base, access.strides, 0, size, {}};
      result.inputs.push_back(stream);
      groups.push_back({access.base, access.strides, nest.add_tensor(name), int(result.inputs.size()) - 1});
      result.tensors.push_back({access.base, nullptr});
      group = &groups.back();
    }
    nest.add_access(group->tensor, strides, offset);
    Stream &stream = result.inputs[group->stream];
    stream.low = std::min(stream.low, offset);
    stream.high = std::max(stream.high, offset + size);
    stream.accesses.insert(stream.accesses.end(), access.instructions.begin(), access.instructions.end());
  }
  // The output leads a group of its own; a second member would be a neighbour that another iteration writes.
  nest.out = output_access_;
  int output_stream = -1;
  for (Group &group : groups)
    if (group.tensor == nest.accesses[nest.out].tensor)
      output_stream = group.stream;
  result.output = result.inputs[output_stream];
  result.inputs.erase(result.inputs.begin() + output_stream);
  if (result.output.low != 0 || result.output.high != size)
    return no(Why::LoopCarried);
  // Reads that start a few rows or columns beside the output see what other iterations write.
  std::vector<Poly> moves;
  for (const Poly &stride : result.output.strides)
    if (!stride.is_zero())
      moves.push_back(stride);
  for (const Stream &input : result.inputs) {
    Poly distance = input.base - result.output.base;
    for (int a = -3; a <= 3; a++)
      for (int b = -3; b <= 3; b++) {
        Poly rest = distance - Poly::constant(a) * moves[0];
        if (moves.size() > 1)
          rest = rest - Poly::constant(b) * moves[1];
        bool near = rest.is_const() && rest.const_part() < 64 * size && rest.const_part() > -64 * size;
        if (near && input.strides == result.output.strides)
          return no(Why::LoopCarried);
      }
    if (distance.is_zero())
      return no(Why::LoopCarried);
  }
  if (std::string problem = validate(nest); !problem.empty())
    return no(Why::Operation, problem);
  return true;
}

} // namespace vecwrap::raise
