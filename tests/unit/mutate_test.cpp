// Damaged text is refused or read, never a crash: meant to run under AddressSanitizer and UBSan (VECWRAP_SANITIZE).
#include "decide/strategy.h"
#include "emit/kernel.h"
#include "samples.h"
#include "schedule/apply.h"
#include <random>

namespace vecwrap {
namespace {

/// One to three bytes replaced, removed or doubled, drawn from characters that mean something in both languages.
std::string damaged(std::string text, std::minstd_rand &random) {
  static const std::string alphabet = "%*+-:,.()= \n0123456789aijkABCnv";
  for (int edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
    const size_t at = random() % text.size();
    switch (random() % 3) {
    case 0: text[at] = alphabet[random() % alphabet.size()]; break;
    case 1: text.erase(at, 1 + random() % 3); break;
    case 2: text.insert(at, text.substr(at, 1 + random() % 8)); break;
    }
  }
  return text;
}

TEST(Mutate, NestTextIsRefusedOrRoundTrips) {
  std::minstd_rand random(1);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto nest = parse_nest(damaged(i % 2 ? kGemm : kRelu, random));
    if (!nest) {
      EXPECT_EQ(nest.refusal().name, "bad-nest-text");
      continue;
    }
    ++read;
    EXPECT_EQ(validate(*nest), "");
    EXPECT_EQ(print(*parse_nest(print(*nest))), print(*nest));
  }
  EXPECT_GT(read, 200); // some damage is harmless, or the test has no teeth
}

TEST(Mutate, SentencesAreRefusedOrRoundTrip) {
  std::minstd_rand random(2);
  const Nest nest = parsed(kGemm);
  int read = 0, applied = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto s = parse_sentence(damaged("v1 split(i,4) split(j,8) reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) "
                                          "vectorize(j.1) unroll(k,2)", random));
    if (!s)
      continue;
    ++read;
    EXPECT_EQ(*parse_sentence(print(*s)), *s);
    applied += bool(apply(nest, *s, targets()[0]));
  }
  EXPECT_GT(read, 1000);
  EXPECT_GT(applied, 100);
}

/// Whatever well-formed nest comes out of the damage is compiled, too.
TEST(Mutate, NestsThatReadCompileOrAreRefused) {
  std::minstd_rand random(3);
  const auto heuristic = make_heuristic();
  int compiled = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto nest = parse_nest(damaged(i % 2 ? kGemm : kRelu, random));
    if (!nest)
      continue;
    const Target &target = targets()[i / 2 % targets().size()];
    const auto sentences = heuristic->propose(*nest, target, 1);
    const auto kernel = compile(*nest, sentences ? (*sentences)[0] : Sentence{}, target);
    compiled += bool(kernel);
    EXPECT_TRUE(kernel || !sentences) << kernel.refusal().text() << "\n" << print(*nest);
  }
  EXPECT_GT(compiled, 100);
}

} // namespace
} // namespace vecwrap
