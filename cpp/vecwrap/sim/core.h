// A core as the model sees it: read from the flat text that `vecwrap sim` writes from python/vecwrap/data/cores/*.json.
#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "cache.h"
#include "insn.h"

namespace vecwrap::sim {

struct Cost {
  int latency = 1, uops = 1;
  std::vector<Use> uses;
  bool known = false;
};

struct Core {
  std::string name = "unnamed";
  int vlen = 128;
  int width = 1;   // instructions issued a cycle
  int window = 0;  // instructions in flight out of order; 0: in order
  int memory_latency = 100;
  bool occupancy_follows_vl = false;
  bool completes_in_order = false;  // an instruction issues no earlier than lets it finish after those before it
  std::vector<Geometry> caches;

  // The cost of a class at this shape; the vector-vector form stands in where the scalar form has no row.
  const Cost &cost(int kind, bool scalar_form, Shape shape) const;
  void set_cost(int kind, bool scalar_form, Shape shape, Cost cost);

private:
  std::vector<Cost> costs_;
};

Core read_core(const std::string &path);  // throws std::runtime_error with file, line and reason

}  // namespace vecwrap::sim
