// What the executed instructions add up to: counts, caches, VL and cycles.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "scoreboard.h"

namespace vecwrap::sim {

// What counts and cycles are, as a number: raise it (and MODEL in python/vecwrap/sim/run.py) when any of them changes for any program.
constexpr int kModel = 1;

struct Access {
  uint64_t address;
  bool store;
};

struct Executed {
  const Insn *insn = nullptr;
  bool counted = false;
  uint64_t count = 0;            // of accesses
  std::vector<Access> accesses;  // each that goes to another line than the one before
};

class Machine {
public:
  explicit Machine(Core core);
  void execute(const Insn &insn, bool counted);  // in program order; what it accesses follows
  void access(uint64_t address, bool store);
  void settle();   // the last instruction has made all its accesses
  void finish();   // settle what still waits for its VL
  void restart();  // counts and cycles begin anew; caches keep what they hold
  std::string json(uint64_t regions) const;

private:
  void resolve(int vl, bool known);
  void account(const Executed &executed);
  void start_vset(const Insn &insn);
  int walk_caches(const Executed &executed);
  int vlmax() const;

  Core core_;
  std::optional<Scoreboard> board_; // of this region
  std::vector<Cache> caches_;
  Executed pending_;
  std::vector<Executed> waiting_;  // for the VL of the last vset* with an AVL in a register
  bool vl_open_ = false;
  Shape shape_;
  int vl_ = 0;
  std::vector<uint64_t> counts_, elements_;
  uint64_t vl_exact_ = 0, vl_assumed_ = 0, instructions_ = 0;
};

}  // namespace vecwrap::sim
