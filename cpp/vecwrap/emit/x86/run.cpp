#include "emit/x86/run.h"
#include <algorithm>
#include <xbyak/xbyak.h>

namespace vecwrap::x86 {
namespace {

using namespace Xbyak;

/// DWARF's number of a general-purpose register (System V ABI for x86-64, figure 3.36), by the machine's number.
constexpr int kDwarf[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr int kWord = 8;
constexpr int kPage = 4096;

int dwarf(const Reg64 &r) { return kDwarf[r.getIdx()]; }

/// Bytes of the largest argument block, so that the stack pointer stays a multiple of 16.
int64_t block_bytes(const Module &m) {
  size_t most = 0;
  for (const ModuleStep &step : m.steps)
    if (const Call *call = std::get_if<Call>(&step)) most = std::max(most, call->args.size());
  return int64_t(most + 1) / 2 * 2 * kWord;
}

/// No instruction sequence below is longer than 32 bytes per argument, pointer or step.
size_t bound(const Module &m) {
  size_t count = size_t(m.inputs) + size_t(m.outputs) + size_t(block_bytes(m)) / kPage;
  for (const ModuleStep &step : m.steps) {
    const Call *call = std::get_if<Call>(&step);
    count += 1 + (call ? call->args.size() : 1);
  }
  return 1024 + 32 * count;
}

class Functions : public CodeGenerator {
public:
  Functions(const Module &m, Text &text, std::vector<uint8_t> &buffer)
      : CodeGenerator(buffer.size(), buffer.data()), m_(m), text_(text), start_(text.code.size()) {}

  void all() {
    function("_run", &Functions::run);
    function("_workspace_size", &Functions::workspace_size);
    function("_supported", &Functions::supported);
  }

private:
  size_t here() const { return start_ + getSize(); } ///< offset in the text

  void function(const char *suffix, void (Functions::*body)()) {
    while (here() % 16) db(0xcc);
    begin_ = here();
    cfi_ = Cfi();
    (this->*body)();
    text_.functions.push_back({m_.prefix + suffix, begin_, here() - begin_, true, cfi_});
  }

  /// What follows is described by the returned rows.
  Cfi &unwind() { return cfi_.at(here() - begin_); }

  void save(const Reg64 &r, int below) {
    push(r);
    unwind().saved(dwarf(r), below);
  }

  // run: rbx inputs, r12 outputs, r13 workspace, r14 constants; the argument block at rsp.
  void run() {
    push(rbp);
    unwind().frame(dwarf(rsp), 2 * kWord).saved(dwarf(rbp), 2 * kWord);
    mov(rbp, rsp);
    unwind().frame(dwarf(rbp), 2 * kWord);
    int below = 2 * kWord;
    for (const Reg64 &r : {rbx, r12, r13, r14}) save(r, below += kWord);
    mov(rbx, rdi), mov(r12, rsi), mov(r13, rdx);
    Label done;
    check_arguments(done);
    reserve(block_bytes(m_));
    if (m_.constant_bytes) load_constants_address();
    for (const ModuleStep &step : m_.steps)
      std::visit([&](const auto &s) { one(s, done); }, step);
    xor_(eax, eax);
    L(done);
    lea(rsp, ptr[rbp - 4 * kWord]);
    for (const Reg64 &r : {r14, r13, r12, rbx, rbp}) pop(r);
    unwind().frame(dwarf(rsp), kWord);
    ret();
  }

  void fail_with(RunError error) { mov(eax, int(error)); }

  void check_arguments(Label &done) {
    fail_with(RunError::NullStruct);
    if (m_.inputs) test(rbx, rbx), jz(done, T_NEAR);
    if (m_.outputs) test(r12, r12), jz(done, T_NEAR);
    check_pointers(rbx, m_.inputs, RunError::NullInput, done);
    check_pointers(r12, m_.outputs, RunError::NullOutput, done);
    if (m_.workspace_bytes) check_workspace(done);
  }

  void check_pointers(const Reg64 &pointers, int count, RunError error, Label &done) {
    fail_with(error);
    for (int i = 0; i < count; ++i) cmp(qword[pointers + kWord * i], 0), je(done, T_NEAR);
  }

  void check_workspace(Label &done) {
    fail_with(RunError::NullWorkspace);
    test(r13, r13), jz(done, T_NEAR);
    fail_with(RunError::SmallWorkspace);
    mov(rdx, m_.workspace_bytes);
    cmp(rcx, rdx), jb(done, T_NEAR);
    fail_with(RunError::UnalignedWorkspace);
    test(r13d, kWorkspaceAlignment - 1), jnz(done, T_NEAR);
  }

  /// Touches each page, so that a guard page is met in order.
  void reserve(int64_t bytes) {
    for (; bytes > kPage; bytes -= kPage) sub(rsp, kPage), mov(qword[rsp], rax);
    if (bytes) sub(rsp, int(bytes));
  }

  /// lea r14, [rip + constants]: the displacement is the instruction's last word, relative to its end.
  void load_constants_address() {
    lea(r14, ptr[rip]);
    text_.fixups.push_back({here() - 4, -4});
  }

  void one(const Call &call, Label &) {
    for (size_t a = 0; a < call.args.size(); ++a) {
      address(rax, call.args[a]);
      mov(qword[rsp + int(kWord * a)], rax);
    }
    mov(rdi, rsp);
    db(0xe8); // call rel32
    dd(uint32_t(text_.functions[call.kernel].offset - (here() + 4)));
  }

  void one(const Check &check, Label &done) {
    address(rdx, check.place);
    fail_with(RunError::BadIndex);
    cmp(qword[rdx], 0), jne(done, T_NEAR);
  }

  void address(const Reg64 &to, const Place &p) {
    switch (p.kind) {
    case PlaceKind::Input: mov(to, qword[rbx + kWord * p.index]); sum(to, to, p.offset); break;
    case PlaceKind::Output: mov(to, qword[r12 + kWord * p.index]); sum(to, to, p.offset); break;
    case PlaceKind::Workspace: sum(to, r13, p.offset); break;
    case PlaceKind::Constant: sum(to, r14, p.offset); break;
    case PlaceKind::Value: mov(to, p.offset); break;
    }
  }

  void sum(const Reg64 &to, const Reg64 &base, int64_t offset) {
    if (offset == int32_t(offset)) {
      if (offset) lea(to, ptr[base + int(offset)]);
      else if (to.getIdx() != base.getIdx()) mov(to, base);
      return;
    }
    mov(rcx, offset);
    if (to.getIdx() != base.getIdx()) mov(to, base);
    add(to, rcx);
  }

  void workspace_size() {
    mov(rax, m_.workspace_bytes);
    ret();
  }

  /// As target/target.cpp looks at this CPU; r8d holds the answer, since cpuid overwrites the others.
  void supported() {
    const CpuBits need = cpu_bits(m_.target);
    Label no;
    if (!need.xcr0) return mov(eax, 1), ret();
    push(rbx);
    unwind().frame(dwarf(rsp), 2 * kWord).saved(dwarf(rbx), 2 * kWord);
    xor_(r8d, r8d);
    xor_(eax, eax);
    cpuid();
    cmp(eax, 7), jb(no);
    mov(eax, 1);
    cpuid();
    require(ecx, need.leaf1_ecx, no); // with OSXSAVE, which says that xgetbv exists
    xor_(ecx, ecx);
    xgetbv();
    require(eax, need.xcr0, no);
    mov(eax, 7);
    xor_(ecx, ecx);
    cpuid();
    require(ebx, need.leaf7_ebx, no);
    if (need.leaf7_ecx) require(ecx, need.leaf7_ecx, no);
    if (need.leaf7_edx) require(edx, need.leaf7_edx, no);
    if (need.leaf7_1_eax) {
      mov(eax, 7);
      mov(ecx, 1);
      cpuid();
      require(eax, need.leaf7_1_eax, no);
    }
    inc(r8d);
    L(no);
    mov(eax, r8d);
    pop(rbx);
    unwind().frame(dwarf(rsp), kWord);
    ret();
  }

  void require(const Reg32 &bits, uint32_t need, Label &no) {
    and_(bits, need);
    cmp(bits, need), jne(no);
  }

  const Module &m_;
  Text &text_;
  const size_t start_; ///< where the text ended
  size_t begin_ = 0;   ///< of the function in work
  Cfi cfi_;
};

} // namespace

void add_functions(const Module &module, Text &text) {
  std::vector<uint8_t> buffer(bound(module));
  Functions functions(module, text, buffer);
  functions.all();
  text.code.insert(text.code.end(), buffer.begin(), buffer.begin() + functions.getSize());
}

int64_t run_frame_bytes(const Module &module) { return 6 * kWord + block_bytes(module); }

Cfi kernel_frame() {
  Cfi cfi;
  cfi.at(1).frame(dwarf(Reg64(Operand::RSP)), 2 * kWord).saved(dwarf(Reg64(Operand::RBP)), 2 * kWord);
  cfi.at(4).frame(dwarf(Reg64(Operand::RBP)), 2 * kWord);
  return cfi;
}

} // namespace vecwrap::x86
