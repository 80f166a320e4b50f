// What differs between the LLVM releases this plugin builds with (19 to 22). Nothing else may test the version.
#pragma once
#include <llvm/Config/llvm-config.h>
#if LLVM_VERSION_MAJOR >= 22
#include <llvm/Plugins/PassPlugin.h>
#else
#include <llvm/Passes/PassPlugin.h>
#endif
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>

namespace vecwrap::raise {

template <class Callback> void on_early_simplification(llvm::PassBuilder &builder, Callback callback) {
#if LLVM_VERSION_MAJOR >= 20
  builder.registerPipelineEarlySimplificationEPCallback(
      [callback](llvm::ModulePassManager &passes, llvm::OptimizationLevel level, llvm::ThinOrFullLTOPhase) {
        callback(passes, level);
      });
#else
  builder.registerPipelineEarlySimplificationEPCallback(
      [callback](llvm::ModulePassManager &passes, llvm::OptimizationLevel level) { callback(passes, level); });
#endif
}

inline llvm::Triple triple_of(const llvm::Module &module) {
#if LLVM_VERSION_MAJOR >= 21
  return module.getTargetTriple();
#else
  return llvm::Triple(module.getTargetTriple());
#endif
}

} // namespace vecwrap::raise
