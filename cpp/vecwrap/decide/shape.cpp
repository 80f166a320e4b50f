#include "decide/shape.h"
#include <algorithm>

namespace vecwrap {

std::vector<int> vector_dims(const Nest &nest, const Target &target) {
  std::vector<int> dims;
  for (size_t d = 0; d < nest.dims.size(); ++d)
    if ((!nest.converts(nest.out) || converts_vectors(target, nest.as(nest.out), nest.stored(nest.out))) && nest.contiguous(nest.out, int(d))) dims.push_back(int(d));
  return dims;
}

namespace {

/// Moves the moving operands and no other, by a constant.
bool is_panel(const Nest &nest, const Shape &s, int root, int d) {
  if (!nest.dims[d].extent.is_const()) return false;
  for (size_t a = 0; a < nest.accesses.size(); ++a)
    if (loads_access(nest, root, int(a)) && nest.still(int(a), d) != nest.still(int(a), s.vector)) return false;
  return true;
}

/// The step of a parallel dim in elements of a reduction, if windows slide along that (the next position); 0 otherwise.
int64_t slide(const Nest &nest, int parallel, int reduction, const std::vector<int> &moving) {
  if (parallel < 0 || moving.size() != 2 || !nest.dims[reduction].extent.is_const()) return 0;
  int64_t step = 0;
  for (int a : moving) {
    const Int row = nest.accesses[a].strides[parallel], place = nest.accesses[a].strides[reduction];
    if (!row.is_const() || !place.is_const() || !place.value) return 0;
    if (row.value % place.value == 0 && row.value / place.value > 0) step = row.value / place.value;
    else if (row.value) return 0;
  }
  return step;
}

/// Rows are windows over the last reduction, lines of rows (another parallel dim) over the one before that.
void find_windows(const Nest &nest, Shape &s, const std::vector<int> &moving) {
  if (s.rows_share || s.reductions.empty()) return;
  s.step = slide(nest, s.row, s.reductions.back(), moving);
  if (!s.step) return;
  s.window = nest.dims[s.reductions.back()].extent.value;
  for (int d : s.outer)
    if (const int64_t step = s.reductions.size() == 2 ? slide(nest, d, s.reductions[0], moving) : 0)
      s.line = d, s.line_step = step, s.line_window = nest.dims[s.reductions[0]].extent.value;
}

} // namespace

Shape shape_of(const Nest &nest, int vector) {
  Shape s;
  s.vector = vector;
  if (nest.update >= 0) s.operations = operations_of_update(nest);
  const int root = nest.update >= 0 ? nest.update : nest.final;
  std::vector<int> moving;
  for (size_t a = 0; a < nest.accesses.size(); ++a) {
    const Access &access = nest.accesses[a];
    if (!loads_access(nest, root, int(a)) || nest.still(int(a), vector)) continue;
    moving.push_back(int(a));
    auto add = [&](std::vector<int> &list) {
      if (std::find(list.begin(), list.end(), access.tensor) == list.end()) list.push_back(access.tensor);
    };
    add(s.moving);
    if (!nest.contiguous(int(a), vector)) add(s.strided);
  }
  int best = 0;
  for (int d = int(nest.dims.size()) - 1; d >= 0; --d) {
    if (d == vector || nest.dims[d].reduction || nest.dims[d].extent == Int::constant(1)) continue; // one row shares nothing
    int reuse = 0; // vector loads that a tile along d shares count twice, broadcasts once
    for (size_t a = 0; a < nest.accesses.size(); ++a)
      if (loads_access(nest, root, int(a)) && nest.still(int(a), d))
        reuse += std::find(moving.begin(), moving.end(), int(a)) != moving.end() ? 2 : 1;
    if (reuse > best) best = reuse, s.row = d;
  }
  for (int a : moving) s.rows_share = s.rows_share && (s.row < 0 || nest.still(a, s.row));
  for (size_t d = 0; d < nest.dims.size(); ++d) {
    if (nest.dims[d].reduction) s.reductions.push_back(int(d));
    else if (int(d) != vector && int(d) != s.row) s.outer.push_back(int(d));
  }
  find_windows(nest, s, moving);
  for (int d : s.outer)
    if (s.row >= 0 && s.rows_share && is_panel(nest, s, root, d)) s.panel = d;
  return s;
}

double operations_of_update(const Nest &nest) {
  std::vector<bool> reached(nest.nodes.size());
  double count = 0;
  reached[nest.update] = true;
  for (int n = nest.update; n >= 0; --n) {
    const int operands = reached[n] ? info_of(nest.nodes[n].op).operands : 0;
    for (int i = 0; i < operands; ++i) reached[nest.nodes[n].in[i]] = true;
    count += operands > 0;
  }
  return count;
}

int64_t typical_extent(const Nest &nest, int d) {
  constexpr int64_t kTypical = 1000;
  const Dim &dim = nest.dims[d];
  return dim.extent.is_const() ? dim.extent.value : dim.typical ? dim.typical : kTypical;
}

std::vector<Nest> typical_nests(const Nest &nest) {
  if (std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); })) return {nest};
  constexpr int64_t kSizes[] = {20, 60, 250, 1000}; // no powers of two, whose rows meet in few sets of a cache
  std::vector<Nest> list;
  for (int64_t size : kSizes) {
    Nest sized = nest;
    for (Dim &d : sized.dims)
      if (!d.extent.is_const()) d.extent = Int::constant(d.typical ? d.typical : size);
    for (Access &a : sized.accesses)
      for (Int &stride : a.strides) // two symbols are two distances
        if (!stride.is_const()) stride = Int::constant((size + 2 * stride.sym) * size_of(nest.type));
    list.push_back(std::move(sized));
  }
  return list;
}

} // namespace vecwrap
