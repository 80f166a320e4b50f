// collapse: which dims are one, and what becomes of them.
#include "ir/collapse.h"
#include "ir/text.h"
#include "schedule/apply.h"
#include <gtest/gtest.h>

namespace vecwrap {
namespace {

constexpr const char *kImage = R"(nest image f32 strict
dim o 3
dim i 5
dim j 7
dim c 4 reduce
dim r 2 reduce
tensor x w y
access a0 x + 8 : i*28 j*4 c*560 r*140
access a1 w + 0 : o*32 c*8 r*4
access a2 y + 0 : o*140 i*28 j*4
%0 = const 0
%1 = load a0
%2 = load a1
%3 = acc
%4 = fma %1 %2 %3
init %0
update %4
final %3
out a2
)";

Nest image() { return *parse_nest(kImage); }

TEST(Collapse, JoinsRowsThatLieOneBehindTheOther) {
  Nest nest = image();
  ASSERT_EQ(why_not_collapse(nest, 1, 2), "");
  collapse(nest, 1, 2);
  EXPECT_EQ(validate(nest), "");
  ASSERT_EQ(nest.dims.size(), 4u);
  EXPECT_EQ(nest.dims[1].name, "i");
  EXPECT_TRUE(nest.dims[1].extent == Int::constant(35));
  EXPECT_TRUE(nest.accesses[0].strides[1] == Int::constant(4));
  EXPECT_TRUE(nest.accesses[1].strides[1].is_zero());
  EXPECT_TRUE(nest.accesses[0].strides[3] == Int::constant(140));
}

TEST(Collapse, SaysWhyNot) {
  const Nest nest = image();
  EXPECT_NE(why_not_collapse(nest, 0, 1).find("tensor 'x'"), std::string::npos);
  EXPECT_NE(why_not_collapse(nest, 2, 3).find("reduction"), std::string::npos);
  EXPECT_NE(why_not_collapse(nest, 2, 1).find("outer one"), std::string::npos);
  EXPECT_NE(why_not_collapse(nest, 3, 4).find("tensor 'x'"), std::string::npos); // 560 is not 2 x 140
  Nest unknown = image();
  unknown.dims[2].extent = Int::symbol(unknown.add_symbol("n"));
  EXPECT_NE(why_not_collapse(unknown, 1, 2).find("constants"), std::string::npos);
}

TEST(Collapse, TakesNoNoticeOfStridesOfSingleIterations) {
  Nest nest = image();
  nest.dims[0].extent = Int::constant(1);
  ASSERT_EQ(why_not_collapse(nest, 0, 1), "");
  collapse(nest, 0, 1);
  EXPECT_EQ(validate(nest), "");
  EXPECT_TRUE(nest.accesses[0].strides[0] == Int::constant(28)); // of i, where o had none
  Nest column = image();
  column.dims[2].extent = Int::constant(1);
  collapse(column, 1, 2);
  EXPECT_TRUE(column.accesses[0].strides[1] == Int::constant(28));
}

TEST(Collapse, IsAStep) {
  const Target target = *find_target("riscv64-rvv256");
  const auto tree = apply(image(), *parse_sentence("v1 collapse(i,j) split(i,8) reorder(o,i,c,r,i.1) tile(i.1) vectorize(i.1)"), target);
  ASSERT_TRUE(tree) << tree.refusal().detail;
  EXPECT_EQ(tree->loops.size(), 5u);
  EXPECT_EQ(tree->loops[2].dim, 2);
  EXPECT_EQ(apply(image(), *parse_sentence("v1 split(i,2) collapse(i,j)"), target).refusal().name, "collapse");
  EXPECT_EQ(apply(image(), *parse_sentence("v1 collapse(o,i)"), target).refusal().name, "collapse");
}

} // namespace
} // namespace vecwrap
