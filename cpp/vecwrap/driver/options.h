// The driver's own options. Everything else on the command line belongs to clang and is forwarded untouched.
#pragma once
#include <string>
#include <vector>

namespace vecwrap::driver {

enum class OptionKind { Clang, Plugin, Disable, Show, Help, Version };

/// One row per option: parsing and --vecwrap-help both walk this table.
struct OptionInfo {
  OptionKind kind;
  const char *name;        ///< a trailing '=' means that a value follows
  const char *environment; ///< the same setting as an environment variable, or nullptr
  const char *help;
};

inline constexpr OptionInfo kOptions[] = {
    {OptionKind::Clang, "--vecwrap-clang=", "VECWRAP_CLANG", "the clang to run (default: clang-22, or a clang of version 22, on PATH)"},
    {OptionKind::Plugin, "--vecwrap-plugin=", "VECWRAP_PLUGIN", "the plugin to load (default: the one installed with this driver)"},
    {OptionKind::Disable, "--vecwrap-disable", "VECWRAP_DISABLE", "run plain clang, without the plugin"},
    {OptionKind::Show, "--vecwrap-show", nullptr, "print the command and do not run it"},
    {OptionKind::Help, "--vecwrap-help", nullptr, "print this text"},
    {OptionKind::Version, "--vecwrap-version", nullptr, "print the version of vecwrap"},
};

/// Variables that the plugin reads; listed in --vecwrap-help because this is where users look.
struct VariableInfo {
  const char *name;
  const char *help;
};
inline constexpr VariableInfo kPluginVariables[] = {
    {"VECWRAP_VERIFY=1", "the built program runs both versions of every nest and aborts on a difference"},
    {"VECWRAP_REPORT=FILE", "append one JSON line per loop nest: place, replaced or refused, reason, sentence"},
    {"VECWRAP_SENTENCE=TEXT", "use this schedule instead of the heuristic's"},
    {"VECWRAP_DUMP=1", "print every nest found"},
};

struct Options {
  std::string clang, plugin;
  bool disable = false, show = false, help = false, version = false;
  std::vector<const char *> forwarded; ///< clang's arguments, in order
  std::string error;                   ///< not empty: what is wrong with the command line
};

/// `arguments` without argv[0]. The command line wins over the environment.
Options parse_options(const std::vector<const char *> &arguments);
std::string help_text(const char *program);

} // namespace vecwrap::driver
