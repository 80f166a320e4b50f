#include "target/target.h"
#include <gtest/gtest.h>

namespace vecwrap {
namespace {

std::string named(const std::string &features) {
  return target_for_features(features).name;
}

TEST(Target, IsTheWidestTheUnitWasCompiledFor) {
  EXPECT_EQ(named("+avx2,+fma,+bmi2"), "x86-64-avx2");
  EXPECT_EQ(named("+avx,+avx2,+bmi,+bmi2,+fma,+avx512f,+avx512vl,+avx512bw,+avx512dq"), "x86-64-avx512");
  EXPECT_EQ(named("+avx2,+fma,+bmi2,+avx512f"), "x86-64-avx2");
  EXPECT_EQ(named("+avx2,+bmi2"), "x86-64");
  EXPECT_EQ(named("+avx2,-fma,+bmi2"), "x86-64");
  EXPECT_EQ(named("+avx20,+fma4,+bmi2"), "x86-64");
  EXPECT_EQ(named(""), "x86-64");
}

TEST(Target, IsNeverOneThatAProcessHasToAskFor) {
  EXPECT_EQ(named("+avx2,+fma,+bmi2,+avx512f,+avx512vl,+avx512bw,+avx512dq,+avx512vnni,+avx512bf16,+amx-tile,+amx-int8,+amx-bf16"), "x86-64-avx512-bf16");
  EXPECT_FALSE(native_target().amx);
  for (const Target &t : asked_targets()) EXPECT_EQ(find_target(t.name)->name, t.name);
}

TEST(Target, FindsByNameAndSaysWhatThereIs) {
  for (const Target &t : targets()) EXPECT_EQ(find_target(t.name)->name, t.name);
  auto unknown = find_target("pdp11");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.refusal().name, "unknown-target");
  EXPECT_NE(unknown.refusal().detail.find("x86-64-avx2"), std::string::npos);
}

TEST(X86Core, TableIsComplete) {
  for (const X86Core &core : x86_cores()) {
    EXPECT_EQ(find_x86_core(core.name), &core);
    EXPECT_TRUE(core.models[0]) << core.name;
    EXPECT_TRUE(core.l1_ways && core.l2_bytes) << core.name;
  }
  EXPECT_EQ(find_x86_core("znver5"), nullptr); // what targets describe without a core
}

TEST(X86Core, IsTheNewestWhoseFeatureThereIs) {
  const auto with = [](const std::string &feature) { return x86_core_with([&](const char *name) { return name == feature; }); };
  EXPECT_STREQ(with("amx-fp16")->name, "graniterapids");
  EXPECT_STREQ(with("amx-tile")->name, "sapphirerapids");
  EXPECT_EQ(with("avx512f"), nullptr);
}

} // namespace
} // namespace vecwrap
