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
    if (o == Op::Const || o == Op::Load || o == Op::Acc || o == Op::Place || o == Op::Convert || !has_op(type, o)) continue; // (a place takes an update, a conversion another type: below)
    const int count = kOps[op].operands;
    last = n.add(o, last, count > 1 ? 0 : -1, count > 2 ? 1 : -1, count > 3 ? last : -1);
  }
  n.final = last;
  ASSERT_EQ(validate(n), "");
  const std::string text = print(n);
  EXPECT_EQ(print(parsed(text)), text);
  for (size_t op = 0; op < std::size(kOps); ++op) {
    const Op o = static_cast<Op>(op);
    const bool elsewhere = !has_op(type, o) || o == Op::Acc || o == Op::Place || o == Op::Convert;
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

/// Sums of bytes, scaled in floats.
const std::string kScaled = "nest scaled i32 strict\ndim i 3\ndim k 17 reduce\ntensor X:i8 S:f32 Y:u8\n"
                            "access a0 X + 0 : i*17 k*1\naccess a1 S + 0 : i*4 as f32\naccess a2 Y + 0 : i*1 as f32\n"
                            "%0 = const 0\n%1 = load a0\n%2 = acc\n%3 = add %1 %2\n%4 = convert.f32 %2\n%5 = load a1\n"
                            "%6 = const.f32 0.5\n%7 = fma %4 %5 %6\ninit %0\nupdate %3\nfinal %7\nout a2\n";

TEST(Text, TypesOfNodesRoundTrip) {
  const Nest n = parsed(kScaled);
  EXPECT_EQ(print(n), kScaled);
  EXPECT_TRUE(is_mixed(n));
  EXPECT_FALSE(is_mixed(n, n.update));
  for (int node : {4, 5, 6, 7}) EXPECT_EQ(n.type_of(node), Type::F32) << node;
  for (int node : {0, 1, 2, 3}) EXPECT_EQ(n.type_of(node), Type::I32) << node;
}

std::string with(const std::string &line, const std::string &changed) {
  std::string text = kScaled;
  return text.replace(text.find(line), line.size(), changed);
}

TEST(Text, TypesThatDoNotFitAreRefused) {
  const struct { std::string text, why; } cases[] = {
      {with("update %3", "update %7"), "init and update compute in i32; only final may convert"},
      {with("final %7", "final %2"), "final is of i32, but out a2 is as f32"},
      {with("convert.f32 %2", "convert.i32 %2"), "node %4 (convert) is of i32, its operand %2 of i32"},
      {with("fma %4 %5 %6", "fma %4 %5 %0"), "node %7 (fma) is of f32, its operand %0 of i32"},
      {with("const.f32 0.5", "const.f64 0.5"), "node %6 (const) is of f64, which does not mix with i32"},
      {with("i*4 as f32", "i*4 as f64"), "node %5 (load) is of f64, which does not mix with i32"},
      {with("fma %4 %5 %6", "and %4 %5"), "node %7 (and) takes a nest of i32 or i64"},
      {with("%3 = add", "%3 = add.f32"), "line 11: only const and convert say their type"},
      {with("const.f32 0.5", "const.u8 1"), "line 14: 'u8' is not a type that is computed in"},
  };
  for (const auto &c : cases) EXPECT_EQ(parse_nest(c.text).refusal().detail, c.why);
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
