// Steps and the sentence, their one text form. See docs/sentence.md.
//
//   v1 split(i,14) split(j,32) reorder(j,i,k,i.1,j.1) pack(B,j) tile(i.1,j.1) vectorize(j.1) unroll(k,2)
//
// collapse(l,m)    loops l and m, whose points lie one behind the other in all tensors, become l
// split(l,f)       loop l -> l (steps of f) and l.1 (f iterations); splitting l.1 again gives l.2
// reorder(l,...)   the order of all loops, outermost first
// tile(l,...)      the innermost loops: fully unrolled, their outputs live in registers
// vectorize(l[,r])  the lanes: the innermost tile loop; along a reduction (fast-math), lanes hold partial results;
//                  vectors of r registers each (RVV's LMUL: 1, 2, 4, 8; 1 if not given)
// unroll(l,f)      repeat the body of a rolled loop f times per iteration
// pack(T,l[,d,...]) on entry to the body of loop l ("-": before all loops), copy what the inner loops read of
//                  tensor T (with the operations that involve only T and scalars) into a contiguous buffer;
//                  if T is the output, the buffer holds its partial sums between chunks of a reduction loop;
//                  d,...: the dims of the buffer, slowest first, and the loops that fill it (if not given, as the inner loops are)
// dot(l,g)         g neighbours along the innermost reduction loop l are multiplied and added within a lane
// matrix(i,j,k)    tile loops i and j and the innermost reduction loop k are rows, columns and depth of a matrix unit's blocks
// strided(T,how)   how vectors of T are made where the lanes are not neighbours in memory: insert, transpose, gather
// prefetch(T,l,n)  the innermost code asks the caches for what it will read of T n iterations of loop l later
// pipeline(l)      what the body of loop l loads first is loaded while the iteration before computes
// tail(l,how)      the rest of rows along the lanes l: agnostic or undisturbed vectors, strip: in the loop of whole ones
// stream(T)        the output's whole vectors are stored past the caches
//
// Of a program (docs/program.md):
// nest(n)          the steps that follow are those of nest n
// at(n,l)          this nest runs on entry to the body of loop l of nest n, for the part that the body needs
#pragma once
#include "ir/result.h"
#include <cstdint>
#include <string>
#include <vector>

namespace vecwrap {

inline constexpr const char *kSentenceVersion = "v1";

enum class StepKind : uint8_t { Collapse, Split, Reorder, Tile, Vectorize, Unroll, Pack, Strided, Stream, Nest, At, Dot, Prefetch, Pipeline, Tail, Matrix };
enum class Factor : uint8_t { None, One, Optional };
struct StepInfo { const char *name; int names; Factor factor; }; ///< names: -n = n or more
inline constexpr StepInfo kSteps[] = {{"collapse", 2, Factor::None}, {"split", 1, Factor::One}, {"reorder", -1, Factor::None}, {"tile", -1, Factor::None},
                                      {"vectorize", 1, Factor::Optional}, {"unroll", 1, Factor::One}, {"pack", -2, Factor::None},
                                      {"strided", 2, Factor::None}, {"stream", 1, Factor::None}, {"nest", 1, Factor::None}, {"at", 2, Factor::None},
                                      {"dot", 1, Factor::One}, {"prefetch", 2, Factor::One}, {"pipeline", 1, Factor::None}, {"tail", 2, Factor::None},
                                      {"matrix", 3, Factor::None}};

/// Element by element; whole blocks of neighbours, exchanged between registers; by an instruction of the target; several vectors
/// of neighbours at once (RVV).
enum class How : uint8_t { Insert, Transpose, Gather, Segment };
inline constexpr const char *kHows[] = {"insert", "transpose", "gather", "segment"};
inline constexpr const char *kTails[] = {"agnostic", "undisturbed", "strip"};

struct Step {
  StepKind kind;
  std::vector<std::string> names; ///< loops; Pack: tensor, loop, dims; Prefetch: tensor, loop; Strided: tensor, one of kHows; Tail: loop, one of kTails; Nest: nest; At: nest, loop
  int64_t factor = 0;             ///< Split, Unroll, Dot, Prefetch; Vectorize: 0 if not given
  bool operator==(const Step &) const = default;
};

struct Sentence {
  std::vector<Step> steps;
  bool operator==(const Sentence &) const = default;
};

std::string print(const Step &);
std::string print(const Sentence &);
/// Round trip: print(*parse_sentence(print(s))) == print(s). Refuses unknown versions, steps and malformed text.
Result<Sentence> parse_sentence(const std::string &text);

} // namespace vecwrap
