// The one text form of a nest: golden tests, remarks, data sets and prompts use it. Grammar in docs/nest.md.
//
//   nest gemm f32 strict
//   symbol n lda
//   dim i n
//   dim j 64
//   dim k n reduce
//   tensor A B C
//   access a0 A + 0 : i*lda k*4          # byte strides; dims not listed have stride 0
//   access a1 B + 0 : k*lda j*4
//   access a2 C + 0 : i*lda j*4
//   %0 = const 0
//   %1 = load a0
//   %2 = load a1
//   %3 = acc
//   %4 = fma %1 %2 %3
//   init %0
//   update %4
//   final %3
//   out a2
#pragma once
#include "ir/nest.h"
#include "ir/result.h"

namespace vecwrap {

std::string print(const Nest &);
Result<Nest> parse_nest(const std::string &text);

} // namespace vecwrap
