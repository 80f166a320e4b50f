// Schedules for programs. Where all nests walk the same rows, the earlier ones run in the last one's loop over blocks of
// rows, as many as the first-level cache holds of what several nests use; each nest is then scheduled for its part.
#include "codegen/loopnest.h"
#include "decide/ahead.h"
#include "decide/shape.h"
#include "decide/strategy.h"
#include "schedule/share.h"
#include <algorithm>

namespace vecwrap {
namespace {

constexpr int64_t kLeast = 1024; ///< bytes that one run of the body uses again: less does not pay for its loops
constexpr int64_t kAbreast = 4;  ///< rows

/// Do different outputs use the same operand of the reduction (a product of matrices)? Its tile is worth more than what
/// sharing could save.
bool has_reuse(const Nest &nest) {
  const auto varies = [&](int d) { return !(nest.dims[d].extent == Int::constant(1)); };
  for (int a = 0; nest.update >= 0 && a < int(nest.accesses.size()); ++a) {
    bool folded = false, still = false;
    for (int d = 0; d < int(nest.dims.size()) && loads_access(nest, nest.update, a); ++d)
      if (varies(d)) (nest.dims[d].reduction ? folded : still) |= nest.dims[d].reduction != nest.still(a, d);
    if (folded && still) return true;
  }
  return false;
}

double points(const Nest &nest) {
  double all = 1;
  for (const Dim &d : nest.dims) all *= double(d.extent.value);
  return all;
}

bool is_constant(const Nest &nest) {
  return std::all_of(nest.dims.begin(), nest.dims.end(), [](const Dim &d) { return d.extent.is_const(); });
}

class Rows {
public:
  Rows(const Program &program, const Target &target)
      : program_(program), target_(target), nests_(linked(program)), host_(int(nests_.size()) - 1), steps_(nests_.size()) {}

  std::optional<Sentence> run() {
    const auto fits_rows = [](const Nest &nest) { return is_constant(nest) && !has_reuse(nest); };
    if (host_ < 1 || !std::all_of(nests_.begin(), nests_.end(), fits_rows)) return {};
    const std::vector<int> contiguous = vector_dims(nests_[host_], target_);
    for (int d = 0; d < int(host().dims.size()); ++d)
      if (!host().dims[d].reduction && std::find(contiguous.begin(), contiguous.end(), d) == contiguous.end()) rows_.push_back(d);
    for (depth_ = 0; depth_ < int(rows_.size()); ++depth_)
      if (fits()) return schedule();
    return {};
  }

private:
  const Nest &host() const { return nests_[host_]; }
  int64_t room() const { return target_.l1_bytes / 2; }

  /// One row of the loops up to depth_, unscheduled: is what is used again small enough?
  bool fits() {
    block_ = 1;
    place({});
    const auto tree = applied();
    if (!tree || !once(*tree)) return false;
    row_bytes_ = used_again(*tree);
    return row_bytes_ <= room();
  }

  /// Bytes of one run of the body that several nests touch: what they pass on, and operands that they have in common.
  int64_t used_again(const ProgramTree &tree) const {
    int64_t bytes = tree.bytes;
    for (int tensor = 0; tensor < tree.arguments; ++tensor) {
      int users = 0;
      int64_t most = 0;
      for (int n = 0; n <= host_; ++n) {
        const int64_t part = touched_bytes(n < host_ ? tree.leaves[n].tree.nest : of_rows(host(), block_), tensor);
        users += part > 0, most = std::max(most, part);
      }
      if (users > 1) bytes += most;
    }
    return bytes;
  }

  /// The host's loops over rows around the steps for its part of them.
  void place(const std::vector<Step> &inner) {
    const std::string name = host().dims[rows_[depth_]].name;
    std::vector<Step> &steps = steps_[host_];
    std::vector<std::string> order;
    steps.clear();
    if (block_ > 1) steps.push_back({StepKind::Split, {name}, block_});
    for (int r = 0; r <= depth_; ++r) order.push_back(host().dims[rows_[r]].name);
    place_ = order.back();
    bool ordered = false;
    for (Step step : inner) {
      for (std::string &loop : step.names) loop = deeper(loop);
      if (step.kind == StepKind::Reorder) {
        ordered = true;
        std::erase_if(step.names, [&](const std::string &loop) { return is_outer(loop); });
        step.names.insert(step.names.begin(), order.begin(), order.end());
      }
      steps.push_back(step);
    }
    if (ordered) return;
    if (block_ > 1) order.push_back(name + ".1");
    const auto last = rows_.begin() + depth_ + 1;
    for (int d = 0; d < int(host().dims.size()); ++d)
      if (std::find(rows_.begin(), last, d) == last) order.push_back(host().dims[d].name);
    steps.push_back({StepKind::Reorder, order});
  }

  /// A loop of the block's schedule: of the dim that is cut into blocks, one level further in.
  std::string deeper(const std::string &loop) const {
    const std::string &name = host().dims[rows_[depth_]].name;
    if (block_ == 1 || (loop != name && !loop.starts_with(name + "."))) return loop;
    return name + "." + std::to_string(loop == name ? 1 : std::stoi(loop.substr(name.size() + 1)) + 1);
  }

  /// Is it a loop over whole rows, which the block's schedule need not walk?
  bool is_outer(const std::string &loop) const {
    for (int r = 0; r <= depth_; ++r)
      if (loop == host().dims[rows_[r]].name) return true;
    return false;
  }

  Sentence sentence() const {
    Sentence all;
    for (int n = 0; n <= host_; ++n) {
      all.steps.push_back({StepKind::Nest, {nests_[n].name}});
      if (n < host_) all.steps.push_back({StepKind::At, {host().name, place_}});
      all.steps.insert(all.steps.end(), steps_[n].begin(), steps_[n].end());
    }
    return all;
  }
  Result<ProgramTree> applied() const { return apply(program_, sentence(), target_); }

  /// Is everything computed once, in all runs of the body together?
  bool once(const ProgramTree &tree) const {
    const double runs = points(of_rows(host(), 0)) / points(of_rows(host(), block_));
    for (int n = 0; n < host_; ++n)
      if (!is_constant(tree.leaves[n].tree.nest) || runs * points(tree.leaves[n].tree.nest) != points(nests_[n])) return false;
    return true;
  }

  /// The nest for a block of rows; all of them if `block` is 0.
  Nest of_rows(const Nest &nest, int64_t block) const {
    Nest part = nest;
    for (int r = 0; r <= depth_ && block; ++r) part.dims[rows_[r]].extent = Int::constant(r < depth_ ? 1 : block);
    return part;
  }

  /// The largest block of rows that leaves no rest. A few rows hide each other's latency; while more of them are worked on,
  /// memory waits (softmax of rows of 128 and 384 on Zen 5: 4 rows 37 and 373 us, 1 row 49 and 406, 24 rows 42 and 439).
  int64_t largest_block() const {
    const int64_t rows = host().dims[rows_[depth_]].extent.value, row = std::max<int64_t>(row_bytes_, 1);
    const int64_t most = std::max(room() / 4 / row, std::min(kAbreast, room() / row));
    for (int64_t block = std::min(rows, most); block > 1; --block)
      if (rows % block == 0) return block;
    return 1;
  }

  std::optional<std::vector<Step>> proposed(const Nest &nest) const {
    const auto list = make_heuristic({true})->propose(nest, target_, 1);
    return list ? std::optional(list->front().steps) : std::nullopt;
  }

  std::optional<Sentence> schedule() {
    block_ = largest_block();
    if (block_ * row_bytes_ < kLeast || block_ == points(of_rows(host(), 0)) / points(of_rows(host(), 1))) return {};
    const auto inner = proposed(of_rows(host(), block_));
    if (!inner) return {};
    place(*inner);
    const auto tree = applied();
    if (!tree || used_again(*tree) > room() || !once(*tree)) return {};
    for (int n = 0; n < host_; ++n) {
      const auto steps = proposed(tree->leaves[n].tree.nest);
      if (!steps) return {};
      steps_[n] = *steps;
    }
    const auto all = applied();
    if (!all || !generate(*all, target_)) return {};
    return with_next_rows(*all);
  }

  /// What is read ahead, as far as there are registers for its addresses.
  Sentence with_next_rows(const ProgramTree &tree) {
    const Sentence plain = sentence();
    for (const auto &[nest, step] : next_rows(nests_, tree, host_, rows_[depth_], block_, target_)) steps_[nest].push_back(step);
    const auto ahead = applied();
    return ahead && generate(*ahead, target_) ? sentence() : plain;
  }

  const Program &program_;
  const Target &target_;
  const std::vector<Nest> nests_;
  const int host_;
  std::vector<std::vector<Step>> steps_; ///< per nest
  std::vector<int> rows_;                ///< the host's dims that may be walked outside
  int depth_ = 0;                        ///< the last of those that are shared
  int64_t row_bytes_ = 0;                ///< used again in one of its rows
  int64_t block_ = 1;                    ///< indices of that one at a time
  std::string place_;                    ///< its loop
};

} // namespace

std::optional<Sentence> share_rows(const Program &program, const Target &target) { return Rows(program, target).run(); }

Result<Sentence> propose(const Program &program, const Target &target) {
  if (const auto shared = share_rows(program, target)) return *shared;
  Sentence all;
  for (const Nest &nest : program.nests) {
    const auto list = make_heuristic({true})->propose(nest, target, 1);
    if (!list) return list.refusal();
    all.steps.push_back({StepKind::Nest, {nest.name}});
    all.steps.insert(all.steps.end(), list->front().steps.begin(), list->front().steps.end());
  }
  return all;
}

} // namespace vecwrap
