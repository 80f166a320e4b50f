// Code generation beyond the property tests: refusals, and the heuristic's own choices against the interpreter.
#include "decide/strategy.h"
#include "emit/kernel.h"
#include "emit/x86/gpr.h"
#include "ir/interpret.h"
#include "samples.h"
#include <cstring>

namespace vecwrap {
namespace {

std::string refusal(const std::string &nest, const std::string &sentence, const Target &target) {
  auto kernel = compile(*parse_nest(nest), *parse_sentence(sentence), target);
  return kernel ? "ok" : kernel.refusal().name;
}

TEST(Codegen, NeverSpillsAVectorRegister) {
  const char *wide = "v1 split(i,16) split(j,32) reorder(i,j,k,i.1,j.1) tile(i.1,j.1) vectorize(j.1)";
  EXPECT_EQ(refusal(kGemm, wide, targets()[0]), "registers");
  EXPECT_EQ(refusal(kGemm, wide, targets()[1]), "registers");
}

TEST(Codegen, RefusesStridedVectorsUnlessPacked) {
  std::string transposed = kGemm;
  transposed.replace(transposed.find("j*4 k*lda"), 9, "j*lda k*4");
  EXPECT_EQ(refusal(transposed, "v1 split(j,32) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1)", targets()[0]), "vector-stride");
  EXPECT_EQ(refusal(transposed, "v1 split(j,32) split(k,8) reorder(j,k,i,k.1,j.1) pack(B,k) tile(j.1) vectorize(j.1)", targets()[0]), "ok");
}

TEST(Codegen, RefusesPacksOfUnknownSize) {
  EXPECT_EQ(refusal(kGemm, "v1 split(j,32) reorder(j,i,k,j.1) pack(B,j) tile(j.1) vectorize(j.1)", targets()[0]), "pack-size");
}

TEST(Gpr, SpillsTheLeastUsedRegister) {
  VProgram p;
  p.scalars = 3, p.labels = 1;
  auto add = [&](VOp op, int d, int a, int64_t imm) { VInst i{op}; i.d = d, i.a = a, i.imm = imm; p.code.push_back(i); };
  add(VOp::SImm, 0, -1, 1), add(VOp::SImm, 1, -1, 8), add(VOp::SImm, 2, -1, 0), add(VOp::Label, -1, -1, 0);
  add(VOp::SAddImm, 2, 2, 4), add(VOp::SAddImm, 1, 1, -1);
  VInst back{VOp::BranchGe};
  back.a = 1, back.value2 = 1, back.imm = 0;
  p.code.push_back(back);
  add(VOp::SAddImm, 0, 0, 1);
  const x86::GprMap map = x86::allocate_gprs(p, 2);
  EXPECT_EQ(map.slots, 1);
  EXPECT_GE(map.slot[0], 0);
  EXPECT_GE(map.gpr[1], 0);
  EXPECT_GE(map.gpr[2], 0);
  EXPECT_NE(map.gpr[1], map.gpr[2]);
}

TEST(Heuristic, LeavesContiguousPointwiseNestsToClang) {
  auto sentences = make_heuristic()->propose(*parse_nest(kRelu), targets()[0], 1);
  ASSERT_FALSE(sentences);
  EXPECT_EQ(sentences.refusal().name, "streams-already");
}

TEST(Heuristic, IsDeterministicAndRightOnEveryRunnableTarget) {
  const Nest nest = *parse_nest(kGemm);
  auto native = native_target();
  for (const Target &target : targets()) {
    auto first = make_heuristic()->propose(nest, target, 3), again = make_heuristic()->propose(nest, target, 3);
    ASSERT_TRUE(first) << first.refusal().text();
    ASSERT_EQ(print((*first)[0]), print((*again)[0]));
    if (!native || native->vector_bytes < target.vector_bytes) continue;
    for (const Sentence &sentence : *first) {
      auto kernel = compile(nest, sentence, target);
      ASSERT_TRUE(kernel) << print(sentence);
      auto jit = Jit::load(*kernel);
      ASSERT_TRUE(jit) << jit.refusal().text();
      for (int64_t n : {1, 7, 31, 64, 65}) {
        const int64_t lda = 80;
        std::vector<float> a(80 * 80), b(80 * 80), c(80 * 80, 3), d(80 * 80, 3);
        for (size_t i = 0; i < a.size(); ++i) a[i] = float(i % 17) - 8.3f, b[i] = float(i % 13) * 0.7f - 4;
        auto block = [&](std::vector<float> &out) {
          return std::vector<int64_t>{int64_t(a.data()), int64_t(b.data()), int64_t(out.data()), n, lda * 4};
        };
        (**jit)(block(c).data());
        interpret(nest, block(d).data());
        EXPECT_EQ(std::memcmp(c.data(), d.data(), c.size() * 4), 0) << print(sentence) << " n=" << n;
      }
    }
  }
}

} // namespace
} // namespace vecwrap
