// The state of one LoopNest code generation. Split over loops.cpp (rolled loops and tails), scope.cpp (register
// scope), reduce.cpp (lanes along a reduction), evaluate.cpp (expressions over the register tile; its points and registers in
// points.cpp and registers.cpp, what waits in registers in hoist.cpp; prefetch.cpp), dot.cpp and offsets.cpp (step dot), matrix.cpp, rest.cpp and parts.cpp (step matrix), strided.cpp (lanes that
// are not neighbours), widen.cpp (products of narrow elements), segment.cpp (several vectors
// of elements side by side; indices for each lane), address.cpp (pointers), pack.cpp (packed buffers; filled by
// copy.cpp), compose.cpp (nests in the loops of others).
#pragma once
#include "codegen/form.h"
#include "codegen/loopnest.h"
#include "ir/combine.h"
#include "ir/product.h"
#include "target/dots.h"
#include "target/matrix.h"
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace vecwrap {

/// How many elements of a dim the current chunk covers: a constant, or a scalar register.
struct Count {
  int64_t value = 0;
  int reg = -1;
  int tail = -1; ///< vectorized dim: `value` is a whole number of vectors, the last has this many active lanes
  bool is_const() const { return reg < 0; }
};

/// Accesses that share a tensor and strides differ by a constant only and share their pointers.
struct Group {
  int tensor = 0;
  std::vector<Int> strides;
  int deepest = 0; ///< loops from this position inwards do not read it (a packed tensor's source)
  /// Pointer registers by the symbolic distance (symbol, count)* they hold on top of the group's own pointer.
  /// kBytes in place of a symbol: that many bytes.
  using Distance = std::vector<std::pair<int, int64_t>>;
  static constexpr int kBytes = -1;
  std::map<Distance, int> pointers; ///< {} is the pointer itself; empty while the group is not addressable
};

/// A packed buffer: the value of node `root` (of the original nest) over the box of the loops inside.
struct Buffer {
  int position = 0, root = -1; ///< root -1: partial sums of the output
  int tensor = -1, access = -1; ///< the buffer, as a tensor of the rewritten nest
  std::vector<int> dims; ///< slowest first
  bool grouped = false;  ///< of groups of narrow elements (step dot), the last one filled up with zeros
  int64_t offset = 0;    ///< in the frame
};

/// Step prefetch of a packed operand (ahead.cpp): what its buffer will be filled from next; or of what the ends of a tile touch.
struct Ahead {
  Prefetch step;
  int buffer = -1, access = -1;    ///< access: the source; buffer -1: the ends of tiles
  int row = -1;                    ///< dim along which it is walked; -1: line by line
  int64_t rows = 0, run = 0;       ///< run: bytes side by side in each
  std::vector<std::vector<int64_t>> points; ///< where runs of one row begin
  int at = 0;                      ///< position on entry to which a share is asked for
  int64_t share = 0;               ///< rows
  int next = -1, left = -1;        ///< registers: the next row, how many there are
  int remaining = -1, after = -1;  ///< registers: elements of the step's loop, where it begins the next time
};

/// What the nests of one kernel share.
struct Emission {
  VProgram out;
  std::vector<VInst> prologue;
  std::map<int, int> symbols;                       // symbol -> register
  std::map<std::pair<int, int64_t>, int> multiples; // (symbol, factor) -> register
  std::map<int64_t, int> constants;                 // value -> register
  int arguments = 0; ///< tensors that are kernel arguments; the symbols follow
  Refusal refusal;
  bool failed = false;
  /// group: registers per vector, 0 for scalar code
  Emission(const Target &, Type, int group, int arguments);
  void reserve_scratch(const Target &, const LoopTree &); ///< vector registers of the emitter's
  void finish_prologue(size_t begin); ///< of the code from there on
};

class Evaluator;
class Generator;

/// A nest in the loops of another one.
struct Body {
  const Leaf *leaf = nullptr;
  std::unique_ptr<Generator> code;
  std::vector<int> pointers; ///< per group of the nest: access of the host that moves with the region, -1: the nest's own
};

/// Vector registers for a moment.
struct RegisterFile {
  std::function<int()> take;
  std::function<void(int)> give;
};

/// Step dot, in terms of the rewritten nest: how the operands of the product become lanes of groups.
struct Dot {
  /// Whole lanes in memory; elements of a row, one beside the other, for all lanes; elements some bytes apart; elements side by
  /// side along the lanes, which are along the sum.
  enum class Layout { Words, Row, Rows, Along };
  Product product;         ///< the loads
  int dim = -1;
  DotForm form;
  int64_t group = 1;       ///< form's
  int64_t step = 1;        ///< elements that a step of the loop in work takes: the group, or a matrix unit's depth
  Type types[2] = {};      ///< of the elements in lanes, in the order in which the instruction takes the operands
  int operands[2] = {};    ///< nodes
  int flip = -1;           ///< node: the loads of one operand with 128 added or taken away
  bool flips_buffer = false; ///< those of a packed operand have been so since they were copied
  int other = -1;          ///< the load that is multiplied with it
  int sums = -1;           ///< access: what the flipped operand has too much, by column of the other one's buffer; -1: summed in registers
  int64_t sums_at = 0;     ///< in the frame
  std::map<int, Layout> layouts; ///< of accesses
};

/// Step matrix: where a unit's operands and sums lie.
struct Matrix {
  MatrixForm form;
  int rows = -1;               ///< dim; that of the columns is the lanes'
  int left = -1, right = -1;   ///< accesses: rows along the sum; groups of columns
  Type types[2] = {};          ///< of theirs, as they are stored
  int64_t sums_at = 0, rest_at = 0; ///< in the frame: the tile's sums; rows of what is left of the sum, with zeros behind
};

constexpr int64_t kStraight = 16; ///< vectors that are copied without a loop
constexpr int kPiece = 16; ///< bytes of a vector register that are loaded, stored and zipped as one

class Generator {
public:
  Generator(const LoopTree &tree, const Target &target, Emission &shared)
      : tree_(tree), nest_(tree.nest), target_(target), shared_(shared), out_(shared.out), failed_(shared.failed) {}
  ~Generator();
  void run(); ///< a nest by itself: with its prologue, at the end of the code
  void plan_bodies(const ProgramTree &, int self); ///< before run

private:
  friend class Evaluator;

  bool plan();

  // compose.cpp
  void plan_body(int leaf);
  Int moved(const Group &, const Leaf &, int dim);
  void set_staged(const Staged &);
  void enter_bodies(int position);
  void leave_bodies(int position);
  void run_body(Body &);
  Count covered(const Range &, const Int &extent);
  int region_start(int pointer, const Leaf &, const std::vector<Int> &strides);

  // loops.cpp
  void generate(int position);
  void loop(int l, const std::function<void()> &body);
  void leaf(int l, Count total, const std::function<void()> &body);
  void copies(int dim, int64_t count, const std::function<void()> &body);
  void as_unrolled(const std::function<void()> &body);
  void rolled(int l, Count total, const std::function<void()> &body);
  int64_t steps_inside(int l) const;
  void strip(int l, Count total, const std::function<void()> &body);
  void fixed(int l, Count total, const std::function<void()> &body);
  void fixed_tails(int l, int counter, const std::function<void()> &body);
  void vector_tails(int l, int counter, const std::function<void()> &body);
  void iteration(int dim, Count chunk, const std::function<void()> &body, int counter, int64_t step);

  // scope.cpp
  void scope();
  void begin_scope(const std::function<void(int root)> &fill);
  void end_scope(Evaluator &, const std::function<void(int root, int access)> &store);
  void branch_unless_first(int label);
  void branch_unless_last(int label);
  bool partial_sums() const;

  int vector_registers() const; ///< that expressions may use

  // reduce.cpp
  void plan_lanes();
  void start_lanes(Evaluator &);
  void join_lanes(Evaluator &);

  // widen.cpp
  void plan_widening();
  void fuse_products();
  bool is_factor(int load) const; ///< is it of half the size, and is there an instruction?
  bool multiplies_words(int node) const { return node < int(word_products_.size()) && word_products_[node]; }
  bool stays_narrow(int node) const { return narrow_.count(node); }
  std::pair<Type, Type> factors(int node) const; ///< of a widening multiply-add, as they are stored

  // dot.cpp
  void plan_dot();
  Dot::Layout layout_of(int load);
  bool has_groups(int load); ///< are all groups whole?
  bool is_operand_of_dot(int node) const;
  void flip_one(Dot &);
  void groups(int dim, Count total, int64_t unroll, const std::function<void()> &body);
  bool widens(int access) const { return dot_->form.element(tree_.nest.stored(access)) != tree_.nest.stored(access); }
  VInst load_group(int access, Type stored, Dot::Layout, Mem); ///< without registers
  bool is_whole_group() const { return group_.is_const() && group_.value == dot_->group; }
  void copy_groups(const Buffer &, size_t depth);
  bool transposes_groups(const Buffer &) const;
  void copy_transposed_groups(const Buffer &);
  void copy_group(const Buffer &, int dim, int64_t at, Lanes);
  int64_t copy_neighbours(const Buffer &);
  void store_packed(const Buffer &, int reg, Mem to, Lanes);

  // offsets.cpp
  void plan_offsets();
  bool has_sums(const Buffer &) const;
  void sum_buffer(const Buffer &);
  void sum_columns(const std::vector<int> &order, size_t depth);
  void sum_groups();
  void add_offset(int chain, Mem);
  void multiply_flipped(int sum, int zeros, int vector);
  void store_sums();
  void constant_vector(int reg, double value);
  Count rounded(Count total, int64_t unit);

  // matrix.cpp
  struct Blocks; ///< the tile in work, as registers of the unit
  bool begin_matrix();
  bool plan_matrix();
  bool has_rest() const; ///< does the sum end within a block?
  void matrix_scope();
  void sum_blocks(Evaluator &, const Blocks &);
  void multiply(const Blocks &);
  void copy_rest(const Blocks &);
  void fill_blocks(Evaluator &, const Blocks &, int root);
  void store_blocks(Evaluator &, const Blocks &, int root, int access);
  void move_blocks(VOp, const Blocks &, int access); ///< between registers and memory, or (access -1) the buffer of sums
  bool moves_blocks(int access) const;
  Mem block(int access, int64_t row, int64_t column);
  int rows_apart(int access, int dim, int64_t elements); ///< register: bytes
  Mem in_frame(int64_t at);
  int64_t filled_up(int dim, int64_t elements) const;
  void clear_last(const Buffer &);
  void clear_block(const Buffer &, size_t depth, int64_t at);

  // join.cpp
  bool joins(int access) const;
  std::vector<int> join(const std::vector<Mem> &rows, Type stored, const RegisterFile &);
  int64_t copy_joined(const Buffer &, int dim);

  // address.cpp
  void build_groups();
  Mem address(int access, const std::vector<int64_t> &index);
  Mem direct(int access, const std::vector<int64_t> &index, bool indexed = true); ///< without what an indirect access adds
  int scaled_index(int access, const std::vector<int64_t> &index);
  int pointer(Group &, const Group::Distance &);
  int symbol(int s);
  int multiple(int s, int64_t m); ///< register with m * symbol, computed once in the prologue
  void advance(int dim, int64_t elements);
  void move(int d, int a, Int stride, int64_t elements);
  int constant(int64_t value);            ///< register that holds it, set once in the prologue
  int lane_stride(int access, int dim);   ///< register with the bytes between lanes; -1 if they are adjacent
  using Pointers = std::vector<std::pair<int, std::map<Group::Distance, int>>>; ///< of some groups
  Pointers copy_pointers(int dim);
  Pointers pointers() const;
  void restore(const Pointers &);

  // pack.cpp
  bool plan_packs();
  bool plan_pack(const Pack &);
  bool plan_contents(const Pack &, Buffer &);
  bool plan_box(const Pack &, Buffer &, std::vector<int64_t> &capacity);
  bool order_pack(const Pack &, Buffer &);
  void emit_packs(int position);

  // copy.cpp
  Buffer merged(Buffer);
  void copy(const Buffer &, size_t depth);
  void copy_row(const Buffer &, int dim, bool contiguous, int64_t from = 0);
  int transposable(const Buffer &) const;
  void copy_transposed(const Buffer &, int from, int to);
  using Block = std::function<void(int)>; ///< of so many elements
  void in_blocks(int dim, Count total, const std::vector<int> &sizes, const Block &block, size_t at = 0);
  void transpose_block(const Buffer &, int from, int columns, int to, int rows);

  // prefetch.cpp
  bool check_prefetches();

  // ahead.cpp
  int source(const Buffer &, int tensor) const;
  bool plan_ahead(const Prefetch &);
  bool plan_ends(const Prefetch &);
  bool plan_end(const Prefetch &, int access);
  void start_ends();
  void plan_runs(Ahead &, std::vector<int> dims, const std::vector<int64_t> &capacity) const;
  void plan_shares(Ahead &, int position) const;
  void start_ahead(int position);
  void step_ahead(int position);
  void next_ahead(const Buffer &);
  int moved_pointer(const Ahead &, int loop, int64_t iterations);
  bool near_enough(const Ahead &);
  void ask_row(const Ahead &);
  void ask_ahead(int position);

  void check_segments(); ///< segment.cpp

  // stream.cpp
  bool may_stream();
  void stream();

  // strided.cpp
  std::vector<int> transpose(std::vector<int> rows, const RegisterFile &, const std::function<void(int)> &done);
  int unit() const { return kPiece / esize(); }
  Count whole(int dim); ///< elements of the current chunk, partial last vector included
  void copy_element(const Buffer &, int dim, int64_t at, Lanes);
  void over(int dim, Count total, int64_t step, const std::function<void()> &body);
  Group &group(int access) { return groups_[group_of_[access]]; }

  // helpers
  VInst &emit(VOp op) { return out_.code.emplace_back(VInst{op}); }
  int scalar() { return out_.scalars++; }
  int label() { return out_.labels++; }
  void place(int label) { emit(VOp::Label).imm = label; }
  void jump(int label) { emit(VOp::Jump).imm = label; }
  void branch(VOp op, int a, int64_t constant, int label); ///< RISC-V compares registers: all but 0 and 1 are in one
  void note(const std::string &remark); ///< on targets whose kernels are read as assembly
  bool needs_temporary(const VInst &) const; ///< a vector register of its own, `t`
  bool needs_second(const VInst &i) const; ///< a second one, VInst::e
  bool builds_longs() const { return nest_.type == Type::I64 && target_.isa == Isa::Avx2; } ///< from what AVX2 has
  bool has_uniforms() const { return target_.scalar_regs > 0; }
  bool reaches_strides() const { return target_.isa == Isa::Rvv; } ///< loads with a distance between lanes; no base + index
  int counter_of(Count total); ///< a fresh register that starts at total
  int add_imm(int a, int64_t imm);
  void add_to(int reg, int64_t imm);
  bool fail(const char *name, std::string detail);
  bool loads_apart(Type stored, bool narrow = false) const; ///< does a vector of it need another register before it is converted?
  void check_conversion(const Nest &, int access, bool one); ///< refuses elements, or one, that the target cannot convert
  bool is_reduction(int dim) const { return nest_.dims[dim].reduction; }
  int lanes() const { return tree_.vector < 0 ? 1 : out_.lanes; }
  bool sums_in_lanes() const { return dot_ && tree_.reduces_lanes(); } ///< step dot, of the lanes' loop
  int64_t elements() const { return lanes() * (sums_in_lanes() ? dot_->group : 1); } ///< of the lanes' dim in a vector
  int esize() const { return size_of(nest_.type); }
  int vector_dim() const { return tree_.vector < 0 ? -1 : tree_.loops[tree_.vector].dim; }

  const LoopTree &tree_;
  Nest nest_; ///< the nest with packed expressions replaced by loads of their buffers
  const Target &target_;
  Emission &shared_;
  VProgram &out_;
  const ProgramTree *program_ = nullptr; ///< none: a nest of its own
  int self_ = -1; ///< index of its leaf
  std::vector<Body> bodies_;
  std::vector<Group> groups_;
  std::vector<int> group_of_;                           // access -> group
  std::map<std::vector<int64_t>, int> indices_;         // what straight-line code has read: address, scale -> register
  std::vector<Buffer> buffers_;
  std::vector<Ahead> ahead_;
  std::vector<Count> chunk_;                            // per dim: the current chunk
  std::vector<int64_t> unrolled_;                       // per dim: offset of the current unrolled copy
  bool streams_ = false;                                // stores of the output go past the caches
  int copies_ = 1;                                      // of the body of the innermost unrolled loop, one behind the other
  struct Line { int64_t copies = 1, number = 0; };
  Line line_;                                           // of the body of all unrolled loops: how many, and the current one
  struct Trip { int counter; Count total; int64_t step; };
  std::map<int, Trip> outer_reductions_;                // loops around the scope that keep partial sums
  int partial_sums_ = -1; ///< access that holds them: the output or its packed buffer
  int load_partial_ = -1, plain_acc_ = -1; ///< nodes: the partial sum, the accumulator
  std::optional<Dot> dot_;
  std::optional<Matrix> matrix_;
  std::map<int, VOp> forms_; ///< of nodes that are not what their op says
  std::set<int> segmented_; ///< tensors that are loaded or stored by segments
  const std::vector<bool> word_products_{products_of_words(tree_.nest)}; ///< by node of the tree's nest
  std::set<int> narrow_; ///< loads whose vectors have elements of half the size

  Count group_;              ///< elements of the current group
  std::optional<Combine> combine_; ///< lanes along a reduction: how they are joined
  int in_order_ = -1; ///< node: what is added in order, if the lanes do not hold partial results
  int start_ = -1, join_init_ = -1; ///< nodes: what lanes start from; acc joined with init, -1 if start_ is init
  bool &failed_;
};

} // namespace vecwrap
