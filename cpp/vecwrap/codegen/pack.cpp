// Packed buffers: what they hold, in which order, and where.
#include "codegen/generator.h"
#include <algorithm>

namespace vecwrap {
namespace {

/// Does the expression read only `tensor` (through one access), scalars and constants? Sets `access`, -1 if not read.
bool only_tensor(const Nest &nest, int node, int tensor, int &access) {
  const Node &n = nest.nodes[node];
  if (n.op == Op::Acc || n.type) return false; // buffers are of the nest's type
  if (n.op == Op::Load) {
    const Access &a = nest.accesses[n.access];
    if (a.index >= 0) return false; // where it reads is not known before
    if (a.tensor == tensor && (access < 0 || access == n.access)) return access = n.access, true;
    return a.tensor != tensor && std::all_of(a.strides.begin(), a.strides.end(), [](Int s) { return s.is_zero(); });
  }
  for (int i = 0; i < info_of(n.op).operands; ++i)
    if (!only_tensor(nest, n.in[i], tensor, access)) return false;
  return true;
}

/// The largest such expressions of `root` that read the tensor.
void packable(const Nest &nest, int root, int tensor, std::vector<int> &found) {
  int access = -1;
  if (only_tensor(nest, root, tensor, access)) {
    if (access >= 0 && std::find(found.begin(), found.end(), root) == found.end()) found.push_back(root);
    return;
  }
  for (int i = 0; i < info_of(nest.nodes[root].op).operands; ++i) packable(nest, nest.nodes[root].in[i], tensor, found);
}

} // namespace

std::vector<int> packable(const Nest &nest, int tensor) {
  std::vector<int> found;
  packable(nest, nest.update >= 0 ? nest.update : nest.final, tensor, found);
  return found;
}

bool Generator::plan_packs() {
  for (const Pack &pack : tree_.packs)
    if (!plan_pack(pack)) return false;
  if (out_.frame_bytes > target_.stack_bytes)
    return fail("pack-size", "packed buffers need " + std::to_string(out_.frame_bytes) + " bytes, the target allows " +
                                 std::to_string(target_.stack_bytes));
  return true;
}

/// What the buffer holds: the value of one expression, or (root -1) partial sums.
bool Generator::plan_contents(const Pack &pack, Buffer &buffer) {
  const std::string &name = tree_.nest.tensors[pack.tensor].name;
  if (pack.tensor == nest_.accesses[nest_.out].tensor)
    return nest_.update >= 0 || fail("pack-shape", "'" + name + "' is the output, and there are no partial sums of it to keep");
  const std::vector<int> roots = packable(tree_.nest, pack.tensor);
  if (roots.size() != 1 || roots[0] == nest_.update)
    return fail("pack-shape", "tensor '" + name + "' is not read by exactly one expression of the " + (nest_.update < 0 ? "nest" : "reduction"));
  buffer.root = roots[0];
  buffer.grouped = dot_ && (buffer.root == dot_->product.a || buffer.root == dot_->product.b);
  return true;
}

/// The dims that move the tensor in the loops inside, as those are nested, and the elements along each.
bool Generator::plan_box(const Pack &pack, Buffer &buffer, std::vector<int64_t> &capacity) {
  for (int l = int(tree_.loops.size()) - 1; l >= pack.position; --l) {
    const int d = tree_.loops[l].dim;
    if (buffer.root < 0 ? is_reduction(d) : !depends_on(tree_.nest, buffer.root, d)) continue;
    if (!tree_.loops[l].chunk.is_const())
      return fail("pack-size", "loop '" + tree_.loops[l].name + "' has no constant extent; split it outside the pack");
    capacity[d] = tree_.loops[l].chunk.value; // the outermost loop of the dim inside the pack is seen last
    if (std::find(buffer.dims.begin(), buffer.dims.end(), d) == buffer.dims.end()) buffer.dims.insert(buffer.dims.begin(), d);
  }
  const std::string &name = tree_.nest.tensors[pack.tensor].name;
  if (buffer.grouped && std::find(buffer.dims.begin(), buffer.dims.end(), dot_->dim) == buffer.dims.end())
    return fail("dot-shape", "tensor '" + name + "' does not move along the loop of dot inside the pack");
  return !buffer.dims.empty() || fail("pack-shape", "tensor '" + name + "' does not move in the loops inside the pack");
}

/// As the sentence says. If it says nothing: lanes read rows of the buffer, and what is broadcast keeps the order in which the source
/// is contiguous.
bool Generator::order_pack(const Pack &pack, Buffer &buffer) {
  if (!pack.order.empty()) {
    if (buffer.grouped) return fail("pack-order", "groups of step dot have an order of their own");
    if (pack.order.size() != buffer.dims.size() || !std::is_permutation(pack.order.begin(), pack.order.end(), buffer.dims.begin())) {
      std::string dims;
      for (int d : buffer.dims) dims += (dims.empty() ? "" : ", ") + nest_.dims[d].name;
      return fail("pack-order", "inside the pack, tensor '" + tree_.nest.tensors[pack.tensor].name + "' moves along " + dims);
    }
    buffer.dims = pack.order;
  } else if (buffer.root >= 0 && vector_dim() >= 0 && !depends_on(tree_.nest, buffer.root, vector_dim())) {
    for (size_t a = 0; a < tree_.nest.accesses.size(); ++a)
      if (tree_.nest.accesses[a].tensor == pack.tensor && loads_access(tree_.nest, buffer.root, int(a)))
        std::stable_partition(buffer.dims.begin(), buffer.dims.end(), [&](int d) { return !tree_.nest.contiguous(int(a), d); });
  }
  return true;
}

bool Generator::plan_pack(const Pack &pack) {
  const std::string &name = tree_.nest.tensors[pack.tensor].name;
  Buffer buffer;
  buffer.position = pack.position;
  std::vector<int64_t> capacity(nest_.dims.size(), 1);
  if (!plan_contents(pack, buffer) || !plan_box(pack, buffer, capacity) || !order_pack(pack, buffer)) return false;
  std::vector<Int> strides(nest_.dims.size());
  int64_t bytes = esize();
  for (auto d = buffer.dims.rbegin(); d != buffer.dims.rend(); ++d) {
    const int64_t group = buffer.grouped && *d == dot_->dim ? dot_->group : 1, all = buffer.grouped ? filled_up(*d, capacity[*d]) : capacity[*d], count = (all + group - 1) / group;
    strides[*d] = Int::constant(bytes / group);
    const int64_t unit = *d == vector_dim() ? lanes() : 1;
    bytes *= (count + unit - 1) / unit * unit;
    if (bytes > target_.stack_bytes) return fail("pack-size", "the buffer for '" + name + "' exceeds the stack limit");
  }
  buffer.offset = out_.frame_bytes;
  out_.frame_bytes += (bytes + 63) / 64 * 64;
  buffer.tensor = nest_.add_tensor("packed " + name);
  buffer.access = nest_.add_access(buffer.tensor, strides);
  if (buffer.root < 0) {
    partial_sums_ = buffer.access;
  } else {
    Node load;
    load.op = Op::Load, load.access = buffer.access;
    nest_.nodes[buffer.root] = load;
  }
  buffers_.push_back(buffer);
  return true;
}

void Generator::emit_packs(int position) {
  for (const Buffer &b : buffers_) {
    if (b.position != position) continue;
    const int base = scalar();
    VInst &i = emit(VOp::SFrame);
    i.d = base, i.imm = b.offset;
    group(b.access).pointers = {{{}, base}};
    if (b.root < 0) continue; // partial sums: nothing to fill in
    const auto saved = pointers();
    const auto chunks = chunk_;
    clear_last(b);
    b.grouped ? copy_groups(b, 0) : copy(merged(b), 0);
    chunk_ = chunks;
    restore(saved);
    sum_buffer(b);
    next_ahead(b);
  }
}

} // namespace vecwrap
