// Program: nests that run one after the other and pass values through temporaries. Later versions let them share
// outer loops (LoopTool's loop tree); the arguments stay the same.
#pragma once
#include "ir/nest.h"
#include "ir/result.h"

namespace vecwrap {

struct Temporary {
  std::string tensor;
  int64_t bytes = 0;
};

/// Tensors and symbols of the nests are the same thing where their names are the same. The argument block holds the
/// addresses of tensors() (temporaries excluded), then the values of symbols(), each in order of first appearance.
struct Program {
  std::string name = "program";
  std::vector<Temporary> temporaries;
  std::vector<Nest> nests;

  std::vector<std::string> tensors() const;
  std::vector<std::string> symbols() const;
  const Temporary *temporary(const std::string &tensor) const;
  /// The argument block of one nest, given the program's and the storage of each temporary (in order).
  std::vector<int64_t> arguments(const Nest &, const int64_t *args, const std::vector<int64_t> &storage) const;
};

/// Empty if every nest is well formed and every temporary is written before it is read.
std::string validate(const Program &);

/// Text form: "program <name>", one "temporary <tensor> <bytes>" line each, then the nests as in ir/text.h.
std::string print(const Program &);
Result<Program> parse_program(const std::string &text);

/// The reference semantics: interpret() nest by nest, with temporaries of its own.
void interpret(const Program &, const int64_t *args);

} // namespace vecwrap
