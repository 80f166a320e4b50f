// When each instruction issues and finishes: in order by default, within a window where the core has one.
#pragma once
#include <array>
#include <cstdint>
#include <vector>
#include "core.h"

namespace vecwrap::sim {

// Which cycles of a unit are taken; later instructions may fill gaps that earlier ones left.
class Bookings {
public:
  uint64_t after(uint64_t from, int cycles) const;  // the cycle behind the last of these that is taken; 0: all are free
  void take(uint64_t from, int cycles);

private:
  static constexpr size_t kWindow = 4096;
  std::vector<uint64_t> taken_ = std::vector<uint64_t>(kWindow, ~uint64_t{0});
};

class Scoreboard {
public:
  explicit Scoreboard(const Core &core);
  // extra: cycles that a load waits beyond the latency of a first-level hit.
  void issue(const Insn &insn, Shape shape, int vl, int extra);
  uint64_t cycles() const { return last_; }

private:
  uint64_t earliest(const Operands &ops, int latency) const;
  const Plan &planned(const Insn &insn, Shape shape, int vl) const;
  uint64_t book(const std::vector<Use> &uses, uint64_t from);
  uint64_t choose(const Use &use, uint64_t from, size_t &unit) const;
  void retire(uint64_t issued, uint64_t finished, int uops);

  const Core &core_;
  std::array<uint64_t, kRegisters> ready_{};
  std::vector<Bookings> units_ = std::vector<Bookings>(64);
  std::vector<size_t> chosen_;     // while booking
  std::vector<uint64_t> retired_;  // of the last `window` instructions
  size_t next_ = 0;
  uint64_t cycle_ = 0, last_ = 0, last_retired_ = 0;
  int issued_ = 0;
};

}  // namespace vecwrap::sim
