// Sums of products of elements that are stored in a narrower type than they are added in: what dot products of a target take
// several of at once, and what widening multiplications take one of.
#pragma once
#include "ir/nest.h"
#include <optional>

namespace vecwrap {

struct Product { int a, b; }; ///< Load nodes

/// Of an update that is acc + a * b of two such loads; nullopt for any other.
std::optional<Product> product_of(const Nest &);

} // namespace vecwrap
