// Half precision: for each operation on f registers in single precision, the one of Zfh.
#include "emit/rvv/emitter.h"
#include <stdexcept>

namespace vecwrap::rvv {
namespace {

struct Pair { Op single, half; };
constexpr Pair kPairs[] = {
    {Op::Flw, Op::Flh},           {Op::Fsw, Op::Fsh},         {Op::FaddS, Op::FaddH},   {Op::FsubS, Op::FsubH},
    {Op::FmulS, Op::FmulH},       {Op::FdivS, Op::FdivH},     {Op::FsqrtS, Op::FsqrtH}, {Op::FmaddS, Op::FmaddH},
    {Op::FmaxS, Op::FmaxH},       {Op::FminS, Op::FminH},     {Op::FnegS, Op::FnegH},   {Op::FabsS, Op::FabsH},
    {Op::FmvS, Op::FmvH},         {Op::FsgnjS, Op::FsgnjH},   {Op::FeqS, Op::FeqH},     {Op::FltS, Op::FltH},
    {Op::FleS, Op::FleH},         {Op::FcvtSW, Op::FcvtHW},   {Op::FcvtSL, Op::FcvtHL}, {Op::FcvtWSN, Op::FcvtWHN},
    {Op::FmvWX, Op::FmvHX},       {Op::FmvXW, Op::FmvXH},
};

} // namespace

Op half_of(Op single) {
  for (const Pair &p : kPairs)
    if (p.single == single) return p.half;
  throw std::logic_error("an operation without a form in half precision");
}

} // namespace vecwrap::rvv
