// Vector program -> x86-64 machine code through Xbyak. One emitter for AVX2+FMA and AVX-512.
#pragma once
#include "codegen/vprogram.h"
#include "ir/result.h"
#include "target/target.h"

namespace vecwrap::x86 {

struct Code { std::vector<uint8_t> bytes; int64_t stack_bytes = 0; };
Result<Code> emit(const VProgram &, const Target &);

} // namespace vecwrap::x86
