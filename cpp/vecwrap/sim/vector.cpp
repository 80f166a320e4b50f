#include "vector.h"

namespace vecwrap::sim {
namespace {

constexpr uint8_t W = kWideVd, W2 = kWideVs2, A = kReadsVd, M = kMaskVd, MM = kMaskVd | kMaskVs, S = kScalarVd;

const VectorRow kRows[] = {
    {'i', 0x00, vint_alu, 0}, {'i', 0x02, vint_alu, 0}, {'i', 0x03, vint_alu, 0}, {'i', 0x04, vint_minmax, 0},
    {'i', 0x05, vint_minmax, 0}, {'i', 0x06, vint_minmax, 0}, {'i', 0x07, vint_minmax, 0}, {'i', 0x09, vint_alu, 0},
    {'i', 0x0a, vint_alu, 0}, {'i', 0x0b, vint_alu, 0}, {'i', 0x0c, vgather, 0}, {'i', 0x0e, vslide, A},
    {'i', 0x0f, vslide, 0}, {'i', 0x10, vint_carry, 0}, {'i', 0x11, vint_carry, M}, {'i', 0x12, vint_carry, 0},
    {'i', 0x13, vint_carry, M}, {'i', 0x17, vint_merge, 0}, {'i', 0x18, vint_compare, M}, {'i', 0x19, vint_compare, M},
    {'i', 0x1a, vint_compare, M}, {'i', 0x1b, vint_compare, M}, {'i', 0x1c, vint_compare, M},
    {'i', 0x1d, vint_compare, M}, {'i', 0x1e, vint_compare, M}, {'i', 0x1f, vint_compare, M}, {'i', 0x20, vfixed, 0},
    {'i', 0x21, vfixed, 0}, {'i', 0x22, vfixed, 0}, {'i', 0x23, vfixed, 0}, {'i', 0x25, vint_shift, 0},
    {'i', 0x27, vfixed, 0}, {'i', 0x28, vint_shift, 0}, {'i', 0x29, vint_shift, 0}, {'i', 0x2a, vfixed, 0},
    {'i', 0x2b, vfixed, 0}, {'i', 0x2c, vint_narrow, W2}, {'i', 0x2d, vint_narrow, W2}, {'i', 0x2e, vfixed_clip, W2},
    {'i', 0x2f, vfixed_clip, W2}, {'i', 0x30, vint_wreduce, S}, {'i', 0x31, vint_wreduce, S},

    {'m', 0x00, vint_reduce, S}, {'m', 0x01, vint_reduce, S}, {'m', 0x02, vint_reduce, S}, {'m', 0x03, vint_reduce, S},
    {'m', 0x04, vint_reduce, S}, {'m', 0x05, vint_reduce, S}, {'m', 0x06, vint_reduce, S}, {'m', 0x07, vint_reduce, S},
    {'m', 0x08, vfixed, 0}, {'m', 0x09, vfixed, 0}, {'m', 0x0a, vfixed, 0}, {'m', 0x0b, vfixed, 0},
    {'m', 0x0e, vslide1, 0}, {'m', 0x0f, vslide1, 0}, {'m', 0x10, vto_scalar, kToX}, {'m', 0x12, vint_extend, 0},
    {'m', 0x14, vmask_scan, kMaskVs}, {'m', 0x17, vcompress, 0}, {'m', 0x18, vmask, MM}, {'m', 0x19, vmask, MM},
    {'m', 0x1a, vmask, MM}, {'m', 0x1b, vmask, MM}, {'m', 0x1c, vmask, MM}, {'m', 0x1d, vmask, MM},
    {'m', 0x1e, vmask, MM}, {'m', 0x1f, vmask, MM}, {'m', 0x20, vint_div, 0}, {'m', 0x21, vint_div, 0},
    {'m', 0x22, vint_div, 0}, {'m', 0x23, vint_div, 0}, {'m', 0x24, vint_mul, 0}, {'m', 0x25, vint_mul, 0},
    {'m', 0x26, vint_mul, 0}, {'m', 0x27, vint_mul, 0}, {'m', 0x29, vint_mac, A}, {'m', 0x2b, vint_mac, A},
    {'m', 0x2d, vint_mac, A}, {'m', 0x2f, vint_mac, A}, {'m', 0x30, vint_widen, W}, {'m', 0x31, vint_widen, W},
    {'m', 0x32, vint_widen, W}, {'m', 0x33, vint_widen, W}, {'m', 0x34, vint_widen, W | W2},
    {'m', 0x35, vint_widen, W | W2}, {'m', 0x36, vint_widen, W | W2}, {'m', 0x37, vint_widen, W | W2},
    {'m', 0x38, vint_wmul, W}, {'m', 0x3a, vint_wmul, W}, {'m', 0x3b, vint_wmul, W}, {'m', 0x3c, vint_wmac, W | A},
    {'m', 0x3d, vint_wmac, W | A}, {'m', 0x3e, vint_wmac, W | A}, {'m', 0x3f, vint_wmac, W | A},

    {'f', 0x00, vfp_add, 0}, {'f', 0x01, vfp_reduce, S}, {'f', 0x02, vfp_add, 0}, {'f', 0x03, vfp_reduce_ordered, S},
    {'f', 0x04, vfp_minmax, 0}, {'f', 0x05, vfp_reduce, S}, {'f', 0x06, vfp_minmax, 0}, {'f', 0x07, vfp_reduce, S},
    {'f', 0x08, vfp_sign, 0}, {'f', 0x09, vfp_sign, 0}, {'f', 0x0a, vfp_sign, 0}, {'f', 0x0e, vslide1, 0},
    {'f', 0x0f, vslide1, 0}, {'f', 0x10, vto_scalar, kToX}, {'f', 0x12, vfp_convert, 0}, {'f', 0x13, vfp_sqrt, 0},
    {'f', 0x17, vfp_merge, 0}, {'f', 0x18, vfp_compare, M}, {'f', 0x19, vfp_compare, M}, {'f', 0x1b, vfp_compare, M},
    {'f', 0x1c, vfp_compare, M}, {'f', 0x1d, vfp_compare, M}, {'f', 0x1f, vfp_compare, M}, {'f', 0x20, vfp_div, 0},
    {'f', 0x21, vfp_div, 0}, {'f', 0x24, vfp_mul, 0}, {'f', 0x27, vfp_add, 0}, {'f', 0x28, vfp_fma, A},
    {'f', 0x29, vfp_fma, A}, {'f', 0x2a, vfp_fma, A}, {'f', 0x2b, vfp_fma, A}, {'f', 0x2c, vfp_fma, A},
    {'f', 0x2d, vfp_fma, A}, {'f', 0x2e, vfp_fma, A}, {'f', 0x2f, vfp_fma, A}, {'f', 0x30, vfp_wadd, W},
    {'f', 0x31, vfp_wreduce, S}, {'f', 0x32, vfp_wadd, W}, {'f', 0x33, vfp_wreduce_ordered, S},
    {'f', 0x34, vfp_wadd, W | W2}, {'f', 0x36, vfp_wadd, W | W2}, {'f', 0x38, vfp_wmul, W}, {'f', 0x3c, vfp_wfma, W | A},
    {'f', 0x3d, vfp_wfma, W | A}, {'f', 0x3e, vfp_wfma, W | A}, {'f', 0x3f, vfp_wfma, W | A},
};

}  // namespace

const VectorRow *vector_row(char group, unsigned funct6) {
  for (const VectorRow &row : kRows)
    if (row.group == group && row.funct6 == funct6) return &row;
  return nullptr;
}

}  // namespace vecwrap::sim
