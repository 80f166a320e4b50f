#include "llvm/remarks.h"
#include <cstdlib>
#include <fcntl.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>
#include <unistd.h>

namespace vecwrap::raise {

using namespace llvm;

std::string location(const Function &function, const DebugLoc &where) {
  if (where)
    return where->getFilename().str() + ":" + std::to_string(where.getLine());
  return function.getParent()->getSourceFileName() + ": " + function.getName().str();
}

/// One line per nest, written by one append: parallel compilers share the file.
void Reporter::report(const DebugLoc &where, bool replaced, const std::string &kind, const std::string &reason,
                      const std::string &detail) {
  const char *path = std::getenv("VECWRAP_REPORT");
  if (!path || !*path)
    return;
  json::Object line{{"file", where ? where->getFilename().str() : function_.getParent()->getSourceFileName()},
                    {"line", int64_t(where ? where.getLine() : 0)},
                    {"function", function_.getName().str()},
                    {"replaced", replaced},
                    {"kind", kind},
                    {replaced ? "sentence" : "reason", reason}};
  if (!detail.empty())
    line["detail"] = detail;
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(line)) << "\n";
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0 || write(file, text.data(), text.size()) != ssize_t(text.size()))
    errs() << "vecwrap: cannot write the report to '" << path << "'; set VECWRAP_REPORT to a writable file\n";
  if (file >= 0)
    close(file);
}

void Reporter::replaced(const DebugLoc &where, BasicBlock *header, const Outcome &outcome) {
  if (const char *dump = std::getenv("VECWRAP_DUMP"); dump && *dump == '1')
    errs() << outcome.nest << outcome.sentence << "\n";
  emitter_.emit([&] {
    return OptimizationRemark("vecwrap", "Replaced", where, header)
           << outcome.kind << " nest runs on a generated kernel: " << outcome.sentence
           << (outcome.few_rows.empty() ? "" : "; for few rows: " + outcome.few_rows);
  });
  report(where, true, outcome.kind, outcome.sentence, "");
}

void Reporter::refused(Loop &loop, const Refusal &why) {
  emitter_.emit([&] {
    return OptimizationRemarkMissed("vecwrap", "Refused", loop.getStartLoc(), loop.getHeader())
           << "loop nest left to clang: " << why.text();
  });
  report(loop.getStartLoc(), false, "", why.name, why.detail);
}

} // namespace vecwrap::raise
