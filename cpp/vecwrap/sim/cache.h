// A set-associative cache with least-recently-used replacement; stores allocate.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace vecwrap::sim {

struct Geometry {
  std::string name;
  uint64_t bytes = 0, ways = 1, line = 64, latency = 0;  // line: a power of two
};

class Cache {
public:
  explicit Cache(const Geometry &g)
      : geometry(g), sets_(g.bytes / g.line / g.ways), even_(std::has_single_bit(sets_)), tags_(sets_ * g.ways, kEmpty) {}

  uint64_t line_of(uint64_t address) const { return address >> std::countr_zero(geometry.line); }

  // Whether the line that holds the address was there; it is afterwards.
  bool access(uint64_t address) {
    const uint64_t tag = line_of(address), set = even_ ? tag & (sets_ - 1) : tag % sets_;
    const auto first = tags_.begin() + static_cast<long>(set * geometry.ways);
    if (*first == tag) return true;
    auto last = first + static_cast<long>(geometry.ways);
    auto found = std::find(first, last, tag);
    const bool hit = found != last;
    std::rotate(first, hit ? found : last - 1, hit ? found + 1 : last);  // most recent first
    *first = tag;
    return hit;
  }

  Geometry geometry;
  uint64_t hits = 0, misses = 0;

private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  uint64_t sets_;
  bool even_;  // a power of two sets, as nearly always: no division
  std::vector<uint64_t> tags_;
};

}  // namespace vecwrap::sim
