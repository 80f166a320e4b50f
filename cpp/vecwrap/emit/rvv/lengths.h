// Code for several vector lengths in one function.
#pragma once
#include "emit/kernel.h"

namespace vecwrap::rvv {

/// A kernel and the least vector length (bytes) that it is right for.
struct Variant { int vector_bytes; Kernel kernel; };

/// A kernel that asks for vlenb and goes on as the variant for the longest vectors that fit. Variants: of one nest, not empty.
Kernel for_lengths(std::vector<Variant>);

} // namespace vecwrap::rvv
