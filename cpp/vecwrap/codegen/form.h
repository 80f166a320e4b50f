// Form: how a node becomes a vector operation.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap {

struct Form {
  VOp op = VOp::VConst;
  int operands = 0;
  int in[4] = {-1, -1, -1, -1}; ///< nodes
};

/// The node's own operation and operands; a select that is a maximum or a minimum is that, of two operands.
Form form_of(const Node &);

} // namespace vecwrap
