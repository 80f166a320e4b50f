#include "ir/program.h"
#include "ir/interpret.h"
#include "ir/text.h"
#include <algorithm>
#include <sstream>

namespace vecwrap {
namespace {

void add_once(std::vector<std::string> &list, const std::string &name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

int64_t position(const std::vector<std::string> &list, const std::string &name) {
  return std::find(list.begin(), list.end(), name) - list.begin();
}

bool reads(const Nest &nest, int tensor) {
  for (size_t a = 0; a < nest.accesses.size(); ++a)
    if (nest.accesses[a].tensor == tensor)
      for (int root : {nest.init, nest.update, nest.final})
        if (root >= 0 && loads_access(nest, root, int(a))) return true;
  return false;
}

} // namespace

std::vector<std::string> Program::tensors() const {
  std::vector<std::string> all;
  for (const Nest &nest : nests)
    for (const Tensor &t : nest.tensors)
      if (!temporary(t.name)) add_once(all, t.name);
  return all;
}

std::vector<std::string> Program::symbols() const {
  std::vector<std::string> all;
  for (const Nest &nest : nests)
    for (const std::string &s : nest.symbols) add_once(all, s);
  return all;
}

const Temporary *Program::temporary(const std::string &tensor) const {
  for (const Temporary &t : temporaries)
    if (t.tensor == tensor) return &t;
  return nullptr;
}

std::vector<int64_t> Program::arguments(const Nest &nest, const int64_t *args, const std::vector<int64_t> &storage) const {
  const auto tensor_names = tensors(), symbol_names = symbols();
  std::vector<int64_t> block;
  for (const Tensor &t : nest.tensors) {
    const Temporary *own = temporary(t.name);
    block.push_back(own ? storage[own - temporaries.data()] : args[position(tensor_names, t.name)]);
  }
  for (const std::string &s : nest.symbols) block.push_back(args[tensor_names.size() + position(symbol_names, s)]);
  return block;
}

std::string validate(const Program &program) {
  if (program.nests.empty()) return "program '" + program.name + "' has no nest";
  std::vector<std::string> written;
  for (const Nest &nest : program.nests) {
    if (std::string wrong = validate(nest); !wrong.empty()) return "nest '" + nest.name + "': " + wrong;
    const int out = nest.accesses[nest.out].tensor;
    for (size_t t = 0; t < nest.tensors.size(); ++t) {
      const std::string &name = nest.tensors[t].name;
      const bool ready = std::find(written.begin(), written.end(), name) != written.end();
      if (program.temporary(name) && !ready && reads(nest, int(t)))
        return "nest '" + nest.name + "' reads temporary '" + name + "' before any nest writes it";
    }
    written.push_back(nest.tensors[out].name);
  }
  for (const Temporary &t : program.temporaries)
    if (t.bytes <= 0) return "temporary '" + t.tensor + "' has no size";
  return "";
}

std::string print(const Program &program) {
  std::string text = "program " + program.name + "\n";
  for (const Temporary &t : program.temporaries) text += "temporary " + t.tensor + " " + std::to_string(t.bytes) + "\n";
  for (const Nest &nest : program.nests) text += print(nest);
  return text;
}

Result<Program> parse_program(const std::string &text) {
  const auto wrong = [](int line, const std::string &what) {
    return Refusal{"bad-program", "line " + std::to_string(line) + ": " + what};
  };
  Program program;
  std::istringstream lines(text);
  std::string line, nest_text;
  int number = 0, nest_line = 0;
  std::optional<Refusal> failed;
  auto finish_nest = [&] {
    if (nest_text.empty() || failed) return;
    Result<Nest> nest = parse_nest(nest_text);
    if (nest) program.nests.push_back(*nest);
    else failed = Refusal{"bad-program", "nest at line " + std::to_string(nest_line) + ": " + nest.refusal().detail};
    nest_text.clear();
  };
  while (std::getline(lines, line)) {
    ++number;
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (number == 1) {
      if (word != "program" || !(words >> program.name)) return wrong(1, "expected 'program <name>'");
    } else if (word == "nest") {
      finish_nest();
      nest_text = line + "\n", nest_line = number;
    } else if (!nest_text.empty()) {
      nest_text += line + "\n";
    } else if (word == "temporary") {
      Temporary t;
      if (!(words >> t.tensor >> t.bytes)) return wrong(number, "expected 'temporary <tensor> <bytes>'");
      program.temporaries.push_back(t);
    } else if (!word.empty() && word[0] != '#') {
      return wrong(number, "expected 'temporary' or 'nest', found '" + word + "'");
    }
  }
  finish_nest();
  if (failed) return *failed;
  if (std::string what = validate(program); !what.empty()) return Refusal{"bad-program", what};
  return program;
}

void interpret(const Program &program, const int64_t *args) {
  std::vector<std::vector<char>> buffers;
  std::vector<int64_t> storage;
  for (const Temporary &t : program.temporaries) {
    buffers.emplace_back(t.bytes);
    storage.push_back(reinterpret_cast<int64_t>(buffers.back().data()));
  }
  for (const Nest &nest : program.nests) interpret(nest, program.arguments(nest, args, storage).data());
}

} // namespace vecwrap
