// Few rows: a second schedule for nests whose first one packs an operand, as that pays only where many rows use the copy.
#pragma once
#include "ir/nest.h"
#include "schedule/sentence.h"
#include "target/target.h"
#include <optional>

namespace vecwrap {

/// Dims are those of the nest; the extents that are meant are those of the run.
struct FewRows {
  std::optional<Sentence> sentence; ///< none: only `least` counts
  std::vector<int> rows;      ///< all points of these use the same elements of the operand ...
  std::vector<int> moving;    ///< ... which lie along these
  std::vector<int> reductions;
  int column = -1;            ///< the lanes of the first schedule
  int64_t lanes = 1;          ///< columns that keep it busy
  int64_t most = 0;           ///< rows up to which the second one is better
  bool sums = false;          ///< its lanes are along the sum
  int64_t steps = 0;          ///< of the sum that it then needs for each row where columns fill the vectors; 0: any number
  int64_t least = 0;          ///< rows that pay for packing at all; fewer, if they are not for the second schedule, are for clang's loop
  int ragged = -1;            ///< the dim of its lanes if what does not fill a vector is read element by element ...
  int64_t whole = 1;          ///< ... and the points of a vector
  int64_t elements = 0;       ///< of the operand that may be read again for more rows than kRereads; 0: any number
};
inline constexpr int64_t kRereads = 2;
/// Vectors of a sum beside which a rest that is read element by element takes no time. (Granite Rapids, AVX2, bytes: 12 ns, as long as 30 vectors.)
inline constexpr int64_t kManyVectors = 64;

/// When, as the heuristic has it for such sizes. Nothing if `many` packs no operand, or the sizes are known.
std::optional<FewRows> few_rows(const Nest &, const Target &, const Sentence &many);

/// Sums whose order is kept, each of a row that lies apart: rows side by side hide how long an addition takes, if there are enough of them,
/// or clang's loop has to wait long enough. (It begins the next row while a short one's last additions wait.)
struct SumsApart {
  int row = -1;                ///< whose sums fill the lanes; -1: kernels have none
  std::vector<int> reductions;
  int64_t lanes = 1;
  int64_t steps = 0;           ///< of a sum that pays without lanes
};
/// (Granite Rapids, f32, AVX-512, kernel : clang's loop: 4 rows of 64 0.5, of 256 0.9, of 1024 1.2; 8 rows of 16 0.7, of 64 1.1.)
inline constexpr int64_t kSomeSteps = 64, kManySteps = 512;

std::optional<SumsApart> sums_apart(const Nest &, const Target &, const Sentence &);

} // namespace vecwrap
