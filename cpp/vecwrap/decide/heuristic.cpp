// The deterministic heuristic. It reads the nest and the target description, ranks register tiles by a small
// throughput model, and proposes the first sentences that code generation accepts.
#include "codegen/loopnest.h"
#include "decide/candidates.h"
#include "decide/estimate.h"
#include "decide/lanes.h"
#include "decide/strategy.h"
#include "decide/tiles.h"
#include "ir/collapse.h"
#include "ir/combine.h"
#include <algorithm>
#include <limits>

namespace vecwrap {
namespace {

class Heuristic : public Strategy {
public:
  explicit Heuristic(HeuristicOptions options) : options_(options) {}
  const char *name() const override { return "heuristic"; }

  Result<std::vector<Sentence>> propose(const Nest &nest, const Target &target, int n) override {
    std::vector<Sentence> legal;
    Refusal last{"no-schedule", "no schedule of the heuristic fits this nest"};
    for (const Sentence &s : all_candidates(nest, target)) {
      Result<LoopTree> tree = apply(nest, s, target);
      Result<VProgram> program = tree ? generate(*tree, target) : Result<VProgram>(tree.refusal());
      if (program) legal.push_back(s);
      else last = program.refusal();
      if (int(legal.size()) >= n) break;
    }
    if (legal.empty()) return refusal_.name.empty() ? last : refusal_;
    return legal;
  }

private:
  /// Where vectors may have several registers, by the estimated time; scalar code last.
  std::vector<Sentence> all_candidates(const Nest &given, const Target &target) {
    if (target.widest_group == 1) return candidates(given, target);
    std::vector<Sentence> all;
    std::vector<Step> collapsed;
    const Nest nest = options_.collapse ? whole(given, collapsed) : given;
    for (int group : groups(nest, target))
      for (Sentence &s : candidates(nest, grouped(target, group))) {
        for (Step &step : s.steps)
          if (step.kind == StepKind::Vectorize && group > 1) step.factor = group;
        all.push_back(std::move(s));
      }
    rank(nest, target, all);
    std::stable_partition(all.begin(), all.end(), [](const Sentence &s) {
      return std::any_of(s.steps.begin(), s.steps.end(), [](const Step &step) { return step.kind == StepKind::Vectorize; });
    });
    for (Sentence &s : all) s.steps.insert(s.steps.begin(), collapsed.begin(), collapsed.end());
    return all;
  }

  /// The nest with as few dims as its tensors allow, and the steps to it: longer loops leave smaller tails.
  static Nest whole(Nest nest, std::vector<Step> &steps) {
    for (int inner = int(nest.dims.size()) - 1; inner > 0; --inner)
      for (int outer = inner - 1; outer >= 0; --outer) {
        if (!why_not_collapse(nest, outer, inner).empty()) continue;
        steps.push_back({StepKind::Collapse, {nest.dims[outer].name, nest.dims[inner].name}});
        collapse(nest, outer, inner);
        break;
      }
    return nest;
  }

  /// Where instructions wait for each other in order: the innermost reduction loop that is not unrolled wholly.
  static void load_ahead(LoopTree &tree, const Target &target, Sentence &sentence) {
    if (!target.core || !target.core->in_order) return;
    int l = tree.tile - 1;
    while (l >= tree.scope && tree.loops[l].unrolled_wholly()) --l;
    if (l < tree.scope || tree.loops[l].step != 1 || tree.loops[l].dot != 1) return;
    tree.loops[l].pipeline = true;
    sentence.steps.push_back({StepKind::Pipeline, {tree.loops[l].name}});
  }

  static void rank(const Nest &nest, const Target &target, std::vector<Sentence> &list) {
    std::vector<std::pair<double, Sentence>> timed;
    for (Sentence &s : list)
      if (Result<LoopTree> tree = apply(nest, s, target)) {
        load_ahead(*tree, target, s);
        timed.push_back({estimate(*tree, target), std::move(s)});
      }
    std::stable_sort(timed.begin(), timed.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    list.clear();
    for (auto &[cycles, s] : timed) list.push_back(std::move(s));
  }

  std::vector<Sentence> candidates(const Nest &nest, const Target &target) {
    refusal_ = {};
    std::vector<Sentence> list;
    for (int vector : vector_dims(nest, target)) {
      Shape shape = shape_of(nest, vector);
      if (shape.reductions.empty()) {
        if (neighbours(nest, shape, false) >= 0) transposed(nest, target, shape, list);
        else if (vector == int(nest.dims.size()) - 1 && !options_.always)
          refusal_ = {"streams-already", "clang vectorizes a nest whose innermost loop is contiguous; nothing to gain"};
        else pointwise(nest, target, shape, list);
        continue;
      }
      if (!shape.strided.empty() && !may_reorder(nest)) strided_rows(nest, target, shape, list);
      if (shape.row < 0 && shape.strided.empty()) streaming(nest, target, shape, list);
      else contraction(nest, target, shape, list);
    }
    across_rows(nest, target, list);
    Plan dots{{}, std::numeric_limits<double>::infinity()};
    for (int vector : vector_dims(nest, target)) dots.cycles = std::min(dots.cycles, dot_products(nest, target, shape_of(nest, vector), dots.sentences));
    join(dots, dots_along_reduction(nest, target));
    for (int vector : vector_dims(nest, target)) {
      Plan blocks{{}, 0};
      blocks.cycles = matrix_products(nest, target, shape_of(nest, vector), blocks.sentences);
      join(dots, blocks);
    }
    if (options_.always) lanes_along(nest, target, dots, list);
    else list.insert(list.begin(), dots.sentences.begin(), dots.sentences.end());
    if (target.ordered_sums && !may_reorder(nest)) sums_in_order(nest, target, list);
    if (nest.has_reduction() && (options_.always || !may_reorder(nest))) scalar_rows(nest, list);
    else if (may_reorder(nest) && list.empty())
      refusal_ = {"reduces-already", "under fast-math clang vectorizes this reduction itself; nothing to gain"};
    if (options_.always) scalar(nest, list);
    return list;
  }

  /// The cheaper ones first.
  static void join(Plan &plan, const Plan &other) {
    plan.sentences.insert(other.cycles < plan.cycles ? plan.sentences.begin() : plan.sentences.end(), other.sentences.begin(), other.sentences.end());
    plan.cycles = std::min(plan.cycles, other.cycles);
  }

  /// Groups of narrow elements (step dot) before the others, lanes along a reduction where that is cheaper than to pack what is strided.
  static void lanes_along(const Nest &nest, const Target &target, const Plan &dots, std::vector<Sentence> &list) {
    constexpr double kNarrow = 1.5; // widening, and sums apart from products
    const Plan plan = lanes_along_reduction(nest, target);
    bool first = true;
    for (int vector : list.empty() ? std::vector<int>() : vector_dims(nest, target))
      first = first && plan.cycles < contraction_cycles(nest, target, shape_of(nest, vector));
    list.insert(first ? list.begin() : list.end(), plan.sentences.begin(), plan.sentences.end());
    const bool before = first && plan.cycles * kNarrow < dots.cycles;
    list.insert(list.begin() + (before ? int64_t(plan.sentences.size()) : 0), dots.sentences.begin(), dots.sentences.end());
  }

  HeuristicOptions options_;
  Refusal refusal_;
};

} // namespace

std::unique_ptr<Strategy> make_heuristic(HeuristicOptions options) { return std::make_unique<Heuristic>(options); }

} // namespace vecwrap
