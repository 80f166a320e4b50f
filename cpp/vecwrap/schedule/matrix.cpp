// Step matrix: three loops that a matrix unit takes blocks of.
#include "ir/combine.h"
#include "ir/product.h"
#include "schedule/applier.h"
#include "target/matrix.h"
#include <algorithm>

namespace vecwrap {
namespace {

std::optional<MatrixForm> form_of(const Nest &nest, const Target &target) {
  const std::optional<Product> product = product_of(nest);
  if (!product) return {};
  const auto stored = [&](int load) { return nest.stored(nest.nodes[load].access); };
  return matrix_form(target, nest.type, stored(product->a), stored(product->b));
}

} // namespace

/// Columns hold groups along the sum, as with step dot.
bool Applier::matrix(const Step &step) {
  const Nest &nest = tree_.nest;
  const std::optional<MatrixForm> form = form_of(nest, target_);
  if (!product_of(nest) || !may_reorder(nest))
    return no("matrix-shape", "the update is not acc + a * b of elements that are stored in narrower types, in any order");
  if (!form) return no("matrix-type", target_.name + " has no matrix unit for such products, summed in " + name_of(nest.type));
  for (const Loop &loop : tree_.loops)
    if (loop.part != Part::None || loop.dot > 1) return no("matrix-shape", "'" + loop.name + "' is a loop of an earlier step matrix or dot");
  for (const Part part : {Part::Rows, Part::Columns, Part::Depth}) {
    const int l = find_or_refuse(step.names[size_t(part) - 1]);
    if (l < 0) return false;
    if (tree_.loops[l].part != Part::None) return no("matrix-shape", "'" + tree_.loops[l].name + "' is named twice");
    tree_.loops[l].part = part;
    if (part == Part::Depth) tree_.loops[l].dot = form->group;
  }
  return true;
}

/// Rows and columns are the tile, the depth is the loop around it, of which check_dot has seen that it can be.
bool Applier::check_matrix() {
  const int rows = int(tree_.loops.size()) - 2;
  const auto is = [&](int l, Part part) { return l >= 0 && tree_.loops[l].part == part; };
  if (std::none_of(tree_.loops.begin(), tree_.loops.end(), [](const Loop &l) { return l.part != Part::None; })) return true;
  if (tree_.tile != rows || tree_.vector != rows + 1 || tree_.reduces_lanes() || !is(rows, Part::Rows) || !is(rows + 1, Part::Columns) || !is(rows - 1, Part::Depth))
    return no("matrix-shape", "rows and columns must be the two loops of the tile, the columns vectorized, and the depth the reduction loop around it");
  const int depth = form_of(tree_.nest, target_)->depth;
  for (const Loop &outer : tree_.loops)
    if (outer.dim == tree_.loops[rows - 1].dim && outer.step != 1 && outer.step % depth)
      return no("bad-factor", "the steps of '" + outer.name + "' cut a block; split by a multiple of " + std::to_string(depth));
  return true;
}

} // namespace vecwrap
