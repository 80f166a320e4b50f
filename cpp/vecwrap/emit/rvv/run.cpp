#include "emit/rvv/run.h"
#include "emit/rvv/encode.h"
#include "emit/rvv/supported.h"
#include <algorithm>
#include <cstring>

namespace vecwrap::rvv {
namespace {

constexpr int kRa = 1, kT0 = 5, kT1 = 6, kT2 = 7, kFp = 8, kA0 = 10, kA1 = 11, kA2 = 12, kA3 = 13;
constexpr int kInputs = 9, kOutputs = 18, kWorkspace = 19, kConstants = 20; // s1 to s4
constexpr int kSaved[] = {kRa, kFp, kInputs, kOutputs, kWorkspace, kConstants};
constexpr int64_t kWord = 8, kPage = 4096, kFrame = kWord * int64_t(std::size(kSaved)); // a multiple of 16

/// Bytes of the largest argument block, so that the stack pointer stays a multiple of 16.
int64_t block_bytes(const Module &m) {
  size_t most = 0;
  for (const ModuleStep &step : m.steps)
    if (const Call *call = std::get_if<Call>(&step)) most = std::max(most, call->args.size());
  return int64_t(most + 1) / 2 * 2 * kWord;
}

class Functions {
public:
  Functions(const Module &m, Text &text) : m_(m), text_(text) {}

  void all() {
    if (m_.constant_bytes) constants_word();
    function("_run", &Functions::run);
    function("_workspace_size", &Functions::workspace_size);
    function("_supported", &Functions::supported);
  }

private:
  struct Reference { int label, function; }; ///< an auipc at the label, and its jalr, are to call the function

  /// A word that the linker makes the distance from itself to the constants.
  void constants_word() {
    word_ = text_.code.size();
    text_.fixups.push_back({word_, 0});
    text_.code.resize(word_ + 4);
  }

  void function(const char *suffix, void (Functions::*body)()) {
    a_ = Assembly(), calls_.clear(), constants_label_ = -1;
    (this->*body)();
    Code code = encode(a_);
    const size_t begin = text_.code.size();
    const auto patch = [&](int label, int64_t target, auto second) { // target: offset in the text
      const size_t at = code.labels[size_t(label)];
      const int64_t distance = target - int64_t(begin + at);
      const uint32_t pair[] = {auipc(kT0, distance), second(distance)};
      std::memcpy(&code.bytes[at], pair, sizeof pair);
    };
    for (const Reference &c : calls_)
      patch(c.label, int64_t(text_.functions[size_t(c.function)].offset), [](int64_t d) { return jalr(kRa, kT0, d); });
    if (constants_label_ >= 0) patch(constants_label_, int64_t(word_), [](int64_t d) { return word({Op::Addi, {kT0, kT0, (d << 52) >> 52}}); });
    text_.functions.push_back({m_.prefix + suffix, begin, code.bytes.size(), true, code.unwind});
    text_.code.insert(text_.code.end(), code.bytes.begin(), code.bytes.end());
  }

  /// Two words for patch().
  int pair() {
    const int label = a_.label();
    a_.place(label), a_.raw(0), a_.raw(0);
    return label;
  }

  void run() {
    done_ = a_.label();
    a_.put(Op::Addi, kSp, kSp, -kFrame), a_.unwind(Frame::At, kSp, kFrame);
    for (size_t r = 0; r < std::size(kSaved); ++r) {
      const int64_t at = kFrame - kWord * int64_t(r + 1);
      a_.put(Op::Sd, kSaved[r], at, kSp), a_.unwind(Frame::Saved, kSaved[r], kFrame - at);
    }
    a_.put(Op::Addi, kFp, kSp, kFrame), a_.unwind(Frame::At, kFp, 0);
    a_.put(Op::Mv, kInputs, kA0), a_.put(Op::Mv, kOutputs, kA1), a_.put(Op::Mv, kWorkspace, kA2);
    check_arguments();
    reserve(block_bytes(m_));
    if (m_.constant_bytes) {
      constants_label_ = pair();
      a_.put(Op::Lw, kConstants, 0, kT0), a_.put(Op::Add, kConstants, kConstants, kT0);
    }
    for (const ModuleStep &step : m_.steps) std::visit([&](const auto &s) { one(s); }, step);
    a_.put(Op::Li, kA0, 0);
    a_.place(done_);
    a_.put(Op::Addi, kSp, kFp, -kFrame), a_.unwind(Frame::At, kSp, kFrame);
    for (size_t r = 0; r < std::size(kSaved); ++r)
      a_.put(Op::Ld, kSaved[r], kFrame - kWord * int64_t(r + 1), kSp), a_.unwind(Frame::Restored, kSaved[r]);
    a_.put(Op::Addi, kSp, kSp, kFrame), a_.unwind(Frame::At, kSp, 0);
    a_.put(Op::Ret);
  }

  void fail_with(RunError error) { a_.put(Op::Li, kA0, int64_t(error)); }

  void check_arguments() {
    fail_with(RunError::NullStruct);
    if (m_.inputs) a_.put(Op::Beq, kInputs, kZero, done_);
    if (m_.outputs) a_.put(Op::Beq, kOutputs, kZero, done_);
    check_pointers(kInputs, m_.inputs, RunError::NullInput);
    check_pointers(kOutputs, m_.outputs, RunError::NullOutput);
    if (m_.workspace_bytes) check_workspace();
  }

  void check_pointers(int pointers, int count, RunError error) {
    fail_with(error);
    for (int i = 0; i < count; ++i) load(kT0, pointers, kWord * i), a_.put(Op::Beq, kT0, kZero, done_);
  }

  void check_workspace() {
    fail_with(RunError::NullWorkspace);
    a_.put(Op::Beq, kWorkspace, kZero, done_);
    fail_with(RunError::SmallWorkspace);
    a_.load_imm(kT0, m_.workspace_bytes), a_.put(Op::Blt, kA3, kT0, done_); // no object has 2^63 bytes
    fail_with(RunError::UnalignedWorkspace);
    a_.put(Op::Andi, kT0, kWorkspace, kWorkspaceAlignment - 1), a_.put(Op::Bne, kT0, kZero, done_);
  }

  /// Touches each page, so that a guard page is met in order.
  void reserve(int64_t bytes) {
    if (bytes > kPage) a_.load_imm(kT0, kPage);
    for (; bytes > kPage; bytes -= kPage) a_.put(Op::Sub, kSp, kSp, kT0), a_.put(Op::Sd, kZero, 0, kSp);
    a_.add_imm(kSp, kSp, -bytes, kT0);
  }

  void load(int to, int base, int64_t offset) {
    if (fits12(offset)) return a_.put(Op::Ld, to, offset, base);
    a_.load_imm(kT1, offset), a_.put(Op::Add, kT1, kT1, base), a_.put(Op::Ld, to, 0, kT1);
  }

  void store(int from, int64_t offset) {
    if (fits12(offset)) return a_.put(Op::Sd, from, offset, kSp);
    a_.load_imm(kT1, offset), a_.put(Op::Add, kT1, kT1, kSp), a_.put(Op::Sd, from, 0, kT1);
  }

  void one(const Call &call) {
    for (size_t a = 0; a < call.args.size(); ++a) address(kT0, call.args[a]), store(kT0, kWord * int64_t(a));
    a_.put(Op::Mv, kA0, kSp);
    calls_.push_back({pair(), call.kernel});
  }

  void one(const Check &check) {
    address(kT2, check.place);
    a_.put(Op::Ld, kT2, 0, kT2);
    fail_with(RunError::BadIndex);
    a_.put(Op::Bne, kT2, kZero, done_);
  }

  void address(int to, const Place &p) {
    switch (p.kind) {
    case PlaceKind::Input: load(to, kInputs, kWord * p.index); return a_.add_imm(to, to, p.offset, kT1);
    case PlaceKind::Output: load(to, kOutputs, kWord * p.index); return a_.add_imm(to, to, p.offset, kT1);
    case PlaceKind::Workspace: return a_.add_imm(to, kWorkspace, p.offset, kT1);
    case PlaceKind::Constant: return a_.add_imm(to, kConstants, p.offset, kT1);
    case PlaceKind::Value: return a_.load_imm(to, p.offset);
    }
  }

  void workspace_size() {
    a_.load_imm(kA0, m_.workspace_bytes);
    a_.put(Op::Ret);
  }

  void supported() { a_ = rvv::supported(m_.target); }

  const Module &m_;
  Text &text_;
  Assembly a_; ///< of the function in work
  std::vector<Reference> calls_;
  int done_ = -1, constants_label_ = -1;
  size_t word_ = 0; ///< where the distance to the constants is
};

} // namespace

void add_functions(const Module &module, Text &text) { Functions(module, text).all(); }

int64_t run_frame_bytes(const Module &module) { return kFrame + block_bytes(module); }

} // namespace vecwrap::rvv
