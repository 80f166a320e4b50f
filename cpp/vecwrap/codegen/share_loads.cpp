#include "codegen/share_loads.h"
#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>

namespace vecwrap {
namespace {

using Place = std::tuple<int, int, int, int64_t, Lanes>; ///< of a load: base, index, scale, displacement, how much of it

Place place_of(const VInst &i) { return {i.mem.base, i.mem.index, i.mem.scale, i.mem.disp, i.lanes}; }

struct Product { int sum, factor[2]; }; ///< registers that it is added to; numbers of the places that it loads

/// The products of a straight line and what they load; nothing if there is anything else in it.
class Line {
public:
  static std::optional<Line> read(const std::vector<VInst> &code, size_t begin) {
    Line line;
    for (size_t i = begin; i < code.size(); ++i)
      if (!line.take(code[i])) return {};
    line.number();
    return line;
  }

  /// The factor that moves on from product to product; of the other there are fewer.
  int sliding() const { return places(1) > places(0); }
  size_t places(int factor) const {
    const std::vector<int> found = uses(factor);
    return found.size() - size_t(std::count(found.begin(), found.end(), 0));
  }
  std::vector<int> uses(int factor) const {
    std::vector<int> found(loads.size());
    for (const Product &p : products) ++found[p.factor[factor]];
    return found;
  }

  std::vector<Product> products;
  std::vector<VInst> loads;  ///< per place, in their order
  std::vector<char> operand; ///< per place: was it an operand in memory?
  size_t read_before = 0;    ///< loads and operands in memory

private:
  bool take(const VInst &i) {
    const bool load = i.op == VOp::VLoad && i.stride < 0 && !i.stored;
    if (load) loaded(i.d) = see(i, false);
    return load || (i.op == VOp::VFma && i.d == i.c && i.t < 0 && i.lanes == Lanes::All && take_product(i));
  }

  bool take_product(const VInst &i) {
    Product p{i.d, {}};
    for (int f = 0; f < 2; ++f) {
      if (i.mem_operand == f && !i.mem_bcast && !i.mem_const) {
        VInst load{VOp::VLoad};
        load.mem = i.mem, p.factor[f] = see(load, true);
        continue;
      }
      if (i.mem_operand == f || loaded(f ? i.b : i.a) < 0) return false;
      p.factor[f] = loaded(f ? i.b : i.a);
    }
    products.push_back(p);
    return i.mem_operand != 2 && loaded(i.d) < 0;
  }

  int see(const VInst &load, bool in_memory) {
    loads.push_back(load), operand.push_back(in_memory);
    return int(loads.size()) - 1;
  }

  /// What was loaded into a register last; -1 if nothing.
  int &loaded(int reg) {
    if (size_t(reg) >= registers_.size()) registers_.resize(reg + 1, -1);
    return registers_[reg];
  }

  /// From numbers of loads to numbers of places.
  void number() {
    read_before = loads.size();
    std::vector<Place> at;
    for (const VInst &load : loads) at.push_back(place_of(load));
    std::vector<int> order(loads.size()), numbers(loads.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return at[a] < at[b]; });
    std::vector<VInst> first;
    std::vector<char> in_memory;
    for (size_t k = 0; k < order.size(); ++k) {
      if (k == 0 || at[order[k]] != at[order[k - 1]]) first.push_back(loads[order[k]]), in_memory.push_back(0);
      in_memory.back() |= operand[order[k]];
      numbers[order[k]] = int(first.size()) - 1;
    }
    for (Product &p : products)
      for (int &factor : p.factor) factor = numbers[factor];
    loads = std::move(first), operand = std::move(in_memory);
  }

  std::vector<int> registers_;
};

/// The products by the places that the window slides over, forwards or backwards, so that the terms of every sum stay in their
/// order; empty if neither does that.
std::vector<Product> sorted(const std::vector<Product> &products, int slide) {
  const auto place = [&](int p) { return products[p].factor[slide]; };
  std::vector<int> order(products.size());
  for (bool backwards : {false, true}) {
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return backwards ? place(b) < place(a) : place(a) < place(b); });
    std::vector<int> last; // per sum: its latest term
    std::vector<Product> found;
    for (int p : order) {
      const size_t sum = size_t(products[p].sum);
      if (sum >= last.size()) last.resize(sum + 1, -1);
      if (last[sum] > p) break;
      last[sum] = p, found.push_back(products[p]);
    }
    if (found.size() == products.size()) return found;
  }
  return {};
}

VInst loaded(const Line &line, int place, int reg) {
  VInst load = line.loads[place];
  load.d = reg;
  return load;
}

VInst product_of(int sum, int factor0, int factor1) {
  VInst product{VOp::VFma};
  product.d = product.c = sum, product.a = factor0, product.b = factor1;
  return product;
}

/// A register for each of the places that most products use, as far as those go; -1 elsewhere.
std::vector<int> registers_for(const std::vector<int> &uses, const std::vector<int> &registers) {
  std::vector<int> order(uses.size()), kept(uses.size(), -1);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return uses[a] > uses[b]; });
  for (size_t k = 0; k < std::min(order.size(), registers.size()) && uses[order[k]]; ++k) kept[order[k]] = registers[k];
  return kept;
}

} // namespace

void share_loads(std::vector<VInst> &code, size_t begin, const std::vector<int> &free, bool operands) {
  const std::optional<Line> line = Line::read(code, begin);
  if (!line || line->products.empty() || free.size() < 2) return;
  const int slide = line->sliding(), keep = 1 - slide;
  const std::vector<int> uses = line->uses(slide), factors = line->uses(keep);
  const std::vector<int> kept = registers_for(factors, {free.begin(), free.end() - 1});
  size_t loads = line->places(slide);
  if (loads == line->products.size()) return;
  for (size_t place = 0; place < factors.size(); ++place) {
    const bool apart = factors[place] && kept[place] < 0;
    if (apart && (!operands || line->loads[place].lanes != Lanes::All)) return;
    loads += apart ? factors[place] : factors[place] > 0;
  }
  const std::vector<Product> order = sorted(line->products, slide);
  if (order.empty() || loads >= line->read_before) return;
  code.resize(begin);
  std::vector<char> is_loaded(line->loads.size());
  int last = -1; // place in the last free register
  for (const Product &p : order) {
    const int factor = p.factor[keep], place = p.factor[slide], reg = kept[factor];
    if (reg >= 0 && !is_loaded[factor]) is_loaded[factor] = 1, code.push_back(loaded(*line, factor, reg));
    const bool operand = uses[place] == 1 && line->operand[place] && reg >= 0;
    if (!operand && last != place) code.push_back(loaded(*line, place, free.back())), last = place;
    const int from = operand ? -1 : free.back();
    VInst product = slide ? product_of(p.sum, reg, from) : product_of(p.sum, from, reg);
    const int in_memory = operand ? slide : reg < 0 ? keep : -1;
    if (in_memory >= 0) product.mem_operand = in_memory, product.mem = line->loads[p.factor[in_memory]].mem;
    code.push_back(product);
  }
}

} // namespace vecwrap
