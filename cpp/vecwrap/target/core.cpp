#include "target/core.h"

namespace vecwrap {
namespace {

constexpr Core kCores[] = {
#include "target/cores.def"
};
constexpr const char *kUsual = "spacemit-x60"; // boards with it can be bought

} // namespace

const Core *find_core(const std::string &name) {
  for (const Core &core : kCores)
    if (name == core.name) return &core;
  return nullptr;
}

std::span<const Core> cores() { return kCores; }

const Core &usual_core() { return *find_core(kUsual); }

} // namespace vecwrap
