// The oracle against results worked out by hand.
#include "ir/interpret.h"
#include "samples.h"
#include <cmath>
#include <limits>

namespace vecwrap {
namespace {

int64_t address(const void *p) { return reinterpret_cast<int64_t>(p); }

TEST(Interpret, Gemm) {
  std::string text = kGemm;
  text.replace(text.find("dim j 64"), 8, "dim j 2");
  const Nest n = parsed(text);
  const float a[] = {1, 2, 99, 3, 4, 99}, b[] = {5, 6, 99, 7, 8, 99};
  float c[] = {-1, -1, 42, -1, -1, 42};
  const int64_t args[] = {address(a), address(b), address(c), 2, 3 * sizeof(float)};
  interpret(n, args);
  const float want[] = {19, 22, 42, 43, 50, 42}; // the padding column stays
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(c[i], want[i]) << i;
  EXPECT_EQ(flops(n, args), 2 * 2 * 2 * 2);
}

TEST(Interpret, Relu) {
  const Nest n = parsed(kRelu);
  double x[11] = {}, y[5];
  const double in[] = {-1, 2, NAN, -0.0, HUGE_VAL}, want[] = {0, 2, 0, 0, HUGE_VAL};
  for (int i = 0; i < 5; ++i)
    x[1 + 2 * i] = in[i];
  const int64_t args[] = {address(x), address(y)};
  interpret(n, args);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(y[i], want[i]) << i;
  EXPECT_EQ(flops(n, args), 0);
}

/// One node over three loaded values, for every type.
template <class T> T one(Op op, T a, T b = 0, T c = 0, Pred pred = Pred::True) {
  Nest n;
  n.type = sizeof(T) == 4 ? Type::F32 : Type::F64;
  n.add_dim("i", Int::constant(1));
  const int x = n.add_tensor("x"), y = n.add_tensor("y");
  for (int k = 0; k < 3; ++k)
    n.load(n.add_access(x, {Int::constant(4)}, int64_t(k * sizeof(T))));
  n.out = n.add_access(y, {Int::constant(4)});
  const int count = info_of(op).operands;
  n.final = op == Op::Select ? n.select(pred, 0, 1, 2, 1) : n.add(op, 0, count > 1 ? 1 : -1, count > 2 ? 2 : -1);
  EXPECT_EQ(validate(n), "");
  const T in[] = {a, b, c};
  T out = 0;
  const int64_t args[] = {address(in), address(&out)};
  interpret(n, args);
  return out;
}

TEST(Interpret, OpsRoundOnceToTheNestsType) {
  EXPECT_EQ(one<float>(Op::Add, 1.f, 1e-8f), 1.f);
  EXPECT_EQ(one<double>(Op::Add, 1., 1e-8), 1. + 1e-8);
  EXPECT_EQ(one<float>(Op::Sub, 3, 5), -2);
  EXPECT_EQ(one<float>(Op::Mul, 3, 5), 15);
  EXPECT_EQ(one<float>(Op::Div, 1, 3), 1.f / 3.f);
  EXPECT_EQ(one<double>(Op::Sqrt, 2), std::sqrt(2.0));
  EXPECT_EQ(one<float>(Op::Abs, -3), 3);
  EXPECT_TRUE(std::signbit(one<float>(Op::Neg, 0.f)));
  const float e = 1 + std::ldexp(1.f, -12); // e*e needs 25 bits: only the fused form keeps the last one
  EXPECT_EQ(one<float>(Op::Fma, e, e, -1), float(double(e) * e - 1));
  EXPECT_NE(one<float>(Op::Fma, e, e, -1), one<float>(Op::Sub, one<float>(Op::Mul, e, e), 1));
}

TEST(Interpret, RoundTakesTiesToEven) {
  const float cases[][2] = {{0.5f, 0}, {1.5f, 2}, {2.5f, 2}, {-1.5f, -2}, {3.49f, 3}, {1e30f, 1e30f}};
  for (const auto &[x, want] : cases)
    EXPECT_EQ(one<float>(Op::Round, x), want) << x;
}

TEST(Interpret, Pow2IsExactAndBounded) {
  for (int k = -126; k <= 127; ++k)
    EXPECT_EQ(one<float>(Op::Pow2, float(k)), std::ldexp(1.f, k));
  for (int k = -1022; k <= 1023; ++k)
    EXPECT_EQ(one<double>(Op::Pow2, k), std::ldexp(1., k));
  EXPECT_EQ(one<float>(Op::Pow2, 1000.f), std::ldexp(1.f, 127));
  EXPECT_EQ(one<float>(Op::Pow2, -HUGE_VALF), std::ldexp(1.f, -126));
  EXPECT_EQ(one<float>(Op::Pow2, NAN), std::ldexp(1.f, -126));
  EXPECT_EQ(one<float>(Op::Pow2, 2.49f), 4);
  EXPECT_EQ(one<float>(Op::Pow2, 2.5f), 8); // of two nearest integers the odd one
  EXPECT_EQ(one<float>(Op::Pow2, 3.5f), 8);
}

TEST(Interpret, ExponentIsTheExponentsBits) {
  EXPECT_EQ(one<float>(Op::Exponent, 1.f), 0);
  EXPECT_EQ(one<float>(Op::Exponent, -0.75f), -1);
  EXPECT_EQ(one<float>(Op::Exponent, 3.4e38f), 127);
  EXPECT_EQ(one<float>(Op::Exponent, 1e-40f), -127);
  EXPECT_EQ(one<float>(Op::Exponent, -HUGE_VALF), 128);
  EXPECT_EQ(one<double>(Op::Exponent, std::ldexp(1.5, -1022)), -1022);
  EXPECT_EQ(one<double>(Op::Exponent, 0.), -1023);
  EXPECT_EQ(one<double>(Op::Exponent, double(NAN)), 1024);
}

TEST(Interpret, BiasedIsMadeOfTheLowestBits) {
  for (int k = -126; k <= 127; ++k)
    EXPECT_EQ(one<float>(Op::Biased, float(k + pow2_magic(Type::F32))), std::ldexp(1.f, k));
  for (int k = -1022; k <= 1023; ++k)
    EXPECT_EQ(one<double>(Op::Biased, k + pow2_magic(Type::F64)), std::ldexp(1., k));
  EXPECT_EQ(one<float>(Op::Biased, float(-127 + pow2_magic(Type::F32))), 0);
  EXPECT_EQ(one<double>(Op::Biased, -1023 + pow2_magic(Type::F64)), 0);
  EXPECT_EQ(one<float>(Op::Biased, float(128 + pow2_magic(Type::F32))), HUGE_VALF);
}

/// One value copied from a tensor of one type to a tensor of another.
template <class To, class From> To convert(Type from, Type to, From value, Type compute = Type::F32) {
  Nest n;
  n.type = compute;
  n.add_dim("i", Int::constant(1));
  n.final = n.load(n.add_access(n.add_tensor("x", from), {Int::constant(8)}));
  n.out = n.add_access(n.add_tensor("y", to), {Int::constant(8)});
  EXPECT_EQ(validate(n), "");
  To out{};
  const int64_t args[] = {address(&value), address(&out)};
  interpret(n, args);
  return out;
}

TEST(Interpret, StoredTypesConvertAsInC) {
  EXPECT_EQ((convert<float>(Type::I64, Type::F32, int64_t(16777217))), 16777216.f); // rounded once
  EXPECT_EQ((convert<double>(Type::I64, Type::F64, int64_t(16777217), Type::F64)), 16777217.);
  EXPECT_EQ((convert<float>(Type::F64, Type::F32, 0.1)), 0.1f);
  EXPECT_EQ((convert<float>(Type::U8, Type::F32, uint8_t(200))), 200.f);
  EXPECT_EQ((convert<int32_t>(Type::F32, Type::I32, -2.9f)), -2);
  EXPECT_EQ((convert<uint8_t>(Type::F32, Type::U8, 257.5f)), 1);
  EXPECT_EQ((convert<uint8_t>(Type::F32, Type::U8, -1.f)), 255);
}

TEST(Interpret, WhatNoIntegerHoldsIsTheLeast) {
  for (float bad : {NAN, 3e9f, -3e9f, HUGE_VALF})
    EXPECT_EQ((convert<int32_t>(Type::F32, Type::I32, bad)), std::numeric_limits<int32_t>::min()) << bad;
  EXPECT_EQ((convert<int64_t>(Type::F64, Type::I64, 9.3e18, Type::F64)), std::numeric_limits<int64_t>::min());
  EXPECT_EQ((convert<int64_t>(Type::F64, Type::I64, -9.2233720368547758e18, Type::F64)), std::numeric_limits<int64_t>::min());
}

TEST(Interpret, Gather) {
  const int64_t rows[] = {2, 0, 2};
  float a[12], c[12];
  uint8_t b[12];
  for (int i = 0; i < 12; ++i)
    a[i] = float(i), b[i] = uint8_t(100 + i);
  const int64_t args[] = {address(rows), address(a), address(b), address(c)};
  interpret(parsed(kGather), args);
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(c[i], a[rows[i / 4] * 4 + i % 4] + b[i]) << i;
}

TEST(Interpret, PredicatesAreTheBitsOfLlvm) {
  const struct { double a, b; int bit; } cases[] = {{1, 1, 1}, {2, 1, 2}, {1, 2, 4}, {NAN, 1, 8}, {1, NAN, 8}};
  for (const auto &c : cases)
    for (int p = 0; p < 16; ++p) {
      const double got = one<double>(Op::Select, c.a, c.b, 7, static_cast<Pred>(p));
      if (p & c.bit)
        EXPECT_EQ(got, 7) << kPreds[p] << " " << c.a << " " << c.b;
      else
        EXPECT_TRUE(got == c.b || std::isnan(c.b)) << kPreds[p] << " " << c.a << " " << c.b;
    }
}

TEST(Interpret, ReductionIsInOrder) {
  Nest n = parsed(R"(nest sum f32 strict
dim i 1
dim k 3 reduce
tensor x y
access a0 x + 0 : k*4
access a1 y + 0 : i*4
%0 = const 0
%1 = acc
%2 = load a0
%3 = add %1 %2
init %0
update %3
final %1
out a1
)");
  const float big = 16777216, x[] = {big, 1, 1}; // left to right both ones are lost
  float y = 0;
  const int64_t args[] = {address(x), address(&y)};
  interpret(n, args);
  EXPECT_EQ(y, big);
  EXPECT_EQ(flops(n, args), 3);
}

} // namespace
} // namespace vecwrap
