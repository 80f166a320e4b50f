#include "codegen/share_loads.h"
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace vecwrap {
namespace {

using Place = std::tuple<int, int, int, int64_t, Lanes>; ///< of a load: base, index, scale, displacement, how much of it

Place place_of(const VInst &i) { return {i.mem.base, i.mem.index, i.mem.scale, i.mem.disp, i.lanes}; }

struct Product { int sum; Place factor[2]; };

/// The products of a straight line and what they load; nothing if there is anything else in it.
class Line {
public:
  static std::optional<Line> read(const std::vector<VInst> &code, size_t begin) {
    Line line;
    for (size_t i = begin; i < code.size(); ++i)
      if (!line.take(code[i])) return {};
    return line;
  }

  /// The factor that moves on from product to product; of the other there are fewer.
  int sliding() const { return places(1) > places(0); }
  size_t places(int factor) const { return uses(factor).size(); }
  std::map<Place, int> uses(int factor) const {
    std::map<Place, int> found;
    for (const Product &p : products) ++found[p.factor[factor]];
    return found;
  }

  std::vector<Product> products;
  std::map<Place, VInst> loads;
  std::set<Place> operands; ///< places that were operands in memory

private:
  bool take(const VInst &i) {
    const bool load = i.op == VOp::VLoad && i.stride < 0 && !i.stored;
    if (load) registers_[i.d] = place_of(i), loads.emplace(place_of(i), i);
    return load || (i.op == VOp::VFma && i.d == i.c && i.t < 0 && i.lanes == Lanes::All && take_product(i));
  }

  bool take_product(const VInst &i) {
    Product p{i.d, {}};
    for (int f = 0; f < 2; ++f) {
      if (i.mem_operand == f && !i.mem_bcast && !i.mem_const) {
        VInst load{VOp::VLoad};
        load.mem = i.mem, p.factor[f] = place_of(load), operands.insert(p.factor[f]);
        loads.emplace(p.factor[f], load);
        continue;
      }
      const auto loaded = registers_.find(f ? i.b : i.a);
      if (i.mem_operand == f || loaded == registers_.end()) return false;
      p.factor[f] = loaded->second;
    }
    products.push_back(p);
    return i.mem_operand != 2 && !registers_.count(i.d);
  }

  std::map<int, Place> registers_; ///< what loads left in them
};

/// Do the terms of every sum come in the same order?
bool same_order(const std::vector<Product> &before, const std::vector<Product> &after) {
  std::map<int, std::vector<std::pair<Place, Place>>> terms[2];
  for (const Product &p : before) terms[0][p.sum].push_back({p.factor[0], p.factor[1]});
  for (const Product &p : after) terms[1][p.sum].push_back({p.factor[0], p.factor[1]});
  return terms[0] == terms[1];
}

/// By the places that the window slides over, forwards or backwards; empty if neither keeps the sums.
std::vector<Product> sorted(const std::vector<Product> &products, int slide) {
  for (bool backwards : {false, true}) {
    std::vector<Product> order = products;
    std::stable_sort(order.begin(), order.end(), [&](const Product &a, const Product &b) {
      return backwards ? b.factor[slide] < a.factor[slide] : a.factor[slide] < b.factor[slide];
    });
    if (same_order(products, order)) return order;
  }
  return {};
}

VInst loaded(const Line &line, const Place &place, int reg) {
  VInst load = line.loads.at(place);
  load.d = reg;
  return load;
}

VInst product_of(int sum, int factor0, int factor1) {
  VInst product{VOp::VFma};
  product.d = product.c = sum, product.a = factor0, product.b = factor1;
  return product;
}

} // namespace

void share_loads(std::vector<VInst> &code, size_t begin, const std::vector<int> &free) {
  const std::optional<Line> line = Line::read(code, begin);
  if (!line || line->products.empty()) return;
  const int slide = line->sliding(), keep = 1 - slide;
  const std::map<Place, int> uses = line->uses(slide);
  if (uses.size() == line->products.size() || line->places(keep) >= free.size()) return;
  const std::vector<Product> order = sorted(line->products, slide);
  if (order.empty()) return;
  code.resize(begin);
  std::map<Place, int> kept;
  std::optional<Place> last; // in the last free register
  for (const Product &p : order) {
    const auto [at, fresh] = kept.try_emplace(p.factor[keep], free[kept.size()]);
    if (fresh) code.push_back(loaded(*line, p.factor[keep], at->second));
    const Place &place = p.factor[slide];
    const VInst &load = line->loads.at(place);
    const bool operand = uses.at(place) == 1 && line->operands.count(place);
    if (!operand && last != place) code.push_back(loaded(*line, place, free.back())), last = place;
    const int from = operand ? -1 : free.back();
    VInst product = slide ? product_of(p.sum, at->second, from) : product_of(p.sum, from, at->second);
    if (operand) product.mem_operand = slide, product.mem = load.mem;
    code.push_back(product);
  }
}

} // namespace vecwrap
