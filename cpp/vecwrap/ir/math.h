// Elementary functions as nodes of a nest: what is left of them are fma, round, pow2 and select, so that every target
// computes the same bits. docs/nest.md has the error bounds, tests/python/test_math.py measures them.
#pragma once
#include "ir/nest.h"

namespace vecwrap {

struct MathFunction {
  const char *name;
  int (*build)(Nest &, int x);
  bool f64; ///< has a form in double precision
};
inline constexpr int kMathFunctions = 4;
extern const MathFunction kMath[kMathFunctions];

/// The node that holds name(x); -1 if there is no such function in the nest's type.
int math(Nest &, const std::string &name, int x);

} // namespace vecwrap
