#include "llvm/poly.h"
#include <algorithm>

namespace vecwrap::raise {

Poly Poly::constant(int64_t value) {
  Poly poly;
  if (value)
    poly.terms[{}] = uint64_t(value);
  return poly;
}

int64_t Poly::const_part() const {
  auto it = terms.find({});
  return it == terms.end() ? 0 : int64_t(it->second);
}

Poly Poly::without_const() const {
  Poly poly = *this;
  poly.terms.erase(Monomial{});
  return poly;
}

size_t Poly::degree() const {
  size_t degree = 0;
  for (auto &[monomial, coefficient] : terms)
    degree = std::max(degree, monomial.size());
  return degree;
}

static void add_term(Poly &poly, const Monomial &monomial, uint64_t coefficient) {
  auto [it, fresh] = poly.terms.try_emplace(monomial, coefficient);
  if (!fresh)
    it->second += coefficient;
  if (it->second == 0)
    poly.terms.erase(it);
}

Poly operator+(const Poly &a, const Poly &b) {
  Poly sum = a;
  for (auto &[monomial, coefficient] : b.terms)
    add_term(sum, monomial, coefficient);
  return sum;
}

Poly operator-(const Poly &a, const Poly &b) {
  Poly difference = a;
  for (auto &[monomial, coefficient] : b.terms)
    add_term(difference, monomial, -coefficient);
  return difference;
}

Poly operator*(const Poly &a, const Poly &b) {
  Poly product;
  for (auto &[ma, ca] : a.terms)
    for (auto &[mb, cb] : b.terms) {
      if (ca * cb == 0)
        continue;
      Monomial monomial = ma;
      monomial.insert(monomial.end(), mb.begin(), mb.end());
      std::sort(monomial.begin(), monomial.end());
      add_term(product, monomial, ca * cb);
    }
  return product;
}

Form form_of(Poly poly) {
  Form form;
  form.base = std::move(poly);
  return form;
}

static Form combine(const Form &a, const Form &b, bool subtract) {
  Form result = a;
  result.base = subtract ? a.base - b.base : a.base + b.base;
  for (auto &[loop, step] : b.step) {
    Poly sum = subtract ? result.step[loop] - step : result.step[loop] + step;
    if (sum.is_zero())
      result.step.erase(loop);
    else
      result.step[loop] = std::move(sum);
  }
  result.conditions.insert(b.conditions.begin(), b.conditions.end());
  return result;
}

Form operator+(const Form &a, const Form &b) { return combine(a, b, false); }
Form operator-(const Form &a, const Form &b) { return combine(a, b, true); }

std::optional<Form> operator*(const Form &a, const Form &b) {
  if (!a.loop_free() && !b.loop_free())
    return std::nullopt;
  const Form &moving = a.loop_free() ? b : a;
  const Poly &factor = a.loop_free() ? a.base : b.base;
  Form result = form_of(moving.base * factor);
  for (auto &[loop, step] : moving.step)
    if (Poly product = step * factor; !product.is_zero())
      result.step[loop] = std::move(product);
  result.conditions = a.conditions;
  result.conditions.insert(b.conditions.begin(), b.conditions.end());
  return result;
}

} // namespace vecwrap::raise
