// Strategy: anything that proposes schedules. Sentences in, sentences out; the language model will sit here.
#pragma once
#include "ir/program.h"
#include "schedule/sentence.h"
#include "target/target.h"
#include <memory>

namespace vecwrap {

class Strategy {
public:
  virtual ~Strategy() = default;
  virtual const char *name() const = 0;
  /// Up to n legal sentences, best first; a refusal if no schedule is expected to beat plain clang's loop.
  virtual Result<std::vector<Sentence>> propose(const Nest &, const Target &, int n) = 0;
};

struct HeuristicOptions {
  bool always = false; ///< a schedule for every valid nest: nobody else is there to run it
  bool collapse = true; ///< where sentences may begin with collapse steps (RISC-V): false where loops are to be the nest's own
};

/// The deterministic heuristic: reads the nest and the target description only.
std::unique_ptr<Strategy> make_heuristic(HeuristicOptions = {});

/// A program's nests in loops over rows of the last one, if they all walk those, pass on more than the first-level cache holds,
/// and nothing is computed twice.
std::optional<Sentence> share_rows(const Program &, const Target &);
/// That, or every nest by itself as the heuristic has it.
Result<Sentence> propose(const Program &, const Target &);

} // namespace vecwrap
