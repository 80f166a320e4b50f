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

int find(const std::vector<std::string> &list, const std::string &name) {
  const auto at = std::find(list.begin(), list.end(), name);
  return at == list.end() ? -1 : int(at - list.begin());
}

/// The nest with its tensors and symbols replaced by the tables'.
Nest relabel(const Nest &nest, const std::vector<std::string> &tensors, const std::vector<std::string> &symbols) {
  Nest out = nest;
  const auto rename = [&](Int &v) {
    if (!v.is_const()) v.sym = find(symbols, nest.symbols[v.sym]);
  };
  out.symbols = symbols, out.tensors.clear();
  for (const std::string &name : tensors) {
    const int own = nest.tensor(name);
    out.tensors.push_back(own < 0 ? Tensor{name} : nest.tensors[own]);
  }
  for (Dim &d : out.dims) rename(d.extent);
  for (Access &a : out.accesses) {
    a.tensor = find(tensors, nest.tensors[a.tensor].name);
    for (Int &s : a.strides) rename(s);
  }
  return out;
}

std::string check_names(const Program &program) {
  for (size_t n = 0; n < program.nests.size(); ++n)
    if (program.nest(program.nests[n].name) != int(n)) return "two nests are named '" + program.nests[n].name + "'";
  for (const std::string &t : program.temporaries)
    if (std::none_of(program.nests.begin(), program.nests.end(), [&](const Nest &n) { return n.tensor(t) >= 0; }))
      return "no nest has a tensor '" + t + "', which is declared temporary";
  return "";
}

/// A temporary's memory begins at its address. What strides that only the run knows make of it: check_values.
bool begins_at_its_address(const Nest &nest, int tensor) {
  return std::none_of(nest.accesses.begin(), nest.accesses.end(), [&](const Access &a) {
    const auto backwards = [](const Int &stride) { return stride.is_const() && stride.value < 0; };
    return a.tensor == tensor && (a.offset < 0 || std::any_of(a.strides.begin(), a.strides.end(), backwards));
  });
}

/// One type in memory per tensor, one writer per temporary, written before it is read.
std::string check_tensor(const Program &program, const std::string &name) {
  const Nest *first = nullptr, *writer = nullptr;
  for (const Nest &nest : program.nests) {
    const int t = nest.tensor(name);
    if (t < 0) continue;
    const auto stored = [&](const Nest &n) { return n.tensors[n.tensor(name)].type.value_or(n.type); };
    if (first && stored(*first) != stored(nest))
      return "tensor '" + name + "' stores " + name_of(stored(*first)) + " in nest '" + first->name + "' and " +
             name_of(stored(nest)) + " in '" + nest.name + "'";
    first = first ? first : &nest;
    if (!program.is_temporary(name)) continue;
    if (!begins_at_its_address(nest, t))
      return "nest '" + nest.name + "' reaches before the first element of temporary '" + name + "': its strides and offsets are 0 or more";
    if (!writer && reads(nest, t)) return "nest '" + nest.name + "' reads temporary '" + name + "' before any nest writes it";
    if (writer && writes(nest, t)) return "temporary '" + name + "' is written by '" + writer->name + "' and by '" + nest.name + "'";
    if (writes(nest, t)) writer = &nest;
  }
  return "";
}

} // namespace

bool reads(const Nest &nest, int tensor) {
  for (size_t a = 0; a < nest.accesses.size(); ++a)
    if (nest.accesses[a].tensor == tensor)
      for (int root : {nest.init, nest.update, nest.final})
        if (root >= 0 && loads_access(nest, root, int(a))) return true;
  return false;
}

std::vector<std::string> Program::arguments() const {
  std::vector<std::string> all;
  for (const Nest &nest : nests)
    for (const Tensor &t : nest.tensors)
      if (!is_temporary(t.name)) add_once(all, t.name);
  return all;
}

std::vector<std::string> Program::symbols() const {
  std::vector<std::string> all;
  for (const Nest &nest : nests)
    for (const std::string &s : nest.symbols) add_once(all, s);
  return all;
}

bool Program::is_temporary(const std::string &tensor) const { return find(temporaries, tensor) >= 0; }

int Program::nest(const std::string &wanted) const {
  for (size_t n = 0; n < nests.size(); ++n)
    if (nests[n].name == wanted) return int(n);
  return -1;
}

std::vector<Nest> linked(const Program &program) {
  std::vector<std::string> tensors = program.arguments();
  const std::vector<std::string> symbols = program.symbols();
  for (const std::string &t : program.temporaries) add_once(tensors, t);
  std::vector<Nest> nests;
  for (const Nest &nest : program.nests) nests.push_back(relabel(nest, tensors, symbols));
  return nests;
}

int64_t bytes_of(const std::vector<Nest> &nests, int tensor, const int64_t *symbols) {
  const auto value = [&](const Int &v) { return v.is_const() ? v.value : symbols[v.sym]; };
  int64_t bytes = 0;
  for (const Nest &nest : nests)
    for (size_t a = 0; a < nest.accesses.size(); ++a) {
      if (nest.accesses[a].tensor != tensor) continue;
      int64_t last = nest.accesses[a].offset + size_of(nest.stored(int(a)));
      for (size_t d = 0; d < nest.dims.size(); ++d)
        last += std::max<int64_t>(0, value(nest.accesses[a].strides[d]) * (value(nest.dims[d].extent) - 1));
      bytes = std::max(bytes, last);
    }
  return bytes;
}

std::string check_values(const Program &program, const int64_t *symbols) {
  for (const Nest &nest : linked(program))
    for (const Access &a : nest.accesses)
      for (const Int &stride : a.strides)
        if (program.is_temporary(nest.tensors[a.tensor].name) && !stride.is_const() && symbols[stride.sym] < 0)
          return "temporary '" + nest.tensors[a.tensor].name + "' has a negative stride, " + nest.symbols[stride.sym];
  return "";
}

std::string validate(const Program &program) {
  if (program.nests.empty()) return "program '" + program.name + "' has no nest";
  for (const Nest &nest : program.nests)
    if (std::string wrong = validate(nest); !wrong.empty()) return "nest '" + nest.name + "': " + wrong;
  if (std::string wrong = check_names(program); !wrong.empty()) return wrong;
  std::vector<std::string> tensors = program.arguments();
  for (const std::string &t : program.temporaries) add_once(tensors, t);
  for (const std::string &t : tensors)
    if (std::string wrong = check_tensor(program, t); !wrong.empty()) return wrong;
  return "";
}

std::string print(const Program &program) {
  std::string text = "program " + program.name + "\n";
  for (const std::string &t : program.temporaries) text += "temporary " + t + "\n";
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
      std::string t;
      if (!(words >> t)) return wrong(number, "expected 'temporary <tensor>...'");
      do program.temporaries.push_back(t);
      while (words >> t);
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
  const std::vector<Nest> nests = linked(program);
  const size_t own = program.arguments().size(), all = nests[0].tensors.size();
  const int64_t *symbols = args + own;
  std::vector<std::vector<char>> buffers;
  std::vector<int64_t> block(args, args + own);
  for (size_t t = own; t < all; ++t) {
    buffers.emplace_back(bytes_of(nests, int(t), symbols));
    block.push_back(reinterpret_cast<int64_t>(buffers.back().data()));
  }
  block.insert(block.end(), symbols, symbols + nests[0].symbols.size());
  for (const Nest &nest : nests) interpret(nest, block.data());
}

double flops(const Program &program, const int64_t *args) {
  const std::vector<Nest> nests = linked(program);
  const size_t own = program.arguments().size();
  std::vector<int64_t> block(nests[0].tensors.size());
  block.insert(block.end(), args + own, args + own + nests[0].symbols.size());
  double sum = 0;
  for (const Nest &nest : nests) sum += flops(nest, block.data());
  return sum;
}

} // namespace vecwrap
