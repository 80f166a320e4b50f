// The oracle: a nest run point by point, exactly as nest.h defines it. Built with -ffp-contract=off, so that each
// node rounds once to the nest's type and nothing is fused that the nest does not fuse.
#include "ir/interpret.h"
#include "ir/half.h"
#include "ir/wrapping.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace vecwrap {
namespace {

bool compare(Pred pred, double a, double b) {
  const int bits = static_cast<int>(pred);
  if (std::isnan(a) || std::isnan(b))
    return bits & 8;
  return bits & (a == b ? 1 : a > b ? 2 : 4);
}

constexpr Type type_of(float) { return Type::F32; }
constexpr Type type_of(double) { return Type::F64; }
constexpr Type type_of(Half) { return Type::F16; }
uint32_t bits_of(float v) { return std::bit_cast<uint32_t>(v); }
uint64_t bits_of(double v) { return std::bit_cast<uint64_t>(v); }
uint16_t bits_of(Half v) { return v.bits(); }
float from_bits(float, uint32_t bits) { return std::bit_cast<float>(bits); }
double from_bits(double, uint64_t bits) { return std::bit_cast<double>(bits); }
Half from_bits(Half, uint32_t bits) { return Half::of_bits(uint16_t(bits)); }

template <class T> T pow2(T x) {
  const Type type = type_of(T());
  const Exponents e = exponents_of(type);
  const T least = T(e.least), greatest = T(e.greatest), clamped = !(x > least) ? least : x < greatest ? x : greatest; // NaN: least
  const T magic = T(pow2_magic(type)), sum = T(clamped + magic);
  return T(std::ldexp(T(1), int(sum - magic)));
}

template <class T> T exponent(T x) {
  const Exponents e = exponents_of(type_of(T()));
  using Bits = decltype(bits_of(x));
  return T(int(Bits(bits_of(x) << 1) >> (e.mantissa + 1)) - e.bias);
}

template <class T> T biased(T x) {
  return from_bits(T(), bits_of(x) << exponents_of(type_of(T())).mantissa);
}

/// What is out of I's range becomes its least value, as x86 converts.
template <class I, class T> I to_integer(T v) {
  if constexpr (std::is_integral_v<T>) {
    return I(v);
  } else {
    const T whole = T(std::trunc(v)), limit = T(-T(std::numeric_limits<I>::min()));
    return whole >= -limit && whole < limit ? I(whole) : std::numeric_limits<I>::min();
  }
}

template <class S> S read(int64_t address) {
  S value;
  std::memcpy(&value, reinterpret_cast<const void *>(address), sizeof value);
  return value;
}

template <class S> void write(int64_t address, S value) { std::memcpy(reinterpret_cast<void *>(address), &value, sizeof value); }

template <class T> T from_float(float v) {
  if constexpr (std::is_integral_v<T>) return to_integer<T>(v);
  else return T(v);
}

template <class T> T load(Type stored, int64_t address) {
  switch (stored) {
  case Type::F32: return from_float<T>(read<float>(address));
  case Type::F64: return T(read<double>(address));
  case Type::I32: return T(read<int32_t>(address));
  case Type::I64: return T(read<int64_t>(address));
  case Type::I16: return T(read<int16_t>(address));
  case Type::U16: return T(read<uint16_t>(address));
  case Type::U8: return T(read<uint8_t>(address));
  case Type::I8: return T(read<int8_t>(address));
  case Type::F16: return T(from_f16(read<uint16_t>(address)));
  case Type::BF16: return T(from_bf16(read<uint16_t>(address)));
  }
  return T(0);
}

template <class T> void store(Type stored, int64_t address, T value) {
  switch (stored) {
  case Type::F32: return write(address, float(value));
  case Type::F64: return write(address, double(value));
  case Type::I32: return write(address, to_integer<int32_t>(value));
  case Type::I64: return write(address, to_integer<int64_t>(value));
  case Type::U8: case Type::I8: return write(address, uint8_t(to_integer<int32_t>(value)));
  case Type::I16: case Type::U16: return write(address, uint16_t(to_integer<int32_t>(value)));
  case Type::F16: return write(address, to_f16(float(value)));
  case Type::BF16: return write(address, to_bf16(float(value)));
  }
}

/// What T mixes with; of types that mix with none, themselves.
template <class T> struct Other { using Type = T; };
template <> struct Other<float> { using Type = int32_t; };
template <> struct Other<int32_t> { using Type = float; };

/// Op::Convert.
template <class S, class T> S converted(T v) {
  if constexpr (std::is_integral_v<S>) return to_integer<S>(v);
  else return S(v);
}

template <class T> requires(!std::is_integral_v<T>) T apply(const Node &node, const T *v) {
  const auto in = [&](int k) { return v[node.in[k]]; };
  switch (node.op) {
  case Op::Const: return T(node.value);
  case Op::Add: return T(in(0) + in(1));
  case Op::Sub: return T(in(0) - in(1));
  case Op::Mul: return T(in(0) * in(1));
  case Op::Div: return T(in(0) / in(1));
  case Op::Fma: return fused(in(0), in(1), in(2));
  case Op::Neg: return T(-in(0));
  case Op::Abs: return T(std::fabs(in(0)));
  case Op::Sqrt: return T(std::sqrt(in(0)));
  case Op::Select: return compare(node.pred, in(0), in(1)) ? in(2) : in(3);
  case Op::Round: return T(std::rint(in(0)));
  case Op::Pow2: return pow2(in(0));
  case Op::Exponent: return exponent(in(0));
  case Op::Biased: return biased(in(0));
  default: break; // the evaluator's, or of integers (wrapping.h)
  }
  return T(0);
}

/// The nodes one root needs, in order.
std::vector<int> closure(const Nest &nest, int root) {
  std::vector<bool> reached(nest.nodes.size());
  if (root >= 0)
    reached[root] = true;
  for (int i = root; i >= 0; --i)
    for (int k = 0; reached[i] && k < info_of(nest.nodes[i].op).operands; ++k)
      reached[nest.nodes[i].in[k]] = true;
  std::vector<int> order;
  for (int i = 0; i <= root; ++i)
    if (reached[i])
      order.push_back(i);
  return order;
}

int64_t value_of(const Nest &nest, const Int &v, const int64_t *args) {
  return v.is_const() ? v.value : args[nest.tensors.size() + v.sym];
}

/// Symbols resolved, addresses kept current while the dims are walked.
template <class T> class Interpreter {
public:
  Interpreter(const Nest &nest, const int64_t *args)
      : nest_(nest), init_(closure(nest, nest.init)), update_(closure(nest, nest.update)),
        final_(closure(nest, nest.final)), values_(nest.nodes.size()), others_(nest.nodes.size()), keeps_place_(keeps_place(nest)) {
    for (const Dim &dim : nest.dims)
      extents_.push_back(value_of(nest, dim.extent, args));
    for (const Access &access : nest.accesses) {
      addresses_.push_back(args[access.tensor] + access.offset);
      for (const Int &stride : access.strides)
        strides_.push_back(value_of(nest, stride, args));
    }
  }

  void run() {
    walk(0, false, [this] { point(); });
  }

private:
  /// Calls body for every point of the (reduction or parallel) dims from d on, in order.
  template <class F> void walk(size_t d, bool reduction, const F &body) {
    while (d < extents_.size() && nest_.dims[d].reduction != reduction)
      ++d;
    if (d == extents_.size())
      return body();
    for (int64_t i = 0; i < extents_[d]; ++i) {
      walk(d + 1, reduction, body);
      move(d, 1);
    }
    move(d, -extents_[d]);
  }

  void move(size_t d, int64_t steps) {
    for (size_t a = 0; a < addresses_.size(); ++a)
      addresses_[a] += strides_[a * extents_.size() + d] * steps;
  }

  void point() {
    T acc = T(0);
    if (nest_.has_reduction()) {
      acc = evaluate(init_, acc);
      T number = T(0); // counted as kernels do
      place_ = T(-1);
      walk(0, true, [&] {
        acc = evaluate(update_, acc);
        if (keeps_place_ && replaces_acc()) place_ = number;
        number = T(number + T(1));
      });
    }
    const T last = evaluate(final_, acc);
    const Type stored = nest_.stored(nest_.out);
    if (nest_.nodes[nest_.final].type) store(stored, addresses_[nest_.out], others_[nest_.final]);
    else store(stored, addresses_[nest_.out], last);
  }

  int64_t address(int id) const {
    const Access &access = nest_.accesses[id];
    if (access.index < 0)
      return addresses_[id];
    const int64_t from = addresses_[access.index];
    return addresses_[id] + access.scale * (nest_.stored(access.index) == Type::I32 ? read<int32_t>(from) : read<int64_t>(from));
  }

  /// Of an update that is a select, just evaluated: was it not acc that was chosen?
  bool replaces_acc() const {
    const Node &update = nest_.nodes[nest_.update];
    using Compared = std::conditional_t<std::is_integral_v<T>, int64_t, double>;
    const bool first = compare(update.pred, Compared(values_[update.in[0]]), Compared(values_[update.in[1]]));
    return nest_.nodes[update.in[first ? 2 : 3]].op != Op::Acc;
  }

  T evaluate(const std::vector<int> &order, T acc) {
    for (int i : order) {
      const Node &node = nest_.nodes[i];
      if (node.op == Op::Acc || node.op == Op::Place)
        values_[i] = node.op == Op::Acc ? acc : place_;
      else if (node.type)
        others_[i] = computed(node, others_, values_);
      else
        values_[i] = computed(node, values_, others_);
    }
    return values_[order.back()];
  }

  /// One node, from the values of its type and those of the other.
  template <class S, class U> S computed(const Node &node, const std::vector<S> &same, const std::vector<U> &others) const {
    if (node.op == Op::Load) return load<S>(nest_.stored(node.access), address(node.access));
    if (node.op == Op::Convert) return converted<S>(others[node.in[0]]);
    return apply(node, same.data());
  }

  const Nest &nest_;
  std::vector<int> init_, update_, final_;
  std::vector<T> values_;
  std::vector<typename Other<T>::Type> others_; ///< of nodes with a type of their own
  const bool keeps_place_;
  T place_ = T(-1);
  std::vector<int64_t> extents_, addresses_, strides_; ///< strides_[access * dims + dim]
};

/// Operations of one evaluation; comparisons and sign changes count as none.
double flops_of(const Nest &nest, int root) {
  double sum = 0;
  for (int i : closure(nest, root))
    switch (nest.nodes[i].op) {
    case Op::Fma: sum += 2; break;
    case Op::Add: case Op::Sub: case Op::Mul: case Op::Div: case Op::Sqrt: sum += 1; break;
    default: break;
    }
  return sum;
}

} // namespace

void interpret(const Nest &nest, const int64_t *args) {
  switch (nest.type) {
  case Type::F64: return Interpreter<double>(nest, args).run();
  case Type::I32: return Interpreter<int32_t>(nest, args).run();
  case Type::I64: return Interpreter<int64_t>(nest, args).run();
  case Type::F16: return Interpreter<Half>(nest, args).run();
  default: return Interpreter<float>(nest, args).run();
  }
}

double flops(const Nest &nest, const int64_t *args) {
  double outputs = 1, updates = 1;
  for (const Dim &dim : nest.dims)
    (dim.reduction ? updates : outputs) *= double(value_of(nest, dim.extent, args));
  return outputs * (flops_of(nest, nest.init) + updates * flops_of(nest, nest.update) + flops_of(nest, nest.final));
}

} // namespace vecwrap
