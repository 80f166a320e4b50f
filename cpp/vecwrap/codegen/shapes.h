// Where a matrix unit is told the shapes of its registers.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap {

/// In front of each loop inside of which they are the same: that takes as long as hundreds of products.
void hoist_shapes(VProgram &);

} // namespace vecwrap
