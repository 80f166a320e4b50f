// Elementary functions as nodes of a nest: what is left of them are fma, round, pow2, biased, exponent and select, so that every
// target computes the same bits. docs/math.md has the error bounds, tests/python/test_math.py measures them.
#pragma once
#include "ir/nest.h"
#include <string>
#include <vector>

namespace vecwrap {

/// The node that holds the function of `in`.
namespace build {
int exp(Nest &, const int *in);
int tanh(Nest &, const int *in);
int sigmoid(Nest &, const int *in);
int erf(Nest &, const int *in);
int log(Nest &, const int *in);
int log2(Nest &, const int *in);
int pow(Nest &, const int *in);
int rsqrt(Nest &, const int *in);
int sin(Nest &, const int *in);
int cos(Nest &, const int *in);
int silu(Nest &, const int *in);
int gelu(Nest &, const int *in);
int gelu_tanh(Nest &, const int *in);
} // namespace build

struct MathFunction {
  const char *name;
  int operands;
  int (*build)(Nest &, const int *in);
};
inline constexpr MathFunction kMath[] = {
    {"exp", 1, build::exp}, {"tanh", 1, build::tanh}, {"sigmoid", 1, build::sigmoid}, {"erf", 1, build::erf},
    {"log", 1, build::log}, {"log2", 1, build::log2}, {"pow", 2, build::pow},         {"rsqrt", 1, build::rsqrt},
    {"sin", 1, build::sin}, {"cos", 1, build::cos},   {"silu", 1, build::silu}, {"gelu", 1, build::gelu},     {"gelu_tanh", 1, build::gelu_tanh},
};

/// The node that holds name(in...); -1 if there is no such function of that many operands.
int math(Nest &, const std::string &name, const std::vector<int> &in);

} // namespace vecwrap
