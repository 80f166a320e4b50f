#include "ir/collapse.h"

namespace vecwrap {

std::string why_not_collapse(const Nest &nest, int outer, int inner) {
  const Dim &a = nest.dims[outer], &b = nest.dims[inner];
  const std::string both = "'" + a.name + "' and '" + b.name + "'";
  if (outer >= inner) return both + ": the outer one is named first";
  if (a.reduction != b.reduction) return both + ": one is a reduction";
  if (!a.extent.is_const() || !b.extent.is_const()) return both + ": extents must be constants";
  for (int d = outer + 1; d < inner; ++d)
    if (a.reduction && nest.dims[d].reduction) return both + ": the reduction '" + nest.dims[d].name + "' lies between them";
  const Int one = Int::constant(1);
  for (const Access &access : nest.accesses) {
    if (a.extent == one || b.extent == one) break; // strides that are never taken
    const Int rows = access.strides[outer], columns = access.strides[inner];
    if (!rows.is_const() || !columns.is_const() || rows.value != columns.value * b.extent.value)
      return both + ": rows of tensor '" + nest.tensors[access.tensor].name + "' do not lie one behind the other";
  }
  return {};
}

void collapse(Nest &nest, int outer, int inner) {
  const bool rows = nest.dims[inner].extent == Int::constant(1);
  nest.dims[outer].extent = Int::constant(nest.dims[outer].extent.value * nest.dims[inner].extent.value);
  nest.dims.erase(nest.dims.begin() + inner);
  for (Access &access : nest.accesses) {
    if (!rows) access.strides[outer] = access.strides[inner];
    access.strides.erase(access.strides.begin() + inner);
  }
}

} // namespace vecwrap
