// Files of tests: in a folder of this process, so that two runs at once do not read each other's, gone when it ends.
#pragma once
#include <filesystem>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string>

namespace vecwrap {

class ScratchFolder {
public:
  ScratchFolder() : path_(testing::TempDir() + "vecwrap_XXXXXX") {
    if (!mkdtemp(path_.data())) ADD_FAILURE() << "no folder " << path_;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string &name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

inline std::string scratch(const std::string &name) {
  static const ScratchFolder folder;
  return folder.file(name);
}

} // namespace vecwrap
