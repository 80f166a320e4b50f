// Building, querying and validating nests.
#include "samples.h"

namespace vecwrap {
namespace {

TEST(Nest, BuildersMakeWhatTheTextSays) {
  Nest n;
  n.name = "gemm";
  const int size = n.add_symbol("n"), lda = n.add_symbol("lda");
  n.add_dim("i", Int::symbol(size));
  n.add_dim("j", Int::constant(64));
  n.add_dim("k", Int::symbol(size), true);
  const int a = n.add_tensor("A"), b = n.add_tensor("B"), c = n.add_tensor("C");
  const Int row = Int::symbol(lda), one = Int::constant(4), zero;
  const int a0 = n.add_access(a, {row, zero, one}), a1 = n.add_access(b, {zero, one, row});
  n.out = n.add_access(c, {row, one, zero});
  n.init = n.constant(0);
  const int x = n.load(a0), y = n.load(a1);
  n.final = n.acc();
  n.update = n.add(Op::Fma, x, y, n.final);
  EXPECT_EQ(validate(n), "");
  EXPECT_EQ(print(n), kGemm);
}

TEST(Nest, AddDimExtendsEarlierAccesses) {
  Nest n;
  n.add_dim("i", Int::constant(2));
  n.add_access(n.add_tensor("A"), {Int::constant(4)});
  n.add_dim("j", Int::constant(2));
  ASSERT_EQ(n.accesses[0].strides.size(), 2u);
  EXPECT_TRUE(n.accesses[0].strides[1].is_zero());
}

TEST(Nest, LooksUpByName) {
  const Nest n = parsed(kGemm);
  EXPECT_EQ(n.dim("k"), 2);
  EXPECT_EQ(n.dim("x"), -1);
  EXPECT_EQ(n.tensor("B"), 1);
  EXPECT_EQ(n.tensor("i"), -1);
  EXPECT_EQ(n.argument_count(), 5);
  EXPECT_TRUE(n.has_reduction());
  EXPECT_FALSE(parsed(kRelu).has_reduction());
}

TEST(Nest, QueriesFollowOperands) {
  const Nest n = parsed(kGemm);
  EXPECT_TRUE(loads_access(n, n.update, 1));
  EXPECT_FALSE(loads_access(n, n.update, 2));
  EXPECT_FALSE(loads_access(n, n.init, 0));
  EXPECT_TRUE(uses_acc(n, n.update));
  EXPECT_FALSE(uses_acc(n, n.init));
  EXPECT_TRUE(depends_on(n, n.update, n.dim("k")));
  EXPECT_FALSE(depends_on(n, 1, n.dim("j"))); // A does not move with j
  EXPECT_FALSE(uses_acc(n, -1));
}

TEST(Nest, QueriesSeeThroughIndices) {
  const Nest n = parsed(kGather);
  EXPECT_TRUE(loads_access(n, n.final, 0));
  EXPECT_TRUE(depends_on(n, 0, n.dim("i"))); // A moves with i only through rows
  EXPECT_FALSE(n.still(1, n.dim("i")));
  EXPECT_TRUE(n.contiguous(1, n.dim("j")));
  EXPECT_TRUE(n.contiguous(2, n.dim("j"))); // bytes
  EXPECT_TRUE(n.converts(2));
  EXPECT_FALSE(n.converts(1));
}

struct BrokenGather { const char *from, *to, *complaint; };
class ValidateGather : public testing::TestWithParam<BrokenGather> {};

TEST_P(ValidateGather, NamesWhatIsWrong) {
  std::string text = kGather;
  const size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  const auto nest = parse_nest(text.replace(at, std::string(GetParam().from).size(), GetParam().to));
  ASSERT_FALSE(nest);
  EXPECT_NE(nest.refusal().detail.find(GetParam().complaint), std::string::npos) << nest.refusal().detail;
}

INSTANTIATE_TEST_SUITE_P(All, ValidateGather, testing::Values(
    BrokenGather{"rows:i64", "rows:u8", "reads u8, not i32 or i64"},
    BrokenGather{"rows:i64", "rows", "reads f32, not i32 or i64"},
    BrokenGather{"rows:i64", "rows:f80", "'f80' is not an element type"},
    BrokenGather{"[a0]*16", "[a2]*16", "which does not come before it"},
    BrokenGather{"[a0]*16", "[a0]16", "expected an index like [a0]*512"},
    BrokenGather{"[a0]*16", "[a0]*16 [a0]*16", "two indices"},
    BrokenGather{"i*4 j*1", "i*4 j*1 [a1]*1", "has an index itself"},
    BrokenGather{"i*16 j*4", "i*16 j*4 [a0]*16", "only reads may be indirect"},
    BrokenGather{"nest gather f32", "nest gather u8", "expected f32, f64 or i32"}));

TEST(Validate, DoesNotComputeInAllTypes) {
  Nest n = parsed(kRelu);
  n.type = Type::I8;
  EXPECT_EQ(validate(n), "a nest computes in f32, f64, i32 or i64, not in i8");
}

TEST(Validate, IndicesAreNotTheOutput) {
  std::string text = kGather;
  text.replace(text.find("access a0 rows + 0 : i*8"), 24, "access a0 C + 0 : i*8"), text.replace(text.find(" C\n"), 3, " C:i64\n");
  EXPECT_EQ(parse_nest(text).refusal().detail, "access a0 is an index and reads the output's tensor");
}

struct Broken { const char *from, *to, *complaint; };
class Validate : public testing::TestWithParam<Broken> {};

TEST_P(Validate, NamesWhatIsWrong) {
  const Broken &p = GetParam();
  std::string text = kGemm;
  const size_t at = text.find(p.from);
  ASSERT_NE(at, std::string::npos);
  const auto nest = parse_nest(text.replace(at, std::string(p.from).size(), p.to));
  ASSERT_FALSE(nest);
  EXPECT_EQ(nest.refusal().name, "bad-nest-text");
  EXPECT_NE(nest.refusal().detail.find(p.complaint), std::string::npos) << nest.refusal().detail;
}

INSTANTIATE_TEST_SUITE_P(All, Validate, testing::Values(
    Broken{"dim j 64", "dim j 0", "extent of dim 'j' is 0"},
    Broken{"dim j 64", "dim j 64\ndim j 64", "dim 'j' is declared twice"},
    Broken{"dim j 64", "dim j 64\ndim j.1 64", "dim name 'j.1'"},
    Broken{"dim j 64", "dim j m", "line 4: 'm' is neither a number nor a declared symbol"},
    Broken{"dim j 64", "dim j 64 parallel", "expected 'reduce'"},
    Broken{"a1 B", "a1 D", "'D' is not a declared tensor"},
    Broken{"a1 B", "a3 B", "expected a1"},
    Broken{"j*4 k*lda", "j*4 j*8", "two strides"},
    Broken{"j*4 k*lda", "j4", "expected dim*stride"},
    Broken{"B + 0", "B - 0", "expected '+', got '-'"},
    Broken{"B + 0", "B + x", "expected an offset"},
    Broken{"%1 = load a0", "%1 = load a9", "does not exist"},
    Broken{"%1 = load a0", "%1 = load", "at the end of the line"},
    Broken{"%1 = load a0", "%7 = load a0", "expected %1"},
    Broken{"%1 = load a0", "%1 = lod a0", "'lod' is not an op"},
    Broken{"%0 = const 0", "%0 = const 0.1", "not exact in f32"},
    Broken{"fma %1 %2 %3", "fma %1 %2 %4", "does not come before it"},
    Broken{"fma %1 %2 %3", "fma %1 %2 %3 %3", "left over"},
    Broken{"init %0", "init %3", "init uses acc"},
    Broken{"init %0", "init %1", "init depends on reduction dim 'k'"},
    Broken{"init %0\n", "", "init names node %-1"},
    Broken{"final %3", "final %4", "final depends on reduction dim 'k'"},
    Broken{"%1 = load a0", "%1 = load a2", "update loads the output; use acc"},
    Broken{"a1 B + 0 : j*4 k*lda", "a1 C + 0 : i*lda j*4", "access a1 is the same place as out a2"},
    Broken{"out a2", "out a0", "out a0 does not move with parallel dim 'j'"},
    Broken{"out a2", "out a7", "out names access a7"},
    Broken{"k n reduce", "k n", "out a2 does not move with parallel dim 'k'"},
    Broken{"f32 strict", "f80 strict", "expected f32, f64 or i32"},
    Broken{"f32 strict", "f32 fast", "expected strict or reassoc"},
    Broken{"out a2", "nest b f32 strict", "a second nest begins"},
    Broken{"nest gemm f32 strict\n", "", "line 1: expected 'nest"},
    Broken{"out a2", "store a2", "'store' does not begin any line"}));

TEST(Validate, FinalMayNotUseAccWithoutReduction) {
  std::string text = kRelu;
  text.replace(text.find("%1 = const 0"), 12, "%1 = acc");
  EXPECT_EQ(parse_nest(text).refusal().detail, "final uses acc, but the nest has no reduction dim");
}

TEST(Validate, EmptyNest) { EXPECT_EQ(validate(Nest{}), "the nest has no dims"); }

} // namespace
} // namespace vecwrap
