// Form: how a node becomes a vector operation.
#pragma once
#include "codegen/vprogram.h"

namespace vecwrap {

struct Form {
  VOp op = VOp::VConst;
  int operands = 0;
  int in[4] = {-1, -1, -1, -1}; ///< nodes
  int64_t imm = 0; ///< of a shift by a constant, which is no operand
};

/// The node's own operation and operands; a select that is a maximum or a minimum is that, of two operands. (Of a shift the nest
/// says whether it is by a constant.)
Form form_of(const Nest &, const Node &);

/// Is it a constant that can be read from memory? (Zero is made.)
inline bool is_operand(const Node &n) { return n.op == Op::Const && n.value != 0; }
/// Is the larger (smaller) of x and the constant what IEEE's maximumNumber (minimumNumber) says, for every x?
bool is_plain_extreme(VOp, double constant);
/// Says of an operation's second operand that it is a constant.
void name_constant(VInst &, const Form &, const Nest &);
/// Of a nest of i64, by node: is it a product of numbers that 32 bits hold with their sign?
std::vector<bool> products_of_words(const Nest &);
/// Does a vector of it take a comparison whose result is a mask (where masks are not the vector registers' own)?
bool needs_mask(const Form &, const Nest &);

} // namespace vecwrap
