// Named reasons for leaving code to clang; the table is refusals.def.
#pragma once
#include "ir/result.h"

namespace vecwrap::raise {

enum class Why {
#define REFUSAL(id, name, text) id,
#include "refusals.def"
#undef REFUSAL
};

const char *name_of(Why);
const char *explanation_of(Why);
inline Refusal refusal(Why why, std::string detail = {}) {
  return {name_of(why), detail.empty() ? explanation_of(why) : std::move(detail)};
}

} // namespace vecwrap::raise
