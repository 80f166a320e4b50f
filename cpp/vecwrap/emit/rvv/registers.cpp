// Where scalars stand: addresses and counters in x registers or on the stack, elements that all lanes share in f registers, or
// (integers) in those x registers that are left.
#include "emit/rvv/emitter.h"
#include <algorithm>

namespace vecwrap::rvv {
namespace {

/// The scalar map's registers, caller-saved first.
constexpr int kPool[] = {11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr int kCallerSaved = 10;
/// The program's scalars apart from its vectors, caller-saved first.
constexpr int kUniforms[] = {0,  1,  2,  3,  4,  5, 6, 7,  10, 11, 12, 13, 14, 15, 16,
                             17, 28, 29, 8,  9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr int kCallerSavedUniforms = 18;

/// Leaves registers to integers, if nothing of the innermost loops moves to the stack for them.
GprMap map_of(const VProgram &p, bool words) {
  constexpr int kWords[] = {8, 4, 2};
  const int all = int(std::size(kPool));
  const GprMap whole = allocate_gprs(p, all);
  if (!words) return whole;
  for (int left : kWords) {
    const GprMap fewer = allocate_gprs(p, all - left);
    if (fewer.spilled - whole.spilled < whole.innermost) return fewer;
  }
  return whole;
}

int uniforms_of(const VProgram &p) {
  int count = 0;
  for (const VInst &i : p.code)
    if (i.op > VOp::VTail && is_uniform(i.d)) count = std::max(count, i.d - kUniform + 1);
  return count;
}

} // namespace

int Emitter::f(int reg) const {
  const size_t number = size_t(reg - kUniform);
  return number < words_.size() && words_[number] >= 0 ? kWord + words_[number] : kUniforms[number];
}

/// Integers that all lanes share stand in x registers as far as the scalar map leaves some.
void Emitter::place_words() {
  words_.assign(size_t(integral() ? uniforms_of(p_) : 0), -1);
  int g = 0;
  for (int &word : words_) {
    while (g < int(std::size(kPool)) && std::find(map_.gpr.begin(), map_.gpr.end(), g) != map_.gpr.end()) ++g;
    if (g == int(std::size(kPool))) return;
    if (g >= kCallerSaved) saved_x_.push_back(kPool[g]);
    word = kPool[g++];
  }
}

Emitter::Emitter(const VProgram &p) : p_(p), map_(map_of(p, wraps(p.type) && uniforms_of(p))) {
  out_.labels = p.labels;
  if (p.frame_bytes) saved_x_.push_back(kFp);
  for (int g = kCallerSaved; g < int(std::size(kPool)); ++g)
    if (std::find(map_.gpr.begin(), map_.gpr.end(), g) != map_.gpr.end()) saved_x_.push_back(kPool[g]);
  place_words();
  for (int u = kCallerSavedUniforms; u < uniforms_of(p); ++u)
    if (!in_word(f(kUniform + u))) saved_f_.push_back(kUniforms[u]);
}

int64_t Emitter::fixed_bytes() const { return (8 * int64_t(saved_x_.size() + saved_f_.size() + map_.slots) + 15) / 16 * 16; }

int Emitter::x(int s) const { return kPool[map_.gpr[s]]; }

int Emitter::read(int s, int scratch) {
  if (in_register(s)) return x(s);
  const auto [at, from] = slot(s, scratch);
  out_.put(Op::Ld, scratch, at, from);
  return scratch;
}

/// Distance and register.
std::pair<int64_t, int> Emitter::slot(int s, int scratch) {
  const int64_t at = 8 * (int64_t(saved_x_.size() + saved_f_.size()) + map_.slot[s]);
  const int base = p_.frame_bytes ? kFp : kSp;
  if (fits12(at)) return {at, base};
  out_.load_imm(scratch, at), out_.put(Op::Add, scratch, scratch, base);
  return {0, scratch};
}

} // namespace vecwrap::rvv
