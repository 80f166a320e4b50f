#include "ir/program.h"
#include "samples.h"

namespace vecwrap {
namespace {

/// y = relu(x) twice as wide apart: h[i] = x[i] + x[i]; y[i] = h[i] > 0 ? h[i] : 0.
const char *const kTwo = R"(program two
temporary h
nest twice f64 strict
dim i 5
tensor x h
access a0 x + 0 : i*8
access a1 h + 0 : i*8
%0 = load a0
%1 = add %0 %0
final %1
out a1
nest relu f64 strict
dim i 5
tensor h y
access a0 h + 0 : i*8
access a1 y + 0 : i*8
%0 = load a0
%1 = const 0
%2 = select ogt %0 %1 %0 %1
final %2
out a1
)";

TEST(Program, RunsItsNestsInOrderThroughATemporary) {
  auto program = parse_program(kTwo);
  ASSERT_TRUE(program) << program.refusal().text();
  EXPECT_EQ(program->arguments(), (std::vector<std::string>{"x", "y"}));
  double x[] = {1, -2, 3, -4, 5}, y[5] = {};
  const int64_t args[] = {int64_t(x), int64_t(y)};
  interpret(*program, args);
  const double expected[] = {2, 0, 6, 0, 10};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(y[i], expected[i]);
}

TEST(Program, RoundTrips) {
  auto program = parse_program(kTwo);
  ASSERT_TRUE(program);
  const std::string text = print(*program);
  EXPECT_EQ(print(*parse_program(text)), text);
}

TEST(Program, SaysWhatIsWrong) {
  auto detail = [](std::string text) {
    auto program = parse_program(text);
    return program ? "ok" : program.refusal().detail;
  };
  EXPECT_NE(detail("nest x f32 strict\n").find("line 1"), std::string::npos);
  EXPECT_NE(detail("program p\n").find("no nest"), std::string::npos);
  EXPECT_NE(detail("program p\ntemporary\n").find("line 2"), std::string::npos);
  std::string early = kTwo;
  early.replace(early.find("temporary h"), 11, "temporary x");
  EXPECT_NE(detail(early).find("reads temporary 'x' before"), std::string::npos);
  for (auto [from, to] : {std::pair{"access a0 h + 0", "access a0 h + -8"}, std::pair{"access a1 h + 0 : i*8", "access a1 h + 0 : i*-8"}}) {
    std::string backwards = kTwo;
    backwards.replace(backwards.find(from), std::string(from).size(), to);
    EXPECT_NE(detail(backwards).find("reaches before the first element of temporary 'h'"), std::string::npos) << detail(backwards);
  }
}

} // namespace
} // namespace vecwrap
