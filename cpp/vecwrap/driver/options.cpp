#include "options.h"
#include <cstdlib>
#include <string_view>

namespace vecwrap::driver {

static void set(Options &options, OptionKind kind, std::string_view value) {
  switch (kind) {
  case OptionKind::Clang: options.clang = value; break;
  case OptionKind::Plugin: options.plugin = value; break;
  case OptionKind::Disable: options.disable = value != "0"; break;
  case OptionKind::Show: options.show = true; break;
  case OptionKind::Help: options.help = true; break;
  case OptionKind::Version: options.version = true; break;
  }
}

static bool apply_option(Options &options, std::string_view argument) {
  for (const OptionInfo &info : kOptions) {
    std::string_view name = info.name;
    bool takes_value = name.back() == '=';
    if (takes_value ? !argument.starts_with(name) : argument != name)
      continue;
    std::string_view value = argument.substr(name.size());
    if (takes_value && value.empty())
      options.error = std::string(name) + " needs a path after '='";
    set(options, info.kind, value);
    return true;
  }
  return false;
}

Options parse_options(const std::vector<const char *> &arguments) {
  Options options;
  for (const OptionInfo &info : kOptions)
    if (const char *value = info.environment ? std::getenv(info.environment) : nullptr; value && *value)
      set(options, info.kind, value);
  bool own = true; // after "--" every argument is a file name
  for (const char *argument : arguments) {
    own = own && std::string_view(argument) != "--";
    if (!own || !std::string_view(argument).starts_with("--vecwrap-"))
      options.forwarded.push_back(argument);
    else if (!apply_option(options, argument))
      options.error = "unknown option '" + std::string(argument) + "'; --vecwrap-help lists the options";
  }
  return options;
}

static std::string padded(std::string text, size_t width) {
  text.resize(text.size() < width ? width : text.size(), ' ');
  return text + " ";
}

std::string help_text(const char *program) {
  std::string text = "usage: " + std::string(program) + " [vecwrap options] [clang options] files...\n\n"
                     "Runs clang with a pass plugin that replaces dense loop nests by generated code.\n"
                     "Every option that is not listed here is clang's own.\n\n";
  for (const OptionInfo &info : kOptions) {
    std::string name = info.name;
    text += "  " + padded(name.back() == '=' ? name + "PATH" : name, 24) + info.help;
    text += info.environment ? " [" + std::string(info.environment) + "]\n" : "\n";
  }
  text += "\nEnvironment variables read by the plugin:\n";
  for (const VariableInfo &info : kPluginVariables)
    text += "  " + padded(info.name, 24) + info.help + "\n";
  return text + "\nRemarks: -Rpass=vecwrap (what was replaced), -Rpass-missed=vecwrap (what was not, and why).\n";
}

} // namespace vecwrap::driver
