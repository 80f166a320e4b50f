// Nests that several tests use.
#pragma once
#include "ir/text.h"
#include <gtest/gtest.h>

namespace vecwrap {

/// The example of ir/text.h, without its comments: C[i,j] = sum over k of A[i,k]*B[k,j], fused.
inline const char *const kGemm = R"(nest gemm f32 strict
symbol n lda
dim i n
dim j 64
dim k n reduce
tensor A B C
access a0 A + 0 : i*lda k*4
access a1 B + 0 : j*4 k*lda
access a2 C + 0 : i*lda j*4
%0 = const 0
%1 = load a0
%2 = load a1
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a2
)";

/// y[i] = x[i] > 0 ? x[i] : 0, with no reduction.
inline const char *const kRelu = R"(nest relu f64 strict
dim i 5
tensor x y
access a0 x + 8 : i*16
access a1 y + 0 : i*8
%0 = load a0
%1 = const 0
%2 = select ogt %0 %1 %0 %1
final %2
out a1
)";

/// C[i,j] = A[rows[i],j] + B[i,j]: a gather, and a tensor of bytes.
inline const char *const kGather = R"(nest gather f32 strict
dim i 3
dim j 4
tensor rows:i64 A B:u8 C
access a0 rows + 0 : i*8
access a1 A + 0 : j*4 [a0]*16
access a2 B + 0 : i*4 j*1
access a3 C + 0 : i*16 j*4
%0 = load a1
%1 = load a2
%2 = add %0 %1
final %2
out a3
)";

inline Nest parsed(const std::string &text) {
  auto nest = parse_nest(text);
  EXPECT_TRUE(nest) << nest.refusal().text();
  return nest ? *nest : Nest{};
}

} // namespace vecwrap
