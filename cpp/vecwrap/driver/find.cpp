#include "find.h"
#include "elf.h"
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char **environ;

namespace vecwrap::driver {

/// LLVM majors with a plugin, best first.
static constexpr int kMajors[] = {22};

/// Where the plugin lies relative to the directory of the driver.
static constexpr const char *kPluginFolders[] = {
    "/../lib/vecwrap/",         // installed: PREFIX/bin and PREFIX/lib/vecwrap, also a virtual environment
    "/../lib/x86_64-linux-gnu/vecwrap/",
    "/",                        // build tree
    "/cpp/vecwrap/llvm/",       // build tree of a project that includes this one
};

std::string self_path() {
  char buffer[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", buffer, sizeof(buffer));
  return length > 0 ? std::string(buffer, size_t(length)) : std::string();
}

static std::string directory_of(const std::string &path) { return path.substr(0, path.rfind('/')); }

static bool is_executable(const std::string &path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

static bool same_file(const std::string &a, const std::string &b) {
  struct stat x, y;
  return stat(a.c_str(), &x) == 0 && stat(b.c_str(), &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/// Either driver: the C one must not run the C++ one either.
static bool is_vecwrap(const std::string &path) {
  std::string folder = directory_of(self_path());
  return same_file(path, folder + "/vecwrap-clang") || same_file(path, folder + "/vecwrap-clang++") ||
         same_file(path, self_path());
}

static std::vector<std::string> path_folders() {
  const char *path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  std::vector<std::string> folders;
  while (true) {
    size_t colon = rest.find(':');
    std::string folder(rest.substr(0, colon));
    folders.push_back(folder.empty() ? "." : folder);
    if (colon == std::string_view::npos)
      return folders;
    rest.remove_prefix(colon + 1);
  }
}

/// "libLLVM.so.22.1" or "libclang-cpp.so.22.1" -> 22; 0 if it is another library.
static int library_version(const std::string &name) {
  for (const char *prefix : {"libLLVM.so.", "libLLVM-", "libclang-cpp.so.", "libclang-cpp-"})
    if (name.starts_with(prefix))
      return std::atoi(name.c_str() + std::strlen(prefix));
  return 0;
}

static int version_from_output(const std::string &text) {
  constexpr std::string_view marker = "clang version ";
  size_t at = text.find(marker);
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + marker.size());
}

static std::string run_version(const std::string &path) {
  int ends[2];
  if (pipe(ends) != 0)
    return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  char *arguments[] = {const_cast<char *>(path.c_str()), const_cast<char *>("--version"), nullptr};
  pid_t child = -1;
  bool started = posix_spawn(&child, path.c_str(), &actions, nullptr, arguments, environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; started && (n = read(ends[0], buffer, sizeof(buffer))) > 0;)
    text.append(buffer, size_t(n));
  close(ends[0]);
  int status = 0;
  if (!started || waitpid(child, &status, 0) < 0 || status != 0)
    return {};
  return text;
}

/// Distributions link clang to a versioned libLLVM, which costs microseconds to read; otherwise ask clang itself.
static int clang_version(const std::string &path) {
  for (const std::string &library : read_elf(path).needed)
    if (int version = library_version(library))
      return version;
  return version_from_output(run_version(path));
}

static bool supported(int major) {
  for (int known : kMajors)
    if (known == major)
      return true;
  return false;
}

static Found check_clang(const std::string &path, const std::string &origin) {
  if (is_vecwrap(path))
    return {"", 0, origin + " names vecwrap-clang itself; name the real clang"};
  int major = clang_version(path);
  if (major == 0)
    return {"", 0, "'" + path + "' (" + origin + ") does not report a clang version; name a clang-22"};
  return {path, major, ""};
}

static Found named_clang(const std::string &named) {
  const std::string origin = "VECWRAP_CLANG or --vecwrap-clang";
  if (named.find('/') != std::string::npos) {
    if (!is_executable(named))
      return {"", 0, "no executable '" + named + "' (" + origin + "); name an installed clang-22"};
    return check_clang(named, origin);
  }
  for (const std::string &folder : path_folders())
    if (std::string path = folder + "/" + named; is_executable(path) && !is_vecwrap(path))
      return check_clang(path, origin);
  return {"", 0, "no '" + named + "' on PATH (" + origin + "); name an installed clang-22"};
}

Found find_clang(const std::string &named, bool cxx) {
  if (!named.empty())
    return named_clang(named);
  const std::string base = cxx ? "clang++" : "clang";
  const std::vector<std::string> folders = path_folders();
  for (int major : kMajors)
    for (const std::string &name : {base + "-" + std::to_string(major), "clang-" + std::to_string(major)})
      for (const std::string &folder : folders)
        if (std::string path = folder + "/" + name; is_executable(path) && !is_vecwrap(path))
          return {path, major, ""}; // the name says it; a wrong one fails when clang loads the plugin
  for (const std::string &folder : folders)
    if (std::string path = folder + "/" + base; is_executable(path) && !is_vecwrap(path))
      if (int major = clang_version(path); supported(major))
        return {path, major, ""};
  return {"", 0, "no clang-22 on PATH; install it (Debian: apt-get install clang-22) or set VECWRAP_CLANG"};
}

static Found check_plugin(const std::string &path, int llvm, const std::string &clang) {
  ElfInfo elf = read_elf(path);
  if (!elf.is_elf)
    return {"", 0, "'" + path + "' is not a plugin (no ELF shared library); reinstall vecwrap"};
  int built_for = 0;
  constexpr std::string_view prefix = "vecwrap-plugin-";
  if (elf.soname.starts_with(prefix))
    built_for = std::atoi(elf.soname.c_str() + prefix.size());
  for (const std::string &library : elf.needed)
    if (int version = library_version(library); version && !built_for)
      built_for = version;
  if (built_for != llvm)
    return {"", 0, "plugin '" + path + "' is built for LLVM " + (built_for ? std::to_string(built_for) : "(unknown)") +
                       ", but '" + clang + "' is LLVM " + std::to_string(llvm) +
                       "; set VECWRAP_CLANG to a matching clang or use --vecwrap-disable"};
  return {path, built_for, ""};
}

Found find_plugin(const std::string &named, int llvm, const std::string &clang) {
  if (!named.empty()) {
    if (access(named.c_str(), R_OK) != 0)
      return {"", 0, "cannot read plugin '" + named + "' (VECWRAP_PLUGIN or --vecwrap-plugin): " + std::strerror(errno)};
    return check_plugin(named, llvm, clang);
  }
  const std::string folder = directory_of(self_path());
  const std::string name = "vecwrap-plugin-" + std::to_string(llvm) + ".so";
  for (const char *relative : kPluginFolders)
    if (std::string path = folder + relative + name; access(path.c_str(), R_OK) == 0)
      return check_plugin(path, llvm, clang);
  if (!supported(llvm))
    return {"", 0, "'" + clang + "' is LLVM " + std::to_string(llvm) +
                       ", for which there is no plugin; set VECWRAP_CLANG to a clang-22 or use --vecwrap-disable"};
  return {"", 0, "no " + name + " in " + folder + "/../lib/vecwrap or beside the driver; reinstall vecwrap or use --vecwrap-disable"};
}

} // namespace vecwrap::driver
