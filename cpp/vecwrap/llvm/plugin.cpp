// The clang pass plugin: where in the pipeline nests are looked for, and in which order.
#include "llvm/compat.h"
#include "llvm/gates.h"
#include "llvm/prefilter.h"
#include "llvm/refusals.h"
#include "llvm/remarks.h"
#include "llvm/replace.h"
#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>
#include <map>
#include <memory>
#include <set>
#include <tuple>

namespace vecwrap::raise {

using namespace llvm;

namespace {

bool contains_done(const Loop &loop) {
  for (const Loop *child : loop.getSubLoops())
    if (is_done(*child) || contains_done(*child))
      return true;
  return false;
}

/// Roots still to try: outermost first, then the loops inside a refused one.
void candidates(LoopInfo &loops, const std::set<BasicBlock *> &tried, std::vector<Loop *> &out) {
  std::vector<Loop *> work(loops.rbegin(), loops.rend());
  while (!work.empty()) {
    Loop *loop = work.back();
    work.pop_back();
    if (is_done(*loop) || loop->isInnermost())
      continue;
    if (!tried.count(loop->getHeader()) && !contains_done(*loop))
      out.push_back(loop);
    work.insert(work.end(), loop->rbegin(), loop->rend());
  }
}

/// A static function that is only called once, in a loop, will be inlined there and make a deeper nest. The call may
/// be some such functions away (a lambda in a loop template).
bool wait_for_inlining(Function &function, int depth = 0) {
  if (!function.hasLocalLinkage() || !function.hasOneUse() || function.hasFnAttribute(Attribute::NoInline))
    return false;
  auto *call = dyn_cast<CallInst>(*function.user_begin());
  if (!call || call->getCalledFunction() != &function || call->isNoInline() || call->getFunction() == &function ||
      gate(*call->getFunction()))
    return false;
  DominatorTree dominators(*call->getFunction());
  return LoopInfo(dominators).getLoopFor(call->getParent()) ||
         (depth < 8 && wait_for_inlining(*call->getFunction(), depth + 1));
}

/// What the early pass refused and why, by place: the late pass, which reports, sees the loop half transformed, and
/// its own reason may make little sense to a reader.
using Reasons = std::map<std::tuple<std::string, unsigned, unsigned>, Refusal>;

/// `last`: the last chance for these loops, so refusals are reported.
bool run(Function &function, FunctionAnalysisManager &analyses, Reasons &reasons, bool last) {
  if (function.isDeclaration() || !worth_a_look(function))
    return false;
  Reporter reporter(function);
  bool changed = false;
  std::set<BasicBlock *> tried;
  for (bool again = true; again;) {
    again = false;
    DominatorTree dominators(function);
    LoopInfo loops(dominators);
    std::vector<Loop *> roots;
    candidates(loops, tried, roots);
    erase_if(roots, [](Loop *root) { return !worth_a_look(*root); });
    if (roots.empty())
      break;
    if (auto why = gate(function)) {
      for (Loop *root : roots)
        if (last && !root->getParentLoop())
          reporter.refused(*root, *why);
      return changed;
    }
    if (wait_for_inlining(function))
      return changed;
    PostDominatorTree post(function);
    AAResults &aa = analyses.getResult<AAManager>(function);
    for (Loop *root : roots) {
      tried.insert(root->getHeader());
      DebugLoc where = root->getStartLoc();
      BasicBlock *header = root->getHeader();
      Outcome outcome = replace(function, *root, loops, post, aa);
      if (outcome.replaced)
        reporter.replaced(where, header, outcome);
      else if (auto key = std::make_tuple(function.getName().str(), where ? where.getLine() : 0, where ? where.getCol() : 0);
               last)
        reporter.refused(*root, where && reasons.count(key) ? reasons[key] : outcome.why);
      else if (outcome.why.name != name_of(Why::SideEffect)) // a call may yet be inlined
        reasons[key] = outcome.why;
      if (outcome.replaced) {
        changed = again = true;
        analyses.invalidate(function, PreservedAnalyses::none());
        break;
      }
    }
  }
  return changed;
}

/// C: loops are as written, after clang's own SROA, EarlyCSE and SimplifyCFG.
struct EarlyRaise : PassInfoMixin<EarlyRaise> {
  std::shared_ptr<Reasons> reasons;
  explicit EarlyRaise(std::shared_ptr<Reasons> reasons) : reasons(std::move(reasons)) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &analyses) {
    if (gate(module))
      return PreservedAnalyses::all();
    auto &functions = analyses.getResult<FunctionAnalysisManagerModuleProxy>(module).getManager();
    bool changed = false;
    for (Function &function : module)
      changed |= raise::run(function, functions, *reasons, false);
    return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
  }
};

/// C++, and what the early pass left: after inlining, before LICM, rotation and unrolling.
struct LateRaise : PassInfoMixin<LateRaise> {
  std::shared_ptr<Reasons> reasons;
  explicit LateRaise(std::shared_ptr<Reasons> reasons) : reasons(std::move(reasons)) {}
  PreservedAnalyses run(Function &function, FunctionAnalysisManager &analyses) {
    return raise::run(function, analyses, *reasons, true) ? PreservedAnalyses::none() : PreservedAnalyses::all();
  }
};

void add_passes(PassBuilder &builder) {
  auto reasons = std::make_shared<Reasons>();
  on_early_simplification(builder, [reasons](ModulePassManager &passes, OptimizationLevel level) {
    if (level.getSpeedupLevel() > 0 && level.getSizeLevel() == 0)
      passes.addPass(EarlyRaise(reasons));
  });
  // The peephole callback runs several times while a pipeline is put together: the second is after inlining.
  auto count = std::make_shared<int>(0);
  builder.registerPeepholeEPCallback([count, reasons](FunctionPassManager &passes, OptimizationLevel level) {
    if (++*count == 2 && level.getSpeedupLevel() > 0 && level.getSizeLevel() == 0)
      passes.addPass(LateRaise(reasons));
  });
}

} // namespace
} // namespace vecwrap::raise

extern "C" __attribute__((visibility("default"))) ::llvm::PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "vecwrap", LLVM_VERSION_STRING, vecwrap::raise::add_passes};
}
