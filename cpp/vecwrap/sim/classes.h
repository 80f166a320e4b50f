// The instruction classes: the names that counts and core descriptions use. One list, so that enum and names cannot differ.
#pragma once

#define VECWRAP_SIM_CLASSES(row) \
  row(int_alu) row(int_mul) row(int_div) row(load) row(store) row(fp_load) row(fp_store) row(branch) row(jump) \
  row(fp_add) row(fp_mul) row(fp_fma) row(fp_div) row(fp_sqrt) row(fp_sign) row(fp_minmax) row(fp_compare) \
  row(fp_convert) row(fp_move) row(atomic) row(csr) row(system) row(vset) \
  row(vload_unit) row(vload_strided) row(vload_indexed) row(vload_segment) row(vload_whole) row(vload_mask) \
  row(vstore_unit) row(vstore_strided) row(vstore_indexed) row(vstore_segment) row(vstore_whole) row(vstore_mask) \
  row(vint_alu) row(vint_shift) row(vint_minmax) row(vint_compare) row(vint_carry) row(vint_mul) row(vint_mac) \
  row(vint_div) row(vint_widen) row(vint_wmul) row(vint_wmac) row(vint_narrow) row(vint_extend) row(vint_merge) \
  row(vint_move) row(vfixed) row(vfixed_clip) row(vint_reduce) row(vint_wreduce) \
  row(vfp_add) row(vfp_mul) row(vfp_fma) row(vfp_wadd) row(vfp_wmul) row(vfp_wfma) row(vfp_div) row(vfp_sqrt) \
  row(vfp_compare) row(vfp_minmax) row(vfp_sign) row(vfp_class) row(vfp_estimate) row(vfp_convert) row(vfp_wconvert) \
  row(vfp_nconvert) row(vfp_reduce) row(vfp_reduce_ordered) row(vfp_wreduce) row(vfp_wreduce_ordered) row(vfp_merge) \
  row(vfp_move) row(vmask) row(vmask_scan) row(vmask_count) row(vid) row(vslide) row(vslide1) row(vgather) \
  row(vcompress) row(vto_scalar) row(vfrom_scalar) row(vmove_whole) row(unknown)

namespace vecwrap::sim {
enum Class : int {
#define VECWRAP_SIM_ROW(name) name,
  VECWRAP_SIM_CLASSES(VECWRAP_SIM_ROW)
#undef VECWRAP_SIM_ROW
  class_count
};
}  // namespace vecwrap::sim
