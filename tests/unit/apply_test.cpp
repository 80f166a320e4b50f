// Which sentences apply to which nests: the legal ones give the expected loop tree, each illegal one its refusal.
#include "samples.h"
#include "schedule/apply.h"
#include <algorithm>

namespace vecwrap {
namespace {

const Target &avx512() { return targets()[0]; }

Nest nest_of(std::string text) {
  auto nest = parse_nest(text);
  EXPECT_TRUE(nest) << nest.refusal().text();
  return *nest;
}

std::string outcome(const Nest &nest, const std::string &sentence) {
  auto parsed = parse_sentence(sentence);
  EXPECT_TRUE(parsed) << sentence;
  auto tree = apply(nest, *parsed, avx512());
  return tree ? "ok" : tree.refusal().name;
}

TEST(Apply, PrintsTheLoopTree) {
  auto sentence = parse_sentence("v1 split(i,8) split(j,32) split(k,64) reorder(j,k,i,k.1,i.1,j.1) pack(B,k) tile(i.1,j.1) "
                                 "vectorize(j.1) unroll(k.1,2)");
  auto tree = apply(nest_of(kGemm), *sentence, avx512());
  ASSERT_TRUE(tree) << tree.refusal().text();
  EXPECT_EQ(print(*tree), "for j in 0..64 step 32\n"
                          "  for k in 0..n step 64 reduce\n"
                          "    pack B\n"
                          "    for i in 0..n step 8\n"
                          "      for k.1 in 0..64 reduce unroll 2\n"
                          "        for i.1 in 0..8 tile\n"
                          "          for j.1 in 0..32 tile vector\n"
                          "            gemm\n");
  EXPECT_EQ(tree->scope, 3);
  EXPECT_EQ(tree->tile, 4);
}

struct Case { const char *sentence, *outcome; };

class ApplyGemm : public testing::TestWithParam<Case> {};

TEST_P(ApplyGemm, HasThisOutcome) { EXPECT_EQ(outcome(nest_of(kGemm), GetParam().sentence), GetParam().outcome); }

INSTANTIATE_TEST_SUITE_P(
    Cases, ApplyGemm,
    testing::Values(Case{"v1", "ok"}, Case{"v1 reorder(k,j,i)", "ok"}, Case{"v1 split(x,4)", "unknown-loop"},
                    Case{"v1 split(j,65)", "bad-factor"},
                    Case{"v1 split(j,8) split(j,4)", "split-twice"}, Case{"v1 split(j,8) split(j.1,4)", "ok"},
                    Case{"v1 reorder(i,j)", "not-a-permutation"}, Case{"v1 reorder(i,j,i)", "not-a-permutation"},
                    Case{"v1 split(i,4) reorder(i.1,i,j,k)", "split-order"}, Case{"v1 tile(i)", "tile-not-innermost"},
                    Case{"v1 tile(k)", "tile-reduction"}, Case{"v1 reorder(k,j,i) tile(i)", "tile-extent"},
                    Case{"v1 reorder(k,i,j) vectorize(j)", "vector-not-innermost"},
                    Case{"v1 reorder(k,i,j) tile(j) vectorize(j) unroll(i,2)", "unroll-not-innermost"},
                    Case{"v1 reorder(i,k,j) tile(j) vectorize(j) unroll(k,2)", "ok"},
                    Case{"v1 unroll(k,65)", "bad-factor"}, Case{"v1 pack(X,i)", "unknown-tensor"},
                    Case{"v1 pack(A,q)", "unknown-loop"}, Case{"v1 pack(A,k)", "pack-too-deep"},
                    Case{"v1 pack(A,i) pack(A,j)", "pack-twice"}));

TEST(Apply, KeepsTheOrderOfStrictReductions) {
  const std::string conv = "nest conv f32 strict\ndim x 8\ndim c 4 reduce\ndim k 3 reduce\ntensor X W Y\n"
                           "access a0 X + 0 : x*4 c*64 k*4\naccess a1 W + 0 : c*12 k*4\naccess a2 Y + 0 : x*4\n"
                           "%0 = const 0\n%1 = load a0\n%2 = load a1\n%3 = acc\n%4 = fma %1 %2 %3\n"
                           "init %0\nupdate %4\nfinal %3\nout a2\n";
  Nest nest = nest_of(conv);
  EXPECT_EQ(outcome(nest, "v1 reorder(c,x,k)"), "ok");
  EXPECT_EQ(outcome(nest, "v1 reorder(k,c,x)"), "reduction-order");
  EXPECT_EQ(outcome(nest, "v1 split(c,2) reorder(c,k,c.1,x)"), "reduction-order");
  EXPECT_EQ(outcome(nest, "v1 split(c,4) reorder(c,k,c.1,x)"), "reduction-order");
  EXPECT_EQ(outcome(nest, "v1 split(c,2) reorder(c,c.1,k,x)"), "ok");
  nest.reassoc = true;
  EXPECT_EQ(outcome(nest, "v1 reorder(k,c,x)"), "ok");
}

TEST(Apply, RefusesPartialSumsOverAnOutputThatIsStillRead) {
  std::string text = kGemm;
  text.replace(text.find("init %0"), std::string::npos,
               "%5 = load a2\n%6 = add %3 %5\ninit %0\nupdate %4\nfinal %6\nout a2\n");
  const Nest nest = nest_of(text);
  EXPECT_EQ(outcome(nest, "v1 reorder(k,i,j)"), "partial-sums");
  EXPECT_EQ(outcome(nest, "v1 reorder(i,j,k)"), "ok");
  EXPECT_EQ(outcome(nest, "v1 split(i,8) reorder(i,k,i.1,j) pack(C,i)"), "ok");
  EXPECT_EQ(outcome(nest, "v1 split(i,8) reorder(i,k,i.1,j) pack(C,k)"), "pack-too-deep");
}

TEST(Apply, JoinsLanesOfReductionsThatMayBeReassociated) {
  Nest nest = nest_of(kGemm);
  const std::string lanes = "v1 split(i,4) split(k,64) reorder(i,j,k,i.1,k.1) tile(i.1,k.1) vectorize(k.1)";
  EXPECT_EQ(outcome(nest, lanes), "vector-reduction") << "strict";
  nest.reassoc = true;
  EXPECT_EQ(outcome(nest, lanes), "ok");
  EXPECT_EQ(outcome(nest, "v1 split(k,64) reorder(k,i,j,k.1) tile(k.1) vectorize(k.1)"), "vector-reduction") << "partial sums";
  EXPECT_EQ(outcome(nest, "v1 split(k,64) reorder(i,k,k.1,j) tile(k.1,j) vectorize(j)"), "tile-reduction");
}

/// `update` over acc (%0), x (%1), 1 (%2) and y (%3).
std::string outcome_of_update(const std::string &update) {
  return outcome(nest_of("nest row f32 reassoc\ndim i 8\ndim k 64 reduce\ntensor X Y Z\naccess a0 X + 0 : i*256 k*4\n"
                         "access a1 Y + 0 : k*4\naccess a2 Z + 0 : i*4\n%0 = acc\n%1 = load a0\n%2 = const 1\n%3 = load a1\n" +
                         update + "init %2\nupdate %" + std::to_string(3 + std::count(update.begin(), update.end(), '\n')) +
                         "\nfinal %0\nout a2\n"),
                 "v1 tile(k) vectorize(k)");
}

TEST(Apply, KnowsWhichUpdatesJoin) {
  for (const char *joins : {"%4 = add %0 %1\n", "%4 = add %1 %0\n", "%4 = sub %0 %1\n", "%4 = fma %1 %3 %0\n", "%4 = mul %1 %0\n",
                            "%4 = select ogt %0 %1 %0 %1\n", "%4 = select ule %1 %0 %0 %1\n", "%4 = add %0 %1\n%5 = fma %1 %3 %4\n"})
    EXPECT_EQ(outcome_of_update(joins), "ok") << joins;
  for (const char *odd : {"%4 = sub %1 %0\n", "%4 = fma %0 %1 %3\n", "%4 = div %0 %1\n", "%4 = select oeq %0 %1 %0 %1\n",
                          "%4 = select ogt %0 %1 %0 %3\n", "%4 = add %0 %0\n", "%4 = add %0 %1\n%5 = mul %4 %3\n", "%4 = abs %0\n"})
    EXPECT_EQ(outcome_of_update(odd), "vector-reduction") << odd;
}

TEST(Apply, MarksTheReluNest) { EXPECT_EQ(outcome(nest_of(kRelu), "v1 tile(i)"), "ok"); }

} // namespace
} // namespace vecwrap
