// Shape: what a schedule needs to know about a nest once the vectorized dim is chosen.
#pragma once
#include "ir/nest.h"
#include "target/target.h"

namespace vecwrap {

/// What the schedule needs to know about the nest.
struct Shape {
  int vector = -1;             ///< dim whose elements of the output are adjacent
  int row = -1;                ///< second dim of the register tile
  int64_t window = 0, step = 0; ///< rows are windows of so many elements, each so many further than the last, that slide over memory
  int line = -1;               ///< dim along which such windows slide over another reduction: rows of an image
  int64_t line_window = 0, line_step = 0; ///< as window and step, of that one
  int panel = -1;              ///< dim of panels of vectors that the rows share as they share those: NCHW16c's blocks of channels
  std::vector<int> outer;      ///< other parallel dims, source order
  std::vector<int> reductions; ///< source order
  std::vector<int> strided;    ///< tensors that move along `vector`, not contiguously
  std::vector<int> moving;     ///< tensors that move along `vector`
  double operations = 1;       ///< of one update
  bool rows_share = true;      ///< what moves along `vector` is the same for all rows of a tile
};

/// Dims along which the output is contiguous.
std::vector<int> vector_dims(const Nest &, const Target &);
Shape shape_of(const Nest &, int vector);
/// Operations of one update, the sum among them.
double operations_of_update(const Nest &);
/// The constant extent of a dim, or what stands for one that is only known at run time.
int64_t typical_extent(const Nest &, int dim);
/// The nest at a few sizes from small to large, if only the run knows its own: what is good at one may be bad at another.
std::vector<Nest> typical_nests(const Nest &);

} // namespace vecwrap
