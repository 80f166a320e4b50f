// vecwrap-clang and vecwrap-clang++: add the plugin to clang's command line and become clang.
#include "find.h"
#include "options.h"
#include "schedule/sentence.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace vecwrap::driver;

#ifdef VECWRAP_CXX
static constexpr bool kCxx = true;
static constexpr const char *kProgram = "vecwrap-clang++";
#else
static constexpr bool kCxx = false;
static constexpr const char *kProgram = "vecwrap-clang";
#endif

static int fail(const std::string &message) {
  std::fprintf(stderr, "%s: error: %s\n", kProgram, message.c_str());
  return 1;
}

static std::string shell_quoted(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos)
    return std::string(text);
  std::string quoted = "'";
  for (char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The plugin appends to the report while clang already writes objects: find out before anything is touched.
static std::string check_report() {
  const char *path = std::getenv("VECWRAP_REPORT");
  if (!path || !*path)
    return {};
  int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return "cannot write report '" + std::string(path) + "' (VECWRAP_REPORT): " + std::strerror(errno);
  close(fd);
  return {};
}

/// Written schedules are for experiments; a typing error must not look like a nest that refuses it.
static std::string check_sentence() {
  const char *text = std::getenv("VECWRAP_SENTENCE");
  if (!text || !*text)
    return {};
  auto sentence = vecwrap::parse_sentence(text);
  return sentence ? std::string() : "VECWRAP_SENTENCE is no sentence: " + sentence.refusal().text() + "; docs/sentence.md has the grammar";
}

/// Reports and verifying programs name source lines. Remarks, even ones that match nothing, make clang keep line
/// numbers without writing debug information: the object stays the same.
static bool wants_lines() {
  for (const char *name : {"VECWRAP_REPORT", "VECWRAP_VERIFY"})
    if (const char *value = std::getenv(name); value && *value)
      return true;
  return false;
}

/// "-cc1", "-cc1as" and friends are clang's internal tools; they accept nothing in front of them.
static bool is_internal_tool(const Options &options) {
  return !options.forwarded.empty() && std::string_view(options.forwarded.front()).starts_with("-cc1");
}

static bool names_cxx_driver(const std::string &clang) {
  return clang.find("++", clang.rfind('/') + 1) != std::string::npos;
}

int main(int argc, char **argv) {
  Options options = parse_options({argv + 1, argv + argc});
  if (!options.error.empty())
    return fail(options.error);
  if (options.help)
    return std::fputs(help_text(kProgram).c_str(), stdout) < 0;
  if (options.version)
    return std::printf("vecwrap %s\n", VECWRAP_VERSION) < 0;

  Found clang = find_clang(options.clang, kCxx);
  if (!clang.error.empty())
    return fail(clang.error);
  std::vector<std::string> added;
  if (kCxx && !names_cxx_driver(clang.path) && !is_internal_tool(options))
    added.push_back("--driver-mode=g++");
  if (!options.disable && !is_internal_tool(options)) {
    Found plugin = find_plugin(options.plugin, clang.llvm, clang.path);
    if (!plugin.error.empty())
      return fail(plugin.error);
    for (const std::string &problem : {check_sentence(), check_report()})
      if (!problem.empty())
        return fail(problem);
    added.insert(added.end(), {"--start-no-unused-arguments", "-fpass-plugin=" + plugin.path});
    if (wants_lines())
      added.push_back("-Rpass=^$");
    added.push_back("--end-no-unused-arguments");
  }

  std::vector<const char *> command{clang.path.c_str()};
  for (const std::string &argument : added)
    command.push_back(argument.c_str());
  command.insert(command.end(), options.forwarded.begin(), options.forwarded.end());
  if (options.show) {
    std::string line;
    for (const char *argument : command)
      line += (line.empty() ? "" : " ") + shell_quoted(argument);
    return std::puts(line.c_str()) < 0;
  }
  command.push_back(nullptr);
  execv(clang.path.c_str(), const_cast<char **>(command.data()));
  return fail("cannot run '" + clang.path + "': " + std::strerror(errno));
}
