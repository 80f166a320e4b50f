#include "emit/rvv/simulate.h"
#include "emit/rvv/step.h"
#include <sys/mman.h>
#include <stdexcept>

namespace vecwrap::rvv {
namespace {

/// The function's stack: what it promised to use, with pages that fault on either side.
class Stack {
public:
  explicit Stack(int64_t bytes) : size_((bytes + kPage - 1) / kPage * kPage + 2 * kPage) {
    void *p = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<char *>(p);
    if (mprotect(memory_ + kPage, size_ - 2 * kPage, PROT_READ | PROT_WRITE)) throw std::bad_alloc();
  }
  ~Stack() { munmap(memory_, size_); }
  Stack(const Stack &) = delete;
  int64_t top() const { return reinterpret_cast<int64_t>(memory_ + size_ - kPage); }

private:
  static constexpr int64_t kPage = 4096;
  size_t size_;
  char *memory_;
};

constexpr int64_t kSaved = 0x5afe000000000000; ///< what callee-saved registers hold on entry, plus their number
constexpr int kSavedX[] = {2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr int kSavedF[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};

void enter(Machine &m, const int64_t *args, int64_t sp) {
  for (int r = 1; r < 32; ++r) m.x[r] = kSaved + r, m.f[r] = uint64_t(kSaved + r);
  m.x[10] = reinterpret_cast<int64_t>(args), m.x[kSp] = sp;
}

void check_return(const Machine &m, int64_t sp) {
  for (int r : kSavedX)
    if (m.x[r] != (r == kSp ? sp : kSaved + r)) throw std::logic_error(std::string("the kernel did not restore ") + x_name(r));
  if (m.rounding) throw std::logic_error("the kernel did not restore the rounding mode");
  for (int r : kSavedF)
    if (m.f[r] != uint64_t(kSaved + r)) throw std::logic_error(std::string("the kernel did not restore ") + f_name(r));
}

} // namespace

void step(Machine &m, const Insn &i) { row_of(i.op).semantics(m, i); }

Counts simulate(const Assembly &a, const int64_t *args, int vlen) {
  std::vector<size_t> at(a.labels);
  for (size_t l = 0; l < a.lines.size(); ++l)
    if (a.lines[l].kind == Line::Label) at[a.lines[l].insn.operand[0]] = l;
  Machine m(vlen / 8);
  const Stack stack(a.stack_bytes);
  enter(m, args, stack.top());
  std::vector<int64_t> counts(kRowCount);
  for (size_t l = 0;; ++l) {
    const Line &line = a.lines.at(l);
    if (line.kind != Line::Code) continue;
    ++counts[static_cast<int>(line.insn.op)];
    m.next = Machine::kFallThrough;
    step(m, line.insn);
    if (m.next == Machine::kReturn) break;
    if (m.next >= 0) l = at[m.next];
  }
  check_return(m, stack.top());
  Counts result;
  for (int r = 0; r < kRowCount; ++r)
    if (counts[r]) result.instructions += counts[r], result.by_mnemonic[kRows[r].mnemonic] += counts[r];
  return result;
}

} // namespace vecwrap::rvv
