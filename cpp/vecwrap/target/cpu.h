// What this machine says about itself: for reports, and to find its row among the cores (target/x86_core.h). Code generation reads the
// target's description only, so that the same sentence gives the same bytes everywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace vecwrap {

struct Cache {
  int level = 0;
  std::string holds; ///< data, code or both
  int64_t bytes = 0;
  int ways = 0, line_bytes = 0;
};

struct Cpu {
  std::string name;
  std::vector<std::string> features; ///< those of kFeatures that it has, in the table's order
  std::vector<Cache> caches;         ///< as cpuid lists them
};

Cpu this_cpu();
/// Intel's number of it in family 6; 0 if it is not one.
int intel_model();
/// All features that are looked for.
std::vector<std::string> known_features();

} // namespace vecwrap
