#include "core.h"

#include <bit>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace vecwrap::sim {
namespace {

constexpr int kSews = 4, kLmuls = 7;

size_t index_of(int kind, bool scalar_form, Shape shape) {
  int sew = 0;
  while (sew < kSews - 1 && 8 << sew < shape.sew) ++sew;
  const int lmul = std::min(std::max(shape.lmul, -3), 3) + 3;
  return static_cast<size_t>(((kind * 2 + scalar_form) * kSews + sew) * kLmuls + lmul);
}

void read_cost(std::istringstream &in, Core &core) {
  std::string name;
  bool scalar_form = false;
  Shape shape;
  Cost cost;
  size_t uses = 0;
  in >> name >> scalar_form >> shape.sew >> shape.lmul >> cost.latency >> cost.uops >> uses;
  for (size_t i = 0; i < uses && in; ++i) {
    Use use;
    in >> use.units >> use.cycles;
    cost.uses.push_back(use);
  }
  const int kind = class_named(name);
  if (kind < 0) throw std::runtime_error("no instruction class is called '" + name + "'");
  if (in) core.set_cost(kind, scalar_form, shape, std::move(cost));
}

void read_line(const std::string &line, Core &core) {
  std::istringstream in(line);
  std::string key;
  in >> key;
  if (key == "name") in >> core.name;
  else if (key == "vlen") in >> core.vlen;
  else if (key == "width") in >> core.width;
  else if (key == "window") in >> core.window;
  else if (key == "memory_latency") in >> core.memory_latency;
  else if (key == "occupancy_follows_vl") in >> core.occupancy_follows_vl;
  else if (key == "completes_in_order") in >> core.completes_in_order;
  else if (key == "op") read_cost(in, core);
  else if (key == "cache") {
    Geometry g;
    in >> g.name >> g.bytes >> g.ways >> g.line >> g.latency;
    if (!std::has_single_bit(g.line) || !g.ways || !g.bytes || g.bytes % (g.line * g.ways)) in.setstate(std::ios::failbit);
    core.caches.push_back(g);
  } else throw std::runtime_error("unknown key '" + key + "'");
  if (!in) throw std::runtime_error("bad or missing value for '" + key + "'");
}

}  // namespace

const Cost &Core::cost(int kind, bool scalar_form, Shape shape) const {
  static const Cost none;
  const size_t exact = index_of(kind, scalar_form, shape), vector_form = index_of(kind, false, shape);
  if (exact < costs_.size() && costs_[exact].known) return costs_[exact];
  return vector_form < costs_.size() && costs_[vector_form].known ? costs_[vector_form] : none;
}

void Core::set_cost(int kind, bool scalar_form, Shape shape, Cost cost) {
  costs_.resize(static_cast<size_t>(kClassCount) * 2 * kSews * kLmuls);
  cost.known = true;
  costs_[index_of(kind, scalar_form, shape)] = std::move(cost);
}

Core read_core(const std::string &path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read the core description " + path);
  Core core;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    try {
      if (!line.empty()) read_line(line, core);
    } catch (const std::runtime_error &error) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return core;
}

}  // namespace vecwrap::sim
