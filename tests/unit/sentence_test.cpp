// Sentences: round trip, and a refusal with a position for everything else.
#include "schedule/sentence.h"
#include <gtest/gtest.h>

namespace vecwrap {
namespace {

const char *const kSentences[] = {
    "v1", "v1 split(i,14)", "v1 unroll(k,2)", "v1 reorder(j,i,k,i.1,j.1)",
    "v1 split(i,14) split(j,32) reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1) unroll(k,2)",
    "v1 pack(A,-) tile(i)", "v1 tile(j) vectorize(j,4)"};

TEST(Sentence, RoundTrips) {
  for (const char *text : kSentences) {
    const auto s = parse_sentence(text);
    ASSERT_TRUE(s) << s.refusal().text();
    EXPECT_EQ(print(*s), text);
    EXPECT_EQ(*parse_sentence(print(*s)), *s);
  }
}

TEST(Sentence, EveryStepOfTheTableRoundTrips) {
  Sentence all;
  for (size_t k = 0; k < std::size(kSteps); ++k) {
    Step step{static_cast<StepKind>(k), {}, kSteps[k].factor == Factor::None ? 0 : 3};
    step.names.assign(kSteps[k].names < 0 ? 4 : kSteps[k].names, "i");
    all.steps.push_back(step);
  }
  const auto again = parse_sentence(print(all));
  ASSERT_TRUE(again) << again.refusal().text();
  EXPECT_EQ(*again, all);
}

TEST(Sentence, SpaceIsFree) {
  EXPECT_EQ(print(*parse_sentence("  v1   split(i,4)\n tile(j)  ")), "v1 split(i,4) tile(j)");
}

struct Bad { const char *text, *name, *detail; };
class BadSentence : public testing::TestWithParam<Bad> {};

TEST_P(BadSentence, IsRefusedWithItsPosition) {
  const auto s = parse_sentence(GetParam().text);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.refusal().name, GetParam().name);
  EXPECT_EQ(s.refusal().detail.find(GetParam().detail), 0u) << s.refusal().detail;
  EXPECT_EQ(s.refusal().detail.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, BadSentence, testing::Values(
    Bad{"", "unknown-sentence-version", "column 1:"},
    Bad{"split(i,4)", "unknown-sentence-version", "column 1:"},
    Bad{"v2 split(i,4)", "unknown-sentence-version", "column 1:"},
    Bad{"v1(", "malformed-sentence", "column 3: expected a space"},
    Bad{"v1 fuse(i)", "unknown-step", "column 4: there is no step 'fuse'"},
    Bad{"v1 (i)", "unknown-step", "column 4: expected a step"},
    Bad{"v1 split", "malformed-sentence", "column 9: expected '(', got the end of the text"},
    Bad{"v1 split(i", "malformed-sentence", "column 11: expected ')'"},
    Bad{"v1 split(i)", "malformed-sentence", "column 4: split takes 1 name and a factor"},
    Bad{"v1 split(i,0)", "malformed-sentence", "column 12: a factor is"},
    Bad{"v1 split(i,-4)", "malformed-sentence", "column 12: a factor is"},
    Bad{"v1 split(i,99999999999999999999)", "malformed-sentence", "column 12: a factor is"},
    Bad{"v1 split(i,x)", "malformed-sentence", "column 12: a factor is"},
    Bad{"v1 split(i,4,4)", "malformed-sentence", "column 14: expected a name, got '4'"},
    Bad{"v1 split(4,i)", "malformed-sentence", "column 10: expected a name, got '4'"},
    Bad{"v1 tile()", "malformed-sentence", "column 9: expected a name, got ')'"},
    Bad{"v1 tile(i,)", "malformed-sentence", "column 11: expected a name"},
    Bad{"v1 tile(i j)", "malformed-sentence", "column 10: expected ')'"},
    Bad{"v1 vectorize(i,j)", "malformed-sentence", "column 16: a factor is"},
    Bad{"v1 vectorize()", "malformed-sentence", "column 14: expected a name"},
    Bad{"v1 vectorize(i,4,2)", "malformed-sentence", "column 18: expected a name"},
    Bad{"v1 pack(A)", "malformed-sentence", "column 4: pack takes 2 or more names"},
    Bad{"v1 tile(i);", "unknown-step", "column 11: expected a step, got ';'"}));

} // namespace
} // namespace vecwrap
