// What the executed instructions add up to: counts, caches, VL and cycles.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>
#include "scoreboard.h"

namespace vecwrap::sim {

struct Access {
  uint64_t address;
  bool store;
};

struct Executed {
  const Insn *insn = nullptr;
  bool counted = false;
  std::vector<Access> accesses;
};

class Machine {
public:
  explicit Machine(Core core);
  void execute(Executed executed);  // in program order, once its accesses are known
  void finish();                    // settle what still waits for its VL
  void restart();                   // counts and cycles begin anew; caches keep what they hold
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
  std::deque<Executed> waiting_;  // for the VL of the last vset* with an AVL in a register
  bool vl_open_ = false;
  Shape shape_;
  int vl_ = 0;
  std::vector<uint64_t> counts_, elements_;
  uint64_t vl_exact_ = 0, vl_assumed_ = 0, instructions_ = 0;
};

}  // namespace vecwrap::sim
