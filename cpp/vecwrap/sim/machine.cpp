#include "machine.h"

#include <algorithm>
#include <sstream>
#include <utility>
#include "classes.h"

namespace vecwrap::sim {
namespace {

// A loop that never accesses memory by vectors must not make the queue grow without end.
constexpr size_t kMostWaiting = 65536;

}  // namespace

Machine::Machine(Core core)
    : core_(std::move(core)), board_(std::in_place, core_), caches_(core_.caches.begin(), core_.caches.end()),
      counts_(class_count), elements_(class_count) {}

int Machine::vlmax() const {
  const int elements = core_.vlen / shape_.sew;
  return shape_.lmul >= 0 ? elements << shape_.lmul : elements >> -shape_.lmul;
}

void Machine::execute(const Insn &insn, bool counted) {
  settle();
  pending_.insn = &insn;
  pending_.counted = counted;
}

void Machine::access(uint64_t address, bool store) {
  ++pending_.count;
  if (caches_.empty()) return;
  const uint64_t line = caches_[0].line_of(address);
  if (pending_.accesses.empty() || caches_[0].line_of(pending_.accesses.back().address) != line)
    pending_.accesses.push_back({address, store});
}

void Machine::settle() {
  if (!pending_.insn) return;
  const Insn &insn = *pending_.insn;
  if (vl_open_) {
    const bool tells = insn.counts_vl && pending_.count;
    const bool keeps = insn.kind == vset && insn.avl == Avl::keep;
    const bool gives_up = (insn.kind == vset && !keeps) || waiting_.size() >= kMostWaiting;
    if (tells) resolve(static_cast<int>(pending_.count) / insn.fields, true);
    else if (gives_up) resolve(vlmax(), false);
  }
  if (vl_open_) waiting_.push_back(pending_);
  else account(pending_);
  pending_.insn = nullptr;
  pending_.count = 0;
  pending_.accesses.clear();
}

void Machine::resolve(int vl, bool known) {
  vl_open_ = false;
  vl_ = vl;
  for (const Executed &executed : waiting_) {
    account(executed);
    (known ? vl_exact_ : vl_assumed_) += executed.counted && executed.insn->vector;
  }
  waiting_.clear();
}

void Machine::finish() {
  if (vl_open_) resolve(vlmax(), false);
}

void Machine::restart() {
  board_.emplace(core_);
  for (Cache &cache : caches_) cache.hits = cache.misses = 0;
  std::fill(counts_.begin(), counts_.end(), 0);
  std::fill(elements_.begin(), elements_.end(), 0);
  vl_exact_ = vl_assumed_ = instructions_ = 0;
}

void Machine::start_vset(const Insn &insn) {
  if (!insn.vtype_in_register) shape_ = insn.shape;  // vsetvl restores what was saved; its vtype cannot be seen
  if (insn.avl == Avl::maximum) vl_ = vlmax();
  if (insn.avl == Avl::immediate) vl_ = std::min(insn.avl_immediate, vlmax());
  vl_open_ = insn.avl == Avl::unknown;
}

void Machine::account(const Executed &executed) {
  const Insn &insn = *executed.insn;
  if (insn.kind == vset) start_vset(insn);
  const int extra = walk_caches(executed);
  if (!executed.counted) return;
  const auto kind = static_cast<size_t>(insn.kind);
  ++instructions_;
  ++counts_[kind];
  if (insn.vector) elements_[kind] += insn.counts_vl ? executed.count : static_cast<uint64_t>(vl_);
  board_->issue(insn, shape_, vl_, extra);
}

// Cycles beyond a first-level hit. Misses of one instruction overlap: the slowest decides. Stores wait for nothing.
int Machine::walk_caches(const Executed &executed) {
  uint64_t slowest = 0;
  for (const Access &access : executed.accesses) {
    uint64_t latency = static_cast<uint64_t>(core_.memory_latency);
    for (Cache &cache : caches_) {
      const bool hit = cache.access(access.address);
      if (executed.counted) ++(hit ? cache.hits : cache.misses);
      if (hit) {
        latency = cache.geometry.latency;
        break;
      }
    }
    if (!access.store) slowest = std::max(slowest, latency);
  }
  return caches_.empty() || slowest <= caches_[0].geometry.latency ? 0 : static_cast<int>(slowest - caches_[0].geometry.latency);
}

std::string Machine::json(uint64_t regions) const {
  std::ostringstream out;
  out << "{\"model\": " << kModel << ", \"core\": \"" << core_.name << "\", \"vlen\": " << core_.vlen << ", \"regions\": " << regions
      << ", \"instructions\": " << instructions_ << ", \"cycles\": " << board_->cycles() << ", \"classes\": {";
  const char *comma = "";
  for (size_t kind = 0; kind < counts_.size(); ++kind) {
    if (!counts_[kind]) continue;
    out << comma << "\"" << kClasses[kind] << "\": {\"instructions\": " << counts_[kind] << ", \"elements\": " << elements_[kind] << "}";
    comma = ", ";
  }
  out << "}, \"vl\": {\"deferred\": " << vl_exact_ << ", \"assumed\": " << vl_assumed_ << "}, \"caches\": [";
  comma = "";
  for (const Cache &cache : caches_) {
    out << comma << "{\"name\": \"" << cache.geometry.name << "\", \"hits\": " << cache.hits << ", \"misses\": " << cache.misses << "}";
    comma = ", ";
  }
  out << "]}\n";
  return out.str();
}

}  // namespace vecwrap::sim
