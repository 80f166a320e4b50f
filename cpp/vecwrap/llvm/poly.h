// Poly: a polynomial in atoms (values that do not change while a nest runs), coefficients modulo 2^64.
// Form: base + sum over loops of step[loop] * k, where k = 0, 1, 2, ... counts the iterations of that loop.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace vecwrap::raise {

using Monomial = std::vector<int>; ///< sorted atom numbers; empty for the constant term

struct Poly {
  std::map<Monomial, uint64_t> terms; ///< no zero coefficients

  static Poly constant(int64_t value);
  static Poly atom(int number) { return Poly{{{Monomial{number}, 1}}}; }
  bool is_zero() const { return terms.empty(); }
  bool is_const() const { return terms.empty() || (terms.size() == 1 && terms.begin()->first.empty()); }
  int64_t const_part() const;
  Poly without_const() const;
  size_t degree() const;
  bool operator==(const Poly &) const = default;
  bool operator<(const Poly &other) const { return terms < other.terms; }
};
Poly operator+(const Poly &, const Poly &);
Poly operator-(const Poly &, const Poly &);
Poly operator*(const Poly &, const Poly &);

struct Form {
  Poly base;
  std::map<int, Poly> step;   ///< by loop number; no zero entries
  std::set<int> conditions;   ///< side conditions under which this form is the value (Affine::conditions())
  bool loop_free() const { return step.empty(); }
  bool same_value(const Form &other) const { return base == other.base && step == other.step; }
};
Form operator+(const Form &, const Form &);
Form operator-(const Form &, const Form &);
/// Nothing if both sides move with loops: the product is not affine.
std::optional<Form> operator*(const Form &, const Form &);
Form form_of(Poly);

} // namespace vecwrap::raise
