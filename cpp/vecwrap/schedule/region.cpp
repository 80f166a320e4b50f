#include "schedule/region.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// Dims of the writer by stride, the longest first: the digits of an address.
std::vector<int> digits(const Nest &writer) {
  std::vector<int> dims;
  const auto &strides = writer.accesses[writer.out].strides;
  for (size_t d = 0; d < writer.dims.size(); ++d)
    if (strides[d].is_const() && strides[d].value > 0 && writer.dims[d].extent != Int::constant(1)) dims.push_back(int(d));
  std::stable_sort(dims.begin(), dims.end(), [&](int a, int b) { return strides[a].value > strides[b].value; });
  return dims;
}

/// Adds `bytes` to the writer's indices, through `add(dim, factor)`. False: there is a rest.
template <class F> bool spread(const Nest &writer, const Int &bytes, F add) {
  const auto &strides = writer.accesses[writer.out].strides;
  if (!bytes.is_const()) {
    const auto d = std::find(strides.begin(), strides.end(), bytes);
    if (d != strides.end()) add(int(d - strides.begin()), 1);
    return d != strides.end();
  }
  int64_t rest = bytes.value;
  for (int d : digits(writer))
    if (rest / strides[d].value > 0) add(d, rest / strides[d].value), rest %= strides[d].value;
  return rest == 0;
}

/// A dim of one iteration never moves, so its stride says nothing: it belongs to a dim of the writer that is like it.
void match_single(const Nest &writer, const Int &stride, Region &region, int e) {
  for (size_t d = 0; d < region.size(); ++d)
    if (writer.dims[d].extent == Int::constant(1) && writer.accesses[writer.out].strides[d] == stride && !region[d].moves()) {
      region[d].step[e] = 1;
      return;
    }
}

/// Do the indices of the range lie in 0..extent-1 for all points of the reader?
bool within(const Range &range, const Int &extent, const Nest &reader) {
  int64_t last = range.low + range.span - 1;
  for (size_t e = 0; e < range.step.size(); ++e) {
    if (!range.step[e]) continue;
    if (is_index(range, int(e)) && reader.dims[e].extent == extent) return true;
    if (!reader.dims[e].extent.is_const()) return false;
    last += range.step[e] * (reader.dims[e].extent.value - 1);
  }
  return range.low >= 0 && (last == 0 || (extent.is_const() && last < extent.value));
}

} // namespace

bool Range::moves() const {
  return !whole && std::any_of(step.begin(), step.end(), [](int64_t s) { return s != 0; });
}

bool is_index(const Range &range, int e) {
  if (range.whole || range.low || range.span != 1) return false;
  for (size_t i = 0; i < range.step.size(); ++i)
    if (range.step[i] != (int(i) == e)) return false;
  return true;
}

Result<Region> locate(const Nest &writer, const Nest &reader, int access) {
  const Access &from = writer.accesses[writer.out], &to = reader.accesses[access];
  const std::string where = "nest '" + reader.name + "' reads '" + reader.tensors[to.tensor].name + "'";
  if (to.index >= 0) return Refusal{"share-layout", where + " at places that are known only at run time"};
  Region region(writer.dims.size());
  for (Range &r : region) r.step.resize(reader.dims.size());
  bool fits = spread(writer, Int::constant(to.offset - from.offset), [&](int d, int64_t n) { region[d].low += n; });
  for (size_t e = 0; e < reader.dims.size(); ++e)
    if (reader.dims[e].extent == Int::constant(1)) match_single(writer, to.strides[e], region, int(e));
    else fits = fits && spread(writer, to.strides[e], [&](int d, int64_t n) { region[d].step[e] += n; });
  for (size_t d = 0; d < writer.dims.size(); ++d) {
    region[d].whole = writer.dims[d].reduction;
    fits = fits && (region[d].whole || within(region[d], writer.dims[d].extent, reader));
  }
  if (!fits) return Refusal{"share-layout", where + " in another layout than '" + writer.name + "' writes it, or beyond what it writes"};
  return region;
}

Region compose(const Region &region, const Region &inner, const Nest &nest) {
  Region result = region;
  for (size_t d = 0; d < region.size(); ++d) {
    Range &r = result[d];
    r.step.assign(inner.empty() ? 0 : inner[0].step.size(), 0);
    for (size_t f = 0; f < inner.size() && !r.whole; ++f) {
      const int64_t factor = region[d].step[f];
      if (!factor) continue;
      const Int extent = nest.dims[f].extent;
      r.open = r.open || inner[f].open || (inner[f].whole && !extent.is_const());
      r.low += factor * (inner[f].whole ? 0 : inner[f].low);
      r.span += factor * ((inner[f].whole ? extent.value : inner[f].span) - 1);
      for (size_t e = 0; e < r.step.size() && !inner[f].whole; ++e) r.step[e] += factor * inner[f].step[e];
    }
    if (!r.moves()) r = {std::vector<int64_t>(r.step.size()), 0, 1, true};
  }
  return result;
}

std::optional<Region> hull(const Region &a, const Region &b) {
  Region all = a;
  for (size_t d = 0; d < a.size(); ++d) {
    if (a[d].step != b[d].step || a[d].whole != b[d].whole) return {};
    all[d].open = a[d].open || b[d].open;
    all[d].low = std::min(a[d].low, b[d].low);
    all[d].span = std::max(a[d].low + a[d].span, b[d].low + b[d].span) - all[d].low;
  }
  return all;
}

} // namespace vecwrap
