// Finding the real clang and the plugin that fits it. Errors are one line: what, where, what to do.
#pragma once
#include <string>

namespace vecwrap::driver {

struct Found {
  std::string path;
  int llvm = 0; ///< major version of LLVM
  std::string error;
};

/// `named`: the user's choice, or empty. Never this program itself.
Found find_clang(const std::string &named, bool cxx);
/// `named`: the user's choice, or empty. The plugin must be built for LLVM `llvm`, the version of `clang`.
Found find_plugin(const std::string &named, int llvm, const std::string &clang);

/// Absolute path of the running executable, symbolic links resolved.
std::string self_path();

} // namespace vecwrap::driver
