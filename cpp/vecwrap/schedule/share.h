// apply for programs: which nest runs inside of which loop of which other nest, for which part of its output. See
// docs/program.md.
#pragma once
#include "ir/program.h"
#include "schedule/apply.h"
#include "schedule/region.h"

namespace vecwrap {

/// A scheduled nest of a program.
struct Leaf {
  LoopTree tree;     ///< its extents are those of the region, its accesses those of the staged tensors
  int host = -1;     ///< the leaf in whose loops it runs, -1: by itself
  int position = 0;  ///< of the host: first loop that is not shared
  Region region;     ///< of its dims, over the host's
  std::vector<int64_t> bound; ///< per dim: the most elements that one run covers, -1 where that is not known
};

/// Where a temporary lives: a part of it, filled and read within one run of a body, or all of it.
struct Staged {
  int tensor = 0;
  int host = -1, position = 0;  ///< as of the leaf that writes it; -1: all of the tensor
  std::vector<int64_t> sizes;   ///< slowest first; none: all of the tensor
  int64_t bytes = 0, offset = 0; ///< in the buffer that all temporaries share
  int argument = -1;             ///< of run-time size: memory of its own, the index of its address after that of the buffer
};

struct ProgramTree {
  std::vector<Leaf> leaves; ///< in the program's order; a host comes after those that run in it
  std::vector<Staged> staged;
  int arguments = 0;         ///< tensors that are; temporaries follow
  int symbols = 0;
  int64_t bytes = 0;         ///< of the shared buffer
  bool in_workspace = false; ///< which is too large for the stack: its address is the argument after the symbols
  std::vector<int> unsized;  ///< tensors with memory of their own, whose addresses come last

  bool is_inside(int leaf, int host) const; ///< is it the host, or does it run in its loops?
};

Result<ProgramTree> apply(const Program &, const Sentence &, const Target &);
std::string print(const ProgramTree &);

/// The dims of a leaf that move while the loops before `position` run, as themselves; the others are whole.
Region moving(const Leaf &, int position);
/// What one run of the body at `position` covers of a dim: the most elements (or -1), and if it is always that many.
struct Chunk { int64_t most = -1; bool exact = false; };
Chunk chunk_of(const Leaf &, int dim, int position);

// The steps of apply.
/// Empty if no access comes too early or too late. `nests` are the linked ones.
std::optional<Refusal> check_dependences(const std::vector<Nest> &nests, const ProgramTree &);
/// Finds room for the temporaries and rewrites the accesses to them.
std::optional<Refusal> stage(const std::vector<Nest> &nests, ProgramTree &);

} // namespace vecwrap
