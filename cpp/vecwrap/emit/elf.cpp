#include "emit/elf.h"
#include <bit>
#include <cstring>
#include <elf.h>

namespace vecwrap {
namespace {

using Bytes = std::vector<uint8_t>;
static_assert(std::endian::native == std::endian::little, "the structs of elf.h are written as they lie in memory");

// Sections in the order in which they lie in the file; the constants split it into head and tail.
enum : uint16_t { kNull, kText, kConstants, kUnwind, kStack, kTextRela, kUnwindRela, kSymbols, kStrings, kNames, kCount };

struct Section {
  const char *name;
  uint32_t type;
  uint64_t flags;
  uint32_t link, info; ///< info of the symbols: the number of local ones, known later
  uint64_t align, entry;
};
constexpr Section kSections[kCount] = {
    {"", SHT_NULL},
    {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 64},
    {".rodata", SHT_PROGBITS, SHF_ALLOC, 0, 0, kConstantAlignment},
    {".eh_frame", SHT_PROGBITS, SHF_ALLOC, 0, 0, 8},
    {".note.GNU-stack", SHT_PROGBITS, 0, 0, 0, 1}, // without it, linkers make the stack executable
    {".rela.text", SHT_RELA, SHF_INFO_LINK, kSymbols, kText, 8, sizeof(Elf64_Rela)},
    {".rela.eh_frame", SHT_RELA, SHF_INFO_LINK, kSymbols, kUnwind, 8, sizeof(Elf64_Rela)},
    {".symtab", SHT_SYMTAB, 0, kStrings, 0, 8, sizeof(Elf64_Sym)},
    {".strtab", SHT_STRTAB, 0, 0, 0, 1},
    {".shstrtab", SHT_STRTAB, 0, 0, 0, 1},
};
enum : uint32_t { kTextSymbol = 1, kConstantsSymbol = 2 };

template <class T> void put(Bytes &to, const T &value) {
  to.resize(to.size() + sizeof value);
  std::memcpy(to.data() + to.size() - sizeof value, &value, sizeof value);
}

/// Appends a string and its zero; returns where it starts.
uint32_t put_string(Bytes &to, const std::string &s) {
  const uint32_t at = uint32_t(to.size());
  to.insert(to.end(), s.begin(), s.end());
  to.push_back(0);
  return at;
}

uint64_t round_up(uint64_t value, uint64_t to) { return to ? (value + to - 1) / to * to : value; }

class Writer {
public:
  Writer(const Text &text, int64_t constant_bytes, const ElfMachine &machine)
      : text_(text), constant_bytes_(constant_bytes), machine_(machine) {}

  Object write() {
    data_[kText] = text_.code;
    for (const Fixup &f : text_.fixups) relocate(kTextRela, f.at, kConstantsSymbol, f.addend);
    unwind();
    symbols();
    return place();
  }

private:
  void relocate(int table, uint64_t at, uint32_t symbol, int64_t addend) {
    put(data_[table], Elf64_Rela{at, ELF64_R_INFO(symbol, machine_.pc_relative), addend});
  }

  /// One common entry, and one entry per function: its range relative to the word itself, then its rows.
  void unwind() {
    Bytes body = {0, 0, 0, 0, 1, 'z', 'R', 0, // CIE, version 1, with augmentation data: the encoding of addresses
                  1,                          // bytes of the smallest instruction
                  0x80 - Cfi::kSlot,          // signed base 128 of -8: saved registers lie below
                  machine_.return_column,
                  1, 0x1b}; // one byte: DW_EH_PE_pcrel | DW_EH_PE_sdata4
    Cfi entry;
    machine_.entry(entry);
    append(body, entry.bytes());
    put_record(body);
    for (const Function &f : text_.functions) unwind(f);
  }

  void unwind(const Function &f) {
    const uint32_t start = uint32_t(data_[kUnwind].size()) + 4; // past the record's length
    Bytes body;
    put(body, start); // distance back to the common entry, which comes first
    relocate(kUnwindRela, start + 4, kTextSymbol, int64_t(f.offset));
    put(body, uint32_t(0));
    put(body, uint32_t(f.size));
    body.push_back(0); // no augmentation data
    append(body, f.unwind.bytes());
    put_record(body);
  }

  void put_record(Bytes &body) {
    body.resize(round_up(body.size() + 4, 8) - 4); // padding 0 is DW_CFA_nop
    put(data_[kUnwind], uint32_t(body.size()));
    append(data_[kUnwind], body);
  }

  static void append(Bytes &to, const Bytes &from) { to.insert(to.end(), from.begin(), from.end()); }

  /// Local symbols come first (gABI).
  void symbols() {
    Bytes &table = data_[kSymbols], &strings = data_[kStrings];
    put_string(strings, "");
    put(table, Elf64_Sym{});
    for (uint16_t section : {kText, kConstants})
      put(table, Elf64_Sym{0, ELF64_ST_INFO(STB_LOCAL, STT_SECTION), STV_DEFAULT, section, 0, 0});
    for (const int binding : {STB_LOCAL, STB_GLOBAL}) {
      if (binding == STB_GLOBAL) locals_ = uint32_t(table.size() / sizeof(Elf64_Sym));
      for (const Function &f : text_.functions)
        if (f.global == (binding == STB_GLOBAL))
          put(table, Elf64_Sym{put_string(strings, f.name), uint8_t(ELF64_ST_INFO(binding, STT_FUNC)), STV_DEFAULT, kText,
                               f.offset, f.size});
    }
  }

  uint64_t size(int section) const { return section == kConstants ? uint64_t(constant_bytes_) : data_[section].size(); }

  Object place() {
    std::vector<Elf64_Shdr> headers;
    uint64_t end = sizeof(Elf64_Ehdr);
    for (int s = 0; s < kCount; ++s) headers.push_back(header(s, end));
    const uint64_t table = round_up(end, 8), constants = headers[kConstants].sh_offset;
    const uint64_t rest = constants + uint64_t(constant_bytes_);
    Object object;
    put(object.head, file_header(table));
    put_at(object.head, headers[kText].sh_offset, data_[kText]);
    object.head.resize(constants);
    for (int s = kConstants + 1; s < kCount; ++s) put_at(object.tail, headers[s].sh_offset - rest, data_[s]);
    object.tail.resize(table - rest);
    for (const Elf64_Shdr &h : headers) put(object.tail, h);
    return object;
  }

  static void put_at(Bytes &part, uint64_t offset, const Bytes &data) {
    part.resize(offset);
    append(part, data);
  }

  /// The names are the last section, and complete when their own size is asked for.
  Elf64_Shdr header(int s, uint64_t &end) {
    const Section &row = kSections[s];
    Elf64_Shdr h{};
    h.sh_name = put_string(data_[kNames], row.name);
    h.sh_type = row.type, h.sh_flags = row.flags, h.sh_link = row.link;
    h.sh_info = s == kSymbols ? locals_ : row.info;
    h.sh_addralign = row.align, h.sh_entsize = row.entry;
    if (s == kNull) return h;
    h.sh_offset = round_up(end, row.align);
    h.sh_size = size(s);
    end = h.sh_offset + h.sh_size;
    return h;
  }

  Elf64_Ehdr file_header(uint64_t table) const {
    Elf64_Ehdr h{};
    std::memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64, h.e_ident[EI_DATA] = ELFDATA2LSB, h.e_ident[EI_VERSION] = EV_CURRENT;
    h.e_type = ET_REL, h.e_machine = machine_.machine, h.e_version = EV_CURRENT, h.e_flags = machine_.flags;
    h.e_shoff = table;
    h.e_ehsize = sizeof(Elf64_Ehdr), h.e_shentsize = sizeof(Elf64_Shdr), h.e_shnum = kCount, h.e_shstrndx = kNames;
    return h;
  }

  const Text &text_;
  const int64_t constant_bytes_;
  const ElfMachine &machine_;
  Bytes data_[kCount];
  uint32_t locals_ = 0;
};

} // namespace

// System V ABI for x86-64: register 7 is rsp, 16 the return address, which call pushed.
const ElfMachine kElfX86_64 = {EM_X86_64, 0, R_X86_64_PC32, 16, [](Cfi &cfi) { cfi.frame(7, 8).saved(16, 8); }};
// RISC-V psABI: register 2 is sp, 1 the return address, which stays there; doubles are passed in registers.
const ElfMachine kElfRiscv64 = {EM_RISCV, EF_RISCV_FLOAT_ABI_DOUBLE, R_RISCV_32_PCREL, 1, [](Cfi &cfi) { cfi.frame(2, 0); }};

Object write_elf(const Text &text, int64_t constant_bytes, const ElfMachine &machine) {
  return Writer(text, constant_bytes, machine).write();
}

} // namespace vecwrap
