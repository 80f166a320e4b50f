// Printing and parsing the text form of a nest. Parsing is one function per keyword, picked from a table.
#include "ir/text.h"
#include <charconv>
#include <sstream>

namespace vecwrap {
namespace {

std::string print(const Nest &nest, const Int &v) {
  return v.is_const() ? std::to_string(v.value) : nest.symbols[v.sym];
}

/// The shortest decimal that reads back as the same double.
std::string print(double v) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, v).ptr};
}

std::string print_dim(const Nest &nest, const Dim &dim) {
  return "dim " + dim.name + " " + print(nest, dim.extent) + (dim.reduction ? " reduce\n" : "\n");
}

std::string print_tensor(const Nest &nest, const Tensor &tensor) {
  const Type stored = tensor.type.value_or(nest.type);
  return tensor.name + (stored == nest.type ? "" : std::string(":") + name_of(stored));
}

std::string print_access(const Nest &nest, int index) {
  const Access &access = nest.accesses[index];
  std::string s = "access a" + std::to_string(index) + " " + nest.tensors[access.tensor].name + " + " +
                  std::to_string(access.offset) + " :";
  for (size_t d = 0; d < access.strides.size(); ++d)
    if (!access.strides[d].is_zero())
      s += " " + nest.dims[d].name + "*" + print(nest, access.strides[d]);
  if (access.index >= 0)
    s += " [a" + std::to_string(access.index) + "]*" + std::to_string(access.scale);
  if (access.as)
    s += std::string(" as ") + name_of(*access.as);
  return s + "\n";
}

/// Other nodes' types are those of what they use.
bool says_type(const Nest &, const Node &node) { return node.op == Op::Convert || (node.op == Op::Const && node.type); }

std::string print_node(const Nest &nest, int index) {
  const Node &node = nest.nodes[index];
  std::string s = "%" + std::to_string(index) + " = " + info_of(node.op).name;
  if (says_type(nest, node))
    s += std::string(".") + name_of(nest.type_of(index));
  if (node.op == Op::Const)
    s += " " + print(node.value);
  if (node.op == Op::Load)
    s += " a" + std::to_string(node.access);
  if (node.op == Op::Select)
    s += std::string(" ") + kPreds[static_cast<int>(node.pred)];
  for (int k = 0; k < info_of(node.op).operands; ++k)
    s += " %" + std::to_string(node.in[k]);
  return s + "\n";
}

/// One line of text, taken apart word by word; the first complaint is kept.
class Line {
public:
  explicit Line(const std::string &text) : words_(text) {}

  std::string word(const char *wanted) {
    std::string w;
    if (!(words_ >> w))
      fail(std::string("expected ") + wanted + " at the end of the line");
    return w;
  }
  std::string maybe() {
    std::string w;
    words_ >> w;
    return w;
  }
  void keyword(const char *text) {
    if (const std::string w = word(text); w != text)
      fail("expected '" + std::string(text) + "', got '" + w + "'");
  }
  /// `prefix` directly followed by a number, as in a3 and %7.
  int numbered(char prefix, const char *wanted) {
    const std::string w = word(wanted);
    int64_t n = -1;
    if (w.empty() || w[0] != prefix || !number(w.substr(1), n) || n < 0 || n > 1 << 20)
      fail(std::string("expected ") + wanted + ", got '" + w + "'");
    return int(n);
  }
  template <class N> static bool number(const std::string &w, N &n) {
    const auto r = std::from_chars(w.data(), w.data() + w.size(), n);
    return r.ec == std::errc() && r.ptr == w.data() + w.size();
  }
  template <class N> N number(const char *wanted) {
    N n = 0;
    if (const std::string w = word(wanted); !number(w, n))
      fail(std::string("expected ") + wanted + ", got '" + w + "'");
    return n;
  }
  void fail(const std::string &what) {
    if (error_.empty())
      error_ = what;
  }
  const std::string &error() const { return error_; }

private:
  std::istringstream words_;
  std::string error_;
};

/// A constant, or the name of a symbol declared before.
Int parse_int(const Nest &nest, Line &line, const std::string &w) {
  int64_t n = 0;
  if (Line::number(w, n))
    return Int::constant(n);
  for (size_t s = 0; s < nest.symbols.size(); ++s)
    if (nest.symbols[s] == w)
      return Int::symbol(int(s));
  line.fail("'" + w + "' is neither a number nor a declared symbol");
  return {};
}

void parse_header(Nest &nest, Line &line) {
  nest.name = line.word("the name of the nest");
  const std::string type = line.word("f32, f64 or i32"), mode = line.word("strict or reassoc");
  const std::optional<Type> computed = type_named(type);
  if (!computed || !info_of(*computed).computes)
    line.fail("expected f32, f64 or i32, got '" + type + "'");
  if (mode != "strict" && mode != "reassoc")
    line.fail("expected strict or reassoc, got '" + mode + "'");
  nest.type = computed.value_or(Type::F32);
  nest.reassoc = mode == "reassoc";
}

void parse_symbols(Nest &nest, Line &line) {
  for (std::string w; !(w = line.maybe()).empty();)
    nest.add_symbol(w);
}

void parse_tensor(Nest &nest, Line &line, const std::string &w) {
  const size_t colon = w.find(':');
  if (colon == std::string::npos)
    return void(nest.add_tensor(w));
  const std::optional<Type> type = type_named(w.substr(colon + 1));
  if (!type)
    line.fail("'" + w.substr(colon + 1) + "' is not an element type");
  nest.add_tensor(w.substr(0, colon), type);
}

void parse_tensors(Nest &nest, Line &line) {
  for (std::string w; !(w = line.maybe()).empty();)
    parse_tensor(nest, line, w);
}

void parse_dim(Nest &nest, Line &line) {
  const std::string name = line.word("the name of the dim");
  const Int extent = parse_int(nest, line, line.word("an extent"));
  const std::string kind = line.maybe();
  if (!kind.empty() && kind != "reduce")
    line.fail("expected 'reduce' or the end of the line, got '" + kind + "'");
  nest.add_dim(name, extent, !kind.empty());
}

void parse_stride(Nest &nest, Line &line, const std::string &w, Access &access) {
  const size_t star = w.find('*');
  const int d = nest.dim(w.substr(0, star));
  if (star == std::string::npos || d < 0)
    return line.fail("expected dim*stride with a declared dim, got '" + w + "'");
  if (!access.strides[d].is_zero())
    return line.fail("dim '" + nest.dims[d].name + "' has two strides");
  access.strides[d] = parse_int(nest, line, w.substr(star + 1));
}

/// [a0]*512
void parse_index(Line &line, const std::string &w, Access &access) {
  const size_t end = w.find("]*");
  int64_t index = -1;
  if (end == std::string::npos || w[1] != 'a' || !Line::number(w.substr(2, end - 2), index) || index < 0 || index > 1 << 20 ||
      !Line::number(w.substr(end + 2), access.scale))
    return line.fail("expected an index like [a0]*512, got '" + w + "'");
  if (access.index >= 0)
    return line.fail("the access has two indices");
  access.index = int(index);
}

/// Of what is computed with.
Type parse_type(Line &line, const std::string &w) {
  const std::optional<Type> type = type_named(w);
  if (!type || !info_of(*type).computes)
    line.fail("'" + w + "' is not a type that is computed in");
  return type.value_or(Type::F32);
}

void parse_access(Nest &nest, Line &line) {
  const int index = line.numbered('a', "an access name like a0");
  if (index != int(nest.accesses.size()))
    line.fail("accesses are numbered in order: expected a" + std::to_string(nest.accesses.size()));
  const std::string tensor = line.word("a tensor");
  if (nest.tensor(tensor) < 0)
    line.fail("'" + tensor + "' is not a declared tensor");
  line.keyword("+");
  const int64_t offset = line.number<int64_t>("an offset in bytes");
  line.keyword(":");
  Access &access = nest.accesses[nest.add_access(nest.tensor(tensor), {}, offset)];
  for (std::string w; !(w = line.maybe()).empty();) {
    if (w == "as")
      access.as = nest.other(parse_type(line, line.word("a type")));
    else
      w[0] == '[' ? parse_index(line, w, access) : parse_stride(nest, line, w, access);
  }
}

Op parse_op(Line &line, const std::string &w) {
  for (size_t op = 0; op < std::size(kOps); ++op)
    if (w == kOps[op].name)
      return static_cast<Op>(op);
  line.fail("'" + w + "' is not an op");
  return Op::Const;
}

Pred parse_pred(Line &line, const std::string &w) {
  for (size_t p = 0; p < std::size(kPreds); ++p)
    if (w == kPreds[p])
      return static_cast<Pred>(p);
  line.fail("'" + w + "' is not a predicate");
  return Pred::False;
}

void parse_node(Nest &nest, Line &line, const std::string &name) {
  if (name != "%" + std::to_string(nest.nodes.size()))
    line.fail("nodes are numbered in order: expected %" + std::to_string(nest.nodes.size()) + ", got '" + name + "'");
  line.keyword("=");
  Node node;
  const std::string op = line.word("an op");
  const size_t dot = std::min(op.find('.'), op.size());
  node.op = parse_op(line, op.substr(0, dot));
  if (dot < op.size() && node.op != Op::Const && node.op != Op::Convert)
    line.fail("only const and convert say their type");
  if (node.op == Op::Const)
    node.value = line.number<double>("a number");
  if (node.op == Op::Load)
    node.access = line.numbered('a', "an access name like a0");
  if (node.op == Op::Select)
    node.pred = parse_pred(line, line.word("a predicate"));
  for (int k = 0; k < info_of(node.op).operands; ++k)
    node.in[k] = line.numbered('%', "an operand like %0");
  if (dot < op.size())
    node.type = nest.other(parse_type(line, op.substr(dot + 1)));
  else if (node.op == Op::Load && size_t(node.access) < nest.accesses.size())
    node.type = nest.accesses[node.access].as;
  else if (node.in[0] >= 0 && size_t(node.in[0]) < nest.nodes.size())
    node.type = nest.nodes[node.in[0]].type;
  nest.nodes.push_back(node);
}

struct Keyword { const char *name; void (*parse)(Nest &, Line &); };
constexpr Keyword kKeywords[] = {
    {"nest", parse_header},
    {"symbol", parse_symbols},
    {"dim", parse_dim},
    {"tensor", parse_tensors},
    {"access", parse_access},
    {"init", [](Nest &n, Line &l) { n.init = l.numbered('%', "a node like %0"); }},
    {"update", [](Nest &n, Line &l) { n.update = l.numbered('%', "a node like %0"); }},
    {"final", [](Nest &n, Line &l) { n.final = l.numbered('%', "a node like %0"); }},
    {"out", [](Nest &n, Line &l) { n.out = l.numbered('a', "an access like a0"); }},
};

void parse_line(Nest &nest, Line &line, const std::string &first) {
  if (first[0] == '%')
    return parse_node(nest, line, first);
  for (const Keyword &keyword : kKeywords)
    if (first == keyword.name)
      return keyword.parse(nest, line);
  line.fail("'" + first + "' does not begin any line of a nest");
}

Refusal bad_text(int number, const std::string &what) {
  return {"bad-nest-text", "line " + std::to_string(number) + ": " + what};
}

} // namespace

std::string print(const Nest &nest) {
  std::string s = "nest " + nest.name + " " + name_of(nest.type) + (nest.reassoc ? " reassoc\n" : " strict\n");
  for (size_t i = 0; i < nest.symbols.size(); ++i)
    s += (i ? " " : "symbol ") + nest.symbols[i] + (i + 1 == nest.symbols.size() ? "\n" : "");
  for (const Dim &dim : nest.dims)
    s += print_dim(nest, dim);
  for (size_t i = 0; i < nest.tensors.size(); ++i)
    s += (i ? " " : "tensor ") + print_tensor(nest, nest.tensors[i]) + (i + 1 == nest.tensors.size() ? "\n" : "");
  for (size_t i = 0; i < nest.accesses.size(); ++i)
    s += print_access(nest, int(i));
  for (size_t i = 0; i < nest.nodes.size(); ++i)
    s += print_node(nest, int(i));
  if (nest.init >= 0)
    s += "init %" + std::to_string(nest.init) + "\n";
  if (nest.update >= 0)
    s += "update %" + std::to_string(nest.update) + "\n";
  return s + "final %" + std::to_string(nest.final) + "\nout a" + std::to_string(nest.out) + "\n";
}

Result<Nest> parse_nest(const std::string &text) {
  Nest nest;
  std::istringstream lines(text);
  std::string content;
  bool headed = false;
  for (int number = 1; std::getline(lines, content); ++number) {
    Line line(content.substr(0, content.find('#')));
    const std::string first = line.maybe();
    if (first.empty())
      continue;
    if (headed == (first == "nest"))
      return bad_text(number, headed ? "a second nest begins" : "expected 'nest <name> <type> <strict|reassoc>'");
    headed = true;
    parse_line(nest, line, first);
    if (const std::string rest = line.maybe(); !rest.empty())
      line.fail("'" + rest + "' is left over at the end of the line");
    if (!line.error().empty())
      return bad_text(number, line.error());
  }
  if (const std::string wrong = headed ? validate(nest) : "the text is empty"; !wrong.empty())
    return Refusal{"bad-nest-text", wrong};
  return nest;
}

} // namespace vecwrap
