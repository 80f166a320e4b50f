// Code generation beyond the property tests: refusals, and the heuristic's own choices against the interpreter.
#include "decide/strategy.h"
#include "emit/kernel.h"
#include "emit/gpr.h"
#include "ir/interpret.h"
#include "ir/math.h"
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
  EXPECT_EQ(refusal(kGemm, wide, *find_target("x86-64-avx512")), "registers");
  EXPECT_EQ(refusal(kGemm, wide, *find_target("x86-64-avx2")), "registers");
}

/// y[i] = sin(-sum over k of x[k,i]): the final expression needs more registers than its tile leaves.
const char *const kSums = R"(nest sums f32 strict
dim i 200
dim k 40 reduce
tensor X Y
access a0 X + 0 : i*4 k*800
access a1 Y + 0 : i*4
%0 = const 0
%1 = acc
%2 = load a0
%3 = add %1 %2
%4 = neg %1
init %0
update %3
final %4
out a1
)";

/// With partial sums between chunks, the heap was written to after a final expression that was refused halfway.
TEST(Codegen, RefusesAFinalExpressionHalfway) {
  Nest nest = *parse_nest(kSums);
  nest.final = math(nest, "sin", {nest.final});
  int refused = 0;
  for (int rows : {4, 5, 6, 8, 12})
    for (const char *lanes : {"", " vectorize(i.1)"}) {
      const std::string n = std::to_string(rows);
      const auto kernel = compile(nest, *parse_sentence("v1 split(i," + n + ") split(k,4) reorder(k,i,k.1,i.1) tile(i.1)" + lanes), *find_target("x86-64"));
      refused += !kernel && kernel.refusal().name == "registers";
    }
  EXPECT_GE(refused, 8);
}

TEST(Codegen, StridedVectorsArePackedOrMadeOfLanes) {
  std::string transposed = kGemm;
  transposed.replace(transposed.find("j*4 k*lda"), 9, "j*lda k*4");
  EXPECT_EQ(refusal(transposed, "v1 split(j,32) reorder(i,j,k,j.1) tile(j.1) vectorize(j.1)", *find_target("x86-64-avx512")), "ok");
  EXPECT_EQ(refusal(transposed, "v1 split(j,32) split(k,8) reorder(j,k,i,k.1,j.1) pack(B,k) tile(j.1) vectorize(j.1)", *find_target("x86-64-avx512")), "ok");
}

TEST(Codegen, RefusesPacksOfUnknownSize) {
  EXPECT_EQ(refusal(kGemm, "v1 split(j,32) reorder(j,i,k,j.1) pack(B,j) tile(j.1) vectorize(j.1)", *find_target("x86-64-avx512")), "pack-size");
}

TEST(Codegen, VectorsConvertWhereTheTargetCan) {
  const char *lanes = "v1 tile(j) vectorize(j)";
  EXPECT_EQ(refusal(kGather, lanes, *find_target("x86-64-avx512")), "ok");
  std::string integers = kGather;
  integers.replace(integers.find("B:u8"), 4, "B:i64"), integers.replace(integers.find("i*4 j*1"), 7, "i*32 j*8");
  EXPECT_EQ(refusal(integers, lanes, *find_target("x86-64-avx512")), "vector-type"); // 64 bits to single precision
  EXPECT_EQ(refusal(kGather, "v1 tile(j)", *find_target("x86-64-avx512")), "ok");
  std::string floats = kGather;
  floats.replace(floats.find("B:u8"), 4, "B"), floats.replace(floats.find("i*4 j*1"), 7, "i*16 j*4");
  EXPECT_EQ(refusal(floats, lanes, *find_target("x86-64-avx512")), "ok"); // indices are scalars
}

TEST(Codegen, IndicesAreReadOncePerRow) {
  auto kernel = compile(*parse_nest(kGather), *parse_sentence("v1 tile(j)"), *find_target("x86-64-avx512"));
  ASSERT_TRUE(kernel);
  const std::string program = print(*kernel->program);
  const size_t first = program.find("s.load");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(program.find("s.load", first + 1), std::string::npos) << program;
}

TEST(Codegen, MaximaAreOneInstruction) {
  const std::string program = print(*compile(*parse_nest(kRelu), *parse_sentence("v1"), *find_target("x86-64-avx512"))->program);
  EXPECT_NE(program.find("v.max"), std::string::npos) << program;
  EXPECT_EQ(program.find("v.select"), std::string::npos) << program;
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
  const GprMap map = allocate_gprs(p, 2);
  EXPECT_EQ(map.slots, 1);
  EXPECT_GE(map.slot[0], 0);
  EXPECT_GE(map.gpr[1], 0);
  EXPECT_GE(map.gpr[2], 0);
  EXPECT_NE(map.gpr[1], map.gpr[2]);
}

TEST(Heuristic, LeavesContiguousPointwiseNestsToClang) {
  auto sentences = make_heuristic()->propose(*parse_nest(kRelu), *find_target("x86-64-avx512"), 1);
  ASSERT_FALSE(sentences);
  EXPECT_EQ(sentences.refusal().name, "streams-already");
}

/// Lanes along the reduction pay for long rows, and for few rows of A B^T; plain clang does the former under fast-math.
TEST(Heuristic, PutsLanesAlongReductionsWhereThatIsCheapest) {
  const auto first = [](const std::string &dims, const char *rows, const char *columns, bool always) {
    const std::string b = *columns ? "tensor A B C\naccess a0 A + 0 : i*lda k*4\naccess a1 B + 0 : j*lda k*4\naccess a2 C + 0 : i*ldc j*4\n"
                                   : "tensor A B C\naccess a0 A + 0 : i*lda k*4\naccess a1 B + 0 : k*4\naccess a2 C + 0 : i*4\n";
    const Nest nest = parsed("nest product f32 reassoc\nsymbol lda ldc\n" + std::string(rows) + columns + dims + b +
                             "%0 = const 0\n%1 = load a0\n%2 = load a1\n%3 = acc\n%4 = fma %1 %2 %3\ninit %0\nupdate %4\n"
                             "final %3\nout a2\n");
    auto sentences = make_heuristic({always})->propose(nest, *find_target("x86-64-avx512"), 1);
    return sentences ? print((*sentences)[0]) : sentences.refusal().name;
  };
  const std::string lanes = "vectorize(k";
  const auto has = [](const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; };
  EXPECT_EQ(first("dim k 768 reduce\n", "dim i 128\n", "", false), "reduces-already");
  EXPECT_TRUE(has(first("dim k 768 reduce\n", "dim i 128\n", "", true), lanes));
  EXPECT_FALSE(has(first("dim k 2 reduce\n", "dim i 128\n", "", true), lanes));
  EXPECT_TRUE(has(first("dim k 768 reduce\n", "dim i 4\n", "dim j 768\n", true), lanes));
  EXPECT_TRUE(has(first("dim k 64 reduce\n", "dim i 128\n", "dim j 128\n", true), "pack(B"));
}

TEST(Heuristic, IsDeterministicAndRightOnEveryRunnableTarget) {
  const Nest nest = *parse_nest(kGemm);
  for (const Target &target : targets()) {
    auto first = make_heuristic()->propose(nest, target, 3), again = make_heuristic()->propose(nest, target, 3);
    ASSERT_TRUE(first) << first.refusal().text();
    ASSERT_EQ(print((*first)[0]), print((*again)[0]));
    if (!runs_here(target)) continue;
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
