// Evaluator: expressions over the points of the register tile. Values that several points share are computed once
// and freed after their last use; loads with one use become memory operands.
#pragma once
#include "codegen/generator.h"
#include <span>

namespace vecwrap {

class Evaluator {
public:
  /// `registers` is the number of vector registers it may use; beyond that, and beyond the target's scalar registers, the
  /// generator fails with "registers".
  Evaluator(Generator &g, int registers);

  int points() const { return points_; }
  // Which points are evaluated, and how much of the last vector of a row.
  void take_chunk(); ///< those that the current chunk of the vectorized loop reaches (at most the whole tile)
  void take_rows();  ///< the first of each row, of which one lane counts: where a reduction's lanes have been joined
  void set_tail();   ///< the mask of the last vector, if it is partial
  bool takes_chunks() const { return !is_whole(g_.tree_.vector); } ///< does a loop of the scope cut the lanes' dim?
  const std::vector<int64_t> &index(int point) const { return indices_[point]; } ///< per dim: first element of the point within the tile
  Lanes lanes(int point) const;

  void allocate_accumulators();
  void spread_rows(); ///< the first accumulator of each row goes to the others
  void add_in_order(int point);
  void join_vectors(); ///< all accumulators of a row into the first; the others die
  void join_lanes();   ///< then all its lanes into the first
  bool reduce_lanes(); ///< the same by one instruction, if the target has it
  bool joins_in_place(int root, int point);
  void into_accumulators(int root); ///< acc[p] = root(p) for all points
  /// access[p] = root(p) for all points. Accumulators die with their last use.
  void store(int root, int access);
  /// The same for as many points at a time as registers hold, whose sums are (or will be) at `sums`, a vector for each point.
  void into_buffer(int root, Mem sums);
  void from_buffer(int root, int access, Mem sums);
  void revive(); ///< the accumulators that died, for code of another branch
  /// Computes what does not change in the reduction loops of the scope into registers, as far as they go.
  void hoist(int root);
  void drop_hoisted();
  std::vector<int> unused() const; ///< vector registers that hold nothing between two evaluations
  void start_places();     ///< of extrema, none so far
  void start_offsets();    ///< of step dot, where one operand is flipped
  void subtract_offsets();
  void prefetch(int root); ///< what step prefetch says, for all copies of an unrolled body
  void make_pointers_ahead(int root);
  void make_pointers(int access, int point); ///< that loads of it take

private:
  using Key = int;
  struct Value { int reg = -1; int uses = 0; };
  /// Registers of one kind: vectors, or the scalars of targets that keep those apart (kUniform).
  struct Pool { int limit = 0, first = 0, next = 0, live = 0, peak = 0; std::vector<int> free; };

  /// Values by key. All that was asked for is there, in the order of the keys.
  class Values {
  public:
    void resize(size_t keys) { values_.assign(keys, {}), known_.assign(keys, false); }
    Value &operator[](Key k) { return known_[k] = true, values_[k]; }
    const Value *find(Key k) const { return known_[k] ? &values_[k] : nullptr; }
    void erase(Key k) { known_[k] = false, values_[k] = {}; }
    void clear() { resize(values_.size()); }
    template <class F> void each(F f) {
      for (size_t k = 0; k < values_.size(); ++k)
        if (known_[k]) f(Key(k), values_[k]);
    }

  private:
    std::vector<Value> values_;
    std::vector<char> known_;
  };

  /// Points that differ only along dims that the node does not move along share its value.
  Key key(int node, int point) const { return keys_[node * points_ + point]; }
  void plan_keys(int node);
  void plan_index(int point);
  bool is_acc(int node) const { return g_.nest_.nodes[node].op == Op::Acc; }
  bool is_place(int node) const { return g_.nest_.nodes[node].op == Op::Place; }
  bool is_hoisted(Key k) const { return hoisted_.find(k); }
  void plan_order(const Form &);
  void count_uses(int node, int point);
  void begin(int root);
  int value(int node, int point);
  void compute(int node, int point, int dest);
  bool is_partial() const;
  bool is_whole(int loop) const;
  Count within_tile(int loop) const;
  void combine(int acc, int with);
  void in_parts(const std::function<void()> &body);
  // reduce.cpp: registers
  void fold(int d, int a, int64_t half);
  void join_zipped(int a, int b);
  void join_block(const std::vector<int> &rows);
  void join_halves(const std::vector<int> &rows, int least);
  void load(int node, int point, int dest);
  bool is_broadcast(int access) const;
  bool broadcast(int access);
  std::optional<Type> conversion(int access) const;
  void release(int node, int point);
  bool stands_still(int node) const; ///< one scalar register holds it
  void load_early();
  std::vector<int> by_column() const;
  bool foldable(int node, int point);
  bool foldable_operand(int node, int operand, int point);
  void store_register(int reg, int access, int point);
  int take(bool uniform = false);
  int take_from_known(bool uniform);
  bool is_loaded_again(int load) const;
  void give(int reg);
  Pool &pool(bool uniform) { return uniform ? uniforms_ : vectors_; }
  void measure(int root);
  void free_registers();

  // interleave.cpp
  void list_needed(int node, std::vector<int> &list) const;
  bool is_own(int node) const;
  int points_abreast(const std::vector<int> &needed);
  void plan_interleaving(int root);
  void interleave(int root, size_t first);

  // dot.cpp
  bool is_group(int access) const; ///< is it put together of elements?
  void load_group(int node, int point, int dest);
  bool is_along(int access) const; ///< a row of elements of the sum, which fill the lanes
  void load_row(int node, int point, int dest);
  bool load_joined(int node, int point); // join.cpp

  // offsets.cpp
  void for_each_other(const std::function<void(int, Key)> &);
  void add_offsets();
  void load_offsets();

  // place.cpp
  void count_places();
  void keep_place(int point);
  void next_place();

  // prefetch.cpp
  int64_t vector_bytes(int access) const;
  void each_ahead(int root, const std::function<void(const Mem &)> &);

  // segment.cpp
  struct Place { int access, point; Key key; }; ///< an element that is read or written
  bool in_segments(int access) const;
  int fields(int access) const;
  int field_registers(int access) const;
  std::optional<int64_t> distance(Place from, Place to) const;
  std::vector<Place> segment_of(Place, const std::vector<Place> &others) const;
  int take_run(int count);
  bool load_segment(int node, int point);
  void move_segment(VOp, const std::vector<Place> &fields, int reg);
  void store_segments(int root, int access);
  bool is_gathered(int access) const;
  void load_indices(int access, int point);


  // strided.cpp
  /// Points (or copies of an unrolled body, if `step` is 0) side by side in memory: the point is number `at` of `count`.
  struct Along { int step, at, count; };
  bool is_strided(int access) const; ///< lanes are not neighbours in memory, and the target cannot load that
  std::optional<How> said(int access) const;
  std::optional<Along> along(int access, int point) const;
  bool in_block(int access, int point) const;
  bool has_neighbours(int access) const;
  void check_strided(int access);
  int block_width(const Along &) const;
  int active_lanes(int point) const; ///< all, unless the tail is constant
  int lane_offset(int access, int lane);
  Mem lane_address(int access, int point, int lane);
  VInst &pieces(VOp, int64_t imm, int d, int a, Mem);
  void load_strided(int access, int point, int dest);
  void gather(int access, int point, int reg, bool store = false);
  RegisterFile file();
  int strided_loads() const;
  Value &neighbour(int node, int point, const Along &, int at);
  void load_block(int node, int point);
  void take_carried();
  void store_strided(int root, int access);
  void store_block(int root, int access, const std::vector<int> &block);
  void store_lanes(int root, int access, int point);
  void extract(int access, int point, int reg);
  int spare() const { return vectors_.limit - vectors_.live; }

  Generator &g_;
  const int registers_;
  Pool vectors_, uniforms_;
  std::vector<int> held_; ///< what operations in work have read so far
  int early_ = 0; ///< scalar registers to spare for loads ahead of their use
  std::vector<int> extent_, tile_loops_; // per tile loop: points along it
  int points_ = 1;
  std::vector<int> active_; ///< the points that are evaluated
  Count chunk_;             ///< of the vectorized loop
  bool rows_ = false;       ///< one lane of each row
  std::vector<Form> forms_;       // per node
  std::vector<int> needs_;        // per node: registers for its expression, if nothing is shared
  struct Order { int operands[4], count; const int *begin() const { return operands; } const int *end() const { return operands + count; } };
  std::vector<Order> order_;      // per node: its operands as they are evaluated
  bool folds_ = false;            // constants are operands in memory, not registers
  std::vector<int> needed_;       // nodes of the expression in work, if its points are evaluated side by side
  int abreast_ = 1;               // that many
  std::vector<uint64_t> dims_of_; // per node: bit d set if it moves along dim d
  std::vector<int> accumulators_;
  std::vector<int> dead_;
  std::vector<int> last_uses_; ///< per point, while storing: uses of the accumulator to come
  std::vector<Key> keys_; ///< per node and point
  std::vector<std::vector<int64_t>> indices_; ///< per point
  Values values_;
  Values hoisted_;
  std::map<std::pair<int, Key>, Value> carried_; ///< loaded by one copy of an unrolled body for a later one
  std::map<std::tuple<int, int64_t, int>, int> lane_offsets_; ///< stride (symbol, value), lane -> register
  std::map<Key, int> offsets_; ///< registers: sums of what flipped operands have too much
  std::vector<int> places_;    ///< registers, per point: where the accumulator comes from
  int number_ = -1;            ///< register: the number of the reduction point
  int zeros_ = -1;             ///< register: a flipped zero
  int last_lane_ = -1;                                        ///< register: the last active lane of the tail
};

} // namespace vecwrap
