// The text form: it round-trips, and every op and predicate has a spelling in it.
#include "samples.h"
#include <cmath>

namespace vecwrap {
namespace {

TEST(Text, RoundTrips) {
  for (const char *text : {kGemm, kRelu, kGather})
    EXPECT_EQ(print(parsed(text)), text);
}

TEST(Text, IgnoresCommentsAndBlankLines) {
  EXPECT_EQ(print(parsed("# a comment\n\n" + std::string(kGemm) + "  # the end\n")), kGemm);
}

TEST(Text, EmptyTextIsRefused) { EXPECT_EQ(parse_nest("").refusal().detail, "the text is empty"); }

/// All ops that a type has, in one nest.
void every_op_round_trips(Type type) {
  Nest n = parsed(kRelu);
  n.type = type;
  int last = 0;
  for (size_t op = 0; op < std::size(kOps); ++op) {
    const Op o = static_cast<Op>(op);
    if (o == Op::Const || o == Op::Load || o == Op::Acc || o == Op::Place || !has_op(type, o)) continue; // (a place takes an update, below)
    const int count = kOps[op].operands;
    last = n.add(o, last, count > 1 ? 0 : -1, count > 2 ? 1 : -1, count > 3 ? last : -1);
  }
  n.final = last;
  ASSERT_EQ(validate(n), "");
  const std::string text = print(n);
  EXPECT_EQ(print(parsed(text)), text);
  for (size_t op = 0; op < std::size(kOps); ++op) {
    const bool elsewhere = !has_op(type, Op(op)) || Op(op) == Op::Acc || Op(op) == Op::Place;
    EXPECT_TRUE(elsewhere || text.find(std::string("= ") + kOps[op].name) != std::string::npos) << kOps[op].name;
  }
}

TEST(Text, EveryOpRoundTrips) {
  for (Type t : {Type::F32, Type::I32, Type::I64}) every_op_round_trips(t);
}

TEST(Text, PlacesRoundTrip) {
  const std::string text = "nest place f32 strict\ndim i 3\ndim k 17 reduce\ntensor X Y:i32\naccess a0 X + 0 : i*68 k*4\naccess a1 Y + 0 : i*4\n"
                           "%0 = const -inf\n%1 = load a0\n%2 = acc\n%3 = select ogt %1 %2 %1 %2\n%4 = place\ninit %0\nupdate %3\nfinal %4\nout a1\n";
  EXPECT_EQ(print(parsed(text)), text);
}

TEST(Text, EveryPredicateRoundTrips) {
  Nest n = parsed(kRelu);
  for (size_t p = 0; p < std::size(kPreds); ++p)
    n.final = n.select(static_cast<Pred>(p), 0, 1, 0, 1);
  const Nest again = parsed(print(n));
  for (size_t p = 0; p < std::size(kPreds); ++p)
    EXPECT_EQ(again.nodes[3 + p].pred, static_cast<Pred>(p));
}

TEST(Text, ConstantsKeepTheirBits) {
  for (double v : {0.0, -0.0, 0.1, 1e-310, 1.7976931348623157e308, HUGE_VAL, -HUGE_VAL}) {
    Nest n = parsed(kRelu);
    n.final = n.constant(v);
    const double again = parsed(print(n)).nodes.back().value;
    EXPECT_EQ(again, v);
    EXPECT_EQ(std::signbit(again), std::signbit(v));
  }
  Nest n = parsed(kRelu);
  n.final = n.constant(NAN);
  EXPECT_TRUE(std::isnan(parsed(print(n)).nodes.back().value));
}

TEST(Text, NegativeOffsetsAndStrides) {
  std::string text = kRelu;
  text.replace(text.find("x + 8 : i*16"), 12, "x + -8 : i*-16");
  const Nest n = parsed(text);
  EXPECT_EQ(n.accesses[0].offset, -8);
  EXPECT_EQ(n.accesses[0].strides[0].value, -16);
  EXPECT_EQ(print(n), text);
}

} // namespace
} // namespace vecwrap
