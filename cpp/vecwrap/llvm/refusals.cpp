#include "llvm/refusals.h"

namespace vecwrap::raise {

namespace {
struct Row {
  const char *name, *text;
};
constexpr Row kRows[] = {
#define REFUSAL(id, name, text) {name, text},
#include "llvm/refusals.def"
#undef REFUSAL
};
} // namespace

const char *name_of(Why why) { return kRows[static_cast<int>(why)].name; }
const char *explanation_of(Why why) { return kRows[static_cast<int>(why)].text; }

} // namespace vecwrap::raise
