// Gates: units, functions that must be left alone whatever their loops look like.
#pragma once
#include "ir/result.h"
#include <llvm/IR/Module.h>
#include <optional>

namespace vecwrap::raise {

std::optional<Refusal> gate(const llvm::Module &);
std::optional<Refusal> gate(const llvm::Function &);
/// Otherwise x86-64, where gate() let the unit pass.
bool is_riscv(const llvm::Module &);
/// Does the function's target have this feature ("+name"), or was it forbidden ("-name")?
bool has_feature(const llvm::Function &, llvm::StringRef name);
bool forbids_feature(const llvm::Function &, llvm::StringRef name);

} // namespace vecwrap::raise
