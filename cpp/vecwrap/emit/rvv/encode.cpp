#include "emit/rvv/encode.h"
#include <algorithm>
#include <cstring>
#include <iterator>

namespace vecwrap::rvv {
namespace {

struct Word { Op op; uint32_t bits; const char *places; };
constexpr Word kWords[] = {
#define WORD(id, bits, places) {Op::id, bits, places},
#include "emit/rvv/encode.def"
#undef WORD
};

static_assert(std::size(kWords) == kOps, "a row of isa.def has no word in encode.def: tests/support/rvv_words.py prints it");

const Word &word_row(Op op) {
  return *std::find_if(std::begin(kWords), std::end(kWords), [&](const Word &w) { return w.op == op; });
}

/// `count` bits of a value from bit `from` on, put at bit `to`.
uint32_t field(int64_t value, int from, int count, int to) { return uint32_t(uint64_t(value) >> from & ((1u << count) - 1)) << to; }

uint32_t placed(char place, int64_t v) {
  switch (place) {
  case 'd': return field(v, 0, 5, 7);
  case '1': return field(v, 0, 5, 15);
  case '2': return field(v, 0, 5, 20);
  case '3': return field(v, 0, 5, 27);
  case 'w': return placed('1', v) | placed('2', v);
  case 'i': return field(v, 0, 12, 20);
  case 's': return field(v, 0, 5, 7) | field(v, 5, 7, 25);
  case 'u': return field(v, 0, 20, 12);
  case 'b': return field(v, 11, 1, 7) | field(v, 1, 4, 8) | field(v, 5, 6, 25) | field(v, 12, 1, 31);
  case 'j': return field(v, 12, 8, 12) | field(v, 11, 1, 20) | field(v, 1, 10, 21) | field(v, 20, 1, 31);
  default: return field(v, 0, 10, 20); // t
  }
}

constexpr int64_t kBranch = 1 << 12, kJump = 1 << 20; ///< how far they reach, forwards and backwards
constexpr uint32_t kOpposite = 1 << 12;               ///< the bit that turns a condition around
constexpr int kScratch = 6;                           ///< t1: nothing is in it at a branch
bool reaches(int64_t distance, int64_t limit) { return distance >= -limit && distance < limit; }

class Encoder {
public:
  explicit Encoder(const Assembly &a) : a_(a), words_(a.lines.size()) {}

  Code run() {
    for (size_t l = 0; l < words_.size(); ++l) words_[l] = a_.lines[l].kind == Line::Code || a_.lines[l].kind == Line::Raw;
    while (grow()) {
    }
    for (size_t l = 0; l < words_.size(); ++l) one(a_.lines[l], words_[l]);
    return std::move(code_);
  }

private:
  /// Where labels are, by the sizes so far; true if a branch has to be longer for it.
  bool grow() {
    size_t at = 0;
    code_.labels.assign(size_t(a_.labels), 0);
    for (size_t l = 0; l < words_.size(); at += 4 * words_[l++])
      if (a_.lines[l].kind == Line::Label) code_.labels[size_t(a_.lines[l].insn.operand[0])] = at;
    bool grew = false;
    at = 0;
    for (size_t l = 0; l < words_.size(); at += 4 * words_[l++])
      if (const char *label = label_of(a_.lines[l])) {
        const int most = length(*label, distance(a_.lines[l], at));
        if (most > words_[l]) words_[l] = most, grew = true;
      }
    return grew;
  }

  /// The place of a branch's label ('b' or 'j'); null for other lines.
  static const char *label_of(const Line &line) {
    if (line.kind != Line::Code) return nullptr;
    const char *last = word_row(line.insn.op).places;
    last += std::strlen(last) - (*last ? 1 : 0);
    return *last == 'b' || *last == 'j' ? last : nullptr;
  }

  int64_t distance(const Line &line, size_t at) const {
    const size_t operand = std::strlen(word_row(line.insn.op).places) - 1;
    return int64_t(code_.labels[size_t(line.insn.operand[operand])]) - int64_t(at);
  }

  static int length(char kind, int64_t distance) {
    const int jump = reaches(distance - 4, kJump) && reaches(distance, kJump) ? 1 : 2;
    return kind == 'j' ? jump : reaches(distance, kBranch) ? 1 : 1 + jump;
  }

  void one(const Line &line, int words) {
    if (line.kind == Line::Raw) return put(uint32_t(line.insn.operand[0]));
    if (line.kind == Line::Unwind) return unwind(line.insn);
    if (line.kind != Line::Code) return;
    if (label_of(line)) branch(line, words);
    else put(word(line.insn));
  }

  void branch(const Line &line, int words) {
    Insn i = line.insn;
    int64_t &target = i.operand[std::strlen(word_row(i.op).places) - 1];
    target = distance(line, code_.bytes.size());
    if (i.op == Op::J) return jump(target, words);
    if (words == 1) return put(word(i));
    const int64_t whole = target;
    target = 4 * words;
    put(word(i) ^ kOpposite);
    jump(whole - 4, words - 1);
  }

  void jump(int64_t distance, int words) {
    if (words == 1) return put(word({Op::J, {distance}}));
    put(auipc(kScratch, distance)), put(jalr(kZero, kScratch, distance));
  }

  void unwind(const Insn &i) {
    Cfi &cfi = code_.unwind.at(code_.bytes.size());
    const int reg = int(i.operand[1]), bytes = int(i.operand[2]);
    switch (static_cast<Frame>(i.operand[0])) {
    case Frame::At: cfi.frame(reg, bytes); break;
    case Frame::Saved: cfi.saved(reg, bytes); break;
    case Frame::Restored: cfi.restored(reg); break;
    }
  }

  void put(uint32_t word) {
    for (int byte = 0; byte < 4; ++byte) code_.bytes.push_back(uint8_t(word >> 8 * byte));
  }

  const Assembly &a_;
  std::vector<int> words_; ///< of each line
  Code code_;
};

} // namespace

uint32_t word(const Insn &i) {
  const Word &row = word_row(i.op);
  uint32_t bits = row.bits;
  for (size_t k = 0; row.places[k]; ++k) bits |= placed(row.places[k], i.operand[k]);
  return bits;
}

// The lower part is signed: the upper one makes up for it.
uint32_t auipc(int rd, int64_t distance) { return 0x17 | placed('d', rd) | placed('u', (distance + 0x800) >> 12); }
uint32_t jalr(int rd, int rs, int64_t distance) { return 0x67 | placed('d', rd) | placed('1', rs) | placed('i', distance); }

Code encode(const Assembly &a) { return Encoder(a).run(); }

} // namespace vecwrap::rvv
