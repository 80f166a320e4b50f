// apply: nest + sentence -> loop tree, or the named reason why the sentence is illegal for this nest.
#pragma once
#include "ir/nest.h"
#include "ir/result.h"
#include "schedule/sentence.h"
#include "target/target.h"
#include <functional>

namespace vecwrap {

/// What a loop is of a matrix unit's blocks.
enum class Part : uint8_t { None, Rows, Columns, Depth };
inline constexpr const char *kParts[] = {"", "rows", "columns", "depth"};

/// One loop of a scheduled nest. Loops of one dim form a chain i, i.1, i.2, ... from outer to inner.
struct Loop {
  std::string name;
  int dim = 0;
  Int chunk;          ///< elements of the dim that one run of this loop covers at most (the extent, or the parent's step)
  int64_t step = 1;   ///< elements per iteration: the chunk of the next loop in the chain, 1 for the last
  bool tile = false;  ///< fully unrolled, outputs in registers
  bool vector = false;
  int unroll = 1;
  bool pipeline = false;
  int dot = 1; ///< iterations whose products are added within a lane
  Part part = Part::None;
  /// Are its copies all there is, without a branch?
  bool unrolled_wholly() const { return step == 1 && dot == 1 && chunk.is_const() && chunk.value <= unroll; }
};

/// Copy what the loops from `position` inwards read of `tensor` into a contiguous buffer.
struct Pack {
  int tensor = 0;
  int position = 0; ///< index into LoopTree::loops of the first loop inside
  std::vector<int> order; ///< dims of the buffer, slowest first; empty: as the loops inside
};

/// How vectors of a tensor are made whose lanes are not neighbours in memory.
struct Strided {
  int tensor = 0;
  How how = How::Insert;
};

/// Lines that the innermost code reads of `tensor` so many iterations of a loop later are asked for.
struct Prefetch {
  int tensor = 0;
  int loop = 0;
  int64_t iterations = 1;
};

struct LoopTree {
  Nest nest;
  std::vector<Loop> loops; ///< outermost first
  std::vector<Pack> packs;
  bool undisturbed = false; ///< what is beyond the end of a vector stays as it is (RVV)
  bool strip = false;       ///< shorter vectors in the loop of whole ones, no code of their own (RVV)
  bool stream = false;      ///< the output's vectors are stored past the caches
  std::vector<Strided> strided; ///< of other tensors: transposed where the tile holds whole blocks, else inserted
  std::vector<Prefetch> prefetches;
  std::vector<int> bodies;  ///< positions where other nests of a program run, on entry like packs
  int scope = 0;   ///< first loop of the register scope: from here inwards only reduction loops, then the tile
  int tile = 0;    ///< first tile loop (loops.size() if there is none)
  int vector = -1; ///< the vectorized loop, or -1: scalar code
  int group = 1;   ///< registers per vector (RVV: LMUL)
  /// Index of the next loop of the same dim, inwards, or -1.
  int child(int loop) const;
  bool matrix() const; ///< is the tile a matrix unit's? Then it has a loop of rows, and the vectorized one
  int dot() const; ///< the loop whose iterations are taken in groups, or -1
  bool reduces_lanes() const; ///< the vectorized loop is a reduction: lanes hold partial results
};

/// bodies: loops into whose body other nests come; the register scope begins inside of them.
Result<LoopTree> apply(const Nest &, const Sentence &, const Target &, const std::vector<std::string> &bodies = {});

/// What stands on entry to the body of the loop before `position`, as text of that indentation.
using PrintBody = std::function<std::string(int position, const std::string &indent)>;
std::string print(const LoopTree &, std::string indent = "", const PrintBody &body = {});

} // namespace vecwrap
