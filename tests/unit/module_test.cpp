// Modules: the bytes of the object, and the facts that its tables promise.
#include "emit/elf.h"
#include "samples.h"
#include <cstring>
#include <elf.h>
#include <set>

namespace vecwrap {
namespace {

constexpr int64_t kConstantBytes = 40;

/// y = relu(x), twice: from an input, and from constants.
Module relu_twice() {
  Module m{"net", targets().back()};
  const auto kernel = compile(parsed(kRelu), *parse_sentence("v1"), m.target);
  const int k = m.add_kernel(*kernel, "relu/1");
  m.inputs = 1, m.outputs = 2, m.constant_bytes = kConstantBytes;
  m.steps = {Call{k, {{PlaceKind::Input}, {PlaceKind::Output, 0}}}, Call{k, {{PlaceKind::Constant}, {PlaceKind::Output, 1}}}};
  return m;
}

/// The file as a caller writes it.
std::vector<uint8_t> file(const Module &m) {
  const auto made = object(m);
  EXPECT_TRUE(made);
  std::vector<uint8_t> bytes = made->head;
  bytes.resize(bytes.size() + size_t(m.constant_bytes), 0xff);
  bytes.insert(bytes.end(), made->tail.begin(), made->tail.end());
  return bytes;
}

template <class T> std::vector<T> table(const std::vector<uint8_t> &bytes, uint64_t offset, uint64_t size) {
  EXPECT_LE(offset + size, bytes.size());
  std::vector<T> rows(size / sizeof(T));
  std::memcpy(rows.data(), bytes.data() + offset, size);
  return rows;
}

std::vector<Elf64_Shdr> sections(const std::vector<uint8_t> &bytes) {
  const auto header = table<Elf64_Ehdr>(bytes, 0, sizeof(Elf64_Ehdr))[0];
  EXPECT_EQ(header.e_shoff + header.e_shnum * sizeof(Elf64_Shdr), bytes.size());
  return table<Elf64_Shdr>(bytes, header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
}

TEST(Module, TablesAreComplete) {
  EXPECT_EQ(std::size(kRunErrors), size_t(RunError::BadIndex) + 1);
  EXPECT_EQ(std::size(kPlaceKinds), size_t(PlaceKind::Value) + 1);
  std::set<std::string> names;
  for (const RunErrorInfo &row : kRunErrors) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(Module, SectionsAreAlignedAndDoNotOverlap) {
  const auto bytes = file(relu_twice());
  uint64_t end = sizeof(Elf64_Ehdr);
  for (const Elf64_Shdr &s : sections(bytes)) {
    if (s.sh_type == SHT_NULL) continue;
    EXPECT_GE(s.sh_offset, end);
    EXPECT_EQ(s.sh_offset % s.sh_addralign, 0u);
    end = s.sh_offset + s.sh_size;
  }
}

TEST(Module, ConstantsLieBetweenHeadAndTail) {
  const Module m = relu_twice();
  const auto head = object(m)->head.size();
  int found = 0;
  for (const Elf64_Shdr &s : sections(file(m)))
    found += s.sh_offset == head && s.sh_size == kConstantBytes && s.sh_addralign == kConstantAlignment;
  EXPECT_EQ(found, 1);
}

TEST(Module, LocalSymbolsComeFirstAndStayInTheText) {
  const auto bytes = file(relu_twice());
  const auto all = sections(bytes);
  for (const Elf64_Shdr &s : all) {
    if (s.sh_type != SHT_SYMTAB) continue;
    const auto symbols = table<Elf64_Sym>(bytes, s.sh_offset, s.sh_size);
    for (uint32_t i = 0; i < symbols.size(); ++i) {
      EXPECT_EQ(ELF64_ST_BIND(symbols[i].st_info) == STB_GLOBAL, i >= s.sh_info);
      EXPECT_LE(symbols[i].st_value + symbols[i].st_size, all[symbols[i].st_shndx].sh_size);
    }
    EXPECT_EQ(symbols.size() - s.sh_info, 3u);
  }
}

TEST(Module, TheMachineIsARowOfATable) {
  const Module m = relu_twice();
  const ElfMachine other = {EM_RISCV, EF_RISCV_FLOAT_ABI_DOUBLE, R_RISCV_32_PCREL, 1, [](Cfi &cfi) { cfi.frame(2, 0); }};
  const Object made = write_elf(*generate_text(m), m.constant_bytes, other);
  Elf64_Ehdr header;
  std::memcpy(&header, made.head.data(), sizeof header);
  EXPECT_EQ(header.e_machine, EM_RISCV);
  EXPECT_EQ(header.e_flags, uint32_t(EF_RISCV_FLOAT_ABI_DOUBLE));
  EXPECT_EQ(made.head.size(), object(m)->head.size());
}

TEST(Module, KernelsStartOnCacheLinesUnderPlainNames) {
  Module m = relu_twice();
  const auto second = compile(parsed(kGemm), *parse_sentence("v1"), m.target);
  EXPECT_EQ(m.add_kernel(*second, ""), 1);
  const auto text = generate_text(m);
  ASSERT_EQ(text->functions.size(), 5u);
  EXPECT_EQ(text->functions[0].name, "net_kernel_relu_1");
  EXPECT_EQ(text->functions[1].name, "net_kernel_1");
  for (int k : {0, 1}) {
    const Function &f = text->functions[k];
    EXPECT_EQ(f.offset % 64, 0u);
    EXPECT_EQ(std::memcmp(text->code.data() + f.offset, m.kernels[k].code.data(), f.size), 0);
  }
}

TEST(Module, StackIsThatOfTheHungriestKernelAndTheFrame) {
  Module m = relu_twice();
  m.kernels.push_back({"big", {}, 1 << 16, 0});
  EXPECT_GT(m.stack_bytes(), 1 << 16);
  EXPECT_LT(m.stack_bytes(), (1 << 16) + 256);
}

/// push rbp; mov rbp,rsp; then: *(int64_t *)args[0] = rsp, and overwrite the registers that a callee may; pop rbp; ret
const std::vector<uint8_t> kWhereIsTheStack = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x8b, 0x07, 0x48, 0x89, 0x20, 0x31, 0xf6, 0x31,
                                               0xd2, 0x31, 0xc9, 0x31, 0xff, 0x5d, 0xc3};

TEST(Module, KernelsAreCalledWithAnAlignedStack) {
  for (int arguments : {1, 2, 7}) {
    Module m{"net", targets().back()};
    m.kernels.push_back({"where", kWhereIsTheStack, 16, arguments});
    m.outputs = 1;
    m.steps.assign(2, Call{0, std::vector<Place>(size_t(arguments), Place{PlaceKind::Output})});
    const auto loaded = LoadedModule::load(m);
    if (!loaded) GTEST_SKIP() << loaded.refusal().text();
    uint64_t stack = 1;
    void *outputs[] = {&stack};
    EXPECT_EQ((*loaded)->entry()(nullptr, outputs, nullptr, 0), 0);
    EXPECT_EQ(stack % 16, 0u) << arguments << " arguments";
  }
}

TEST(Module, RunKeepsTheCallersRegisters) {
  Module m{"net", targets().back()};
  m.kernels.push_back({"where", kWhereIsTheStack, 16, 1});
  m.outputs = 1;
  m.steps = {Call{0, {Place{PlaceKind::Output}}}};
  const auto loaded = LoadedModule::load(m);
  if (!loaded) GTEST_SKIP() << loaded.refusal().text();
  uint64_t stack, kept[4] = {};
  void *outputs[] = {&stack};
  for (void **structs : {outputs, static_cast<void **>(nullptr)}) { // success and failure
    auto run = (*loaded)->entry();
    asm volatile("sub $128, %%rsp\n mov $0x1001, %%ebx\n mov $0x1002, %%r12d\n mov $0x1003, %%r13d\n mov $0x1004, %%r14d\n"
                 "call *%%rax\n mov %%rbx, (%[kept])\n mov %%r12, 8(%[kept])\n mov %%r13, 16(%[kept])\n mov %%r14, 24(%[kept])\n"
                 "add $128, %%rsp"
                 : "+a"(run), "+S"(structs)
                 : [kept] "r"(kept), "D"(nullptr), "d"(nullptr), "c"(0)
                 : "rbx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "memory", "cc");
    for (uint64_t r = 0; r < 4; ++r) EXPECT_EQ(kept[r], 0x1001 + r);
  }
}

TEST(Cfi, LongDistancesTakeFourBytes) {
  Cfi cfi;
  cfi.at(0).saved(6, 16).at(0x3f).frame(7, 8).at(0x3f + 0x1234).frame(6, 300);
  const std::vector<uint8_t> expected = {0x86, 2, 0x7f, 0x0c, 7, 8, 0x04, 0x34, 0x12, 0, 0, 0x0c, 6, 0xac, 0x02};
  EXPECT_EQ(cfi.bytes(), expected);
}

} // namespace
} // namespace vecwrap
