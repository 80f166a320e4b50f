// Program: nests that run one after the other and pass values through temporaries. See docs/program.md.
#pragma once
#include "ir/nest.h"
#include "ir/result.h"

namespace vecwrap {

/// Tensors and symbols of the nests are the same thing where their names are the same. A temporary is a tensor that
/// only the program sees: one nest writes it, later ones read what was written. The argument block holds the addresses
/// of arguments(), then the values of symbols(), each in order of first appearance. Different arguments do not overlap.
struct Program {
  std::string name = "program";
  std::vector<std::string> temporaries;
  std::vector<Nest> nests;

  std::vector<std::string> arguments() const;
  std::vector<std::string> symbols() const;
  bool is_temporary(const std::string &tensor) const;
  int argument_count() const { return int(arguments().size() + symbols().size()); }
  int nest(const std::string &name) const; ///< index, or -1
};

/// The nests over one table of tensors (arguments, then temporaries) and one of symbols, so that indices mean the same
/// in all of them.
std::vector<Nest> linked(const Program &);

bool reads(const Nest &, int tensor);
inline bool writes(const Nest &nest, int tensor) { return nest.accesses[nest.out].tensor == tensor; }

/// Bytes of a temporary that the nests touch, for the symbols' values.
int64_t bytes_of(const std::vector<Nest> &linked, int tensor, const int64_t *symbols);

/// Empty if every nest is well formed, and every temporary written once, before it is read.
std::string validate(const Program &);
/// Empty if temporaries lie where their memory is with these symbols: no stride of theirs is negative.
std::string check_values(const Program &, const int64_t *symbols);

/// Text form: "program <name>", "temporary <tensor>..." lines, then the nests as in ir/text.h.
std::string print(const Program &);
Result<Program> parse_program(const std::string &text);

/// The reference semantics: interpret() nest by nest, with temporaries of its own.
void interpret(const Program &, const int64_t *args);
double flops(const Program &, const int64_t *args);

} // namespace vecwrap
