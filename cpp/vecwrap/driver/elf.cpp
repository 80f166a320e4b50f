#include "elf.h"
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vecwrap::driver {

namespace {

/// The file as bytes; every access is bounds-checked because the file may be anything.
struct Mapping {
  const char *data = nullptr;
  size_t size = 0;

  explicit Mapping(const std::string &path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
      void *memory = mmap(nullptr, size_t(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
      if (memory != MAP_FAILED) {
        data = static_cast<const char *>(memory);
        size = size_t(info.st_size);
      }
    }
    if (fd >= 0)
      close(fd);
  }
  ~Mapping() {
    if (data)
      munmap(const_cast<char *>(data), size);
  }
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;

  template <class T> bool read(uint64_t offset, T &out) const {
    if (offset > size || size - offset < sizeof(T))
      return false;
    std::memcpy(&out, data + offset, sizeof(T));
    return true;
  }
  std::string string_at(uint64_t offset) const {
    return offset < size ? std::string(data + offset, strnlen(data + offset, size - offset)) : std::string();
  }
};

} // namespace

ElfInfo read_elf(const std::string &path) {
  ElfInfo result;
  Mapping file(path);
  Elf64_Ehdr header;
  if (!file.data || !file.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return result;

  std::vector<Elf64_Phdr> segments(header.e_phnum);
  for (size_t i = 0; i < segments.size(); ++i)
    if (!file.read(header.e_phoff + i * sizeof(Elf64_Phdr), segments[i]))
      return result;
  auto file_offset = [&](uint64_t address) -> uint64_t {
    for (const Elf64_Phdr &s : segments)
      if (s.p_type == PT_LOAD && address >= s.p_vaddr && address - s.p_vaddr < s.p_filesz)
        return s.p_offset + (address - s.p_vaddr);
    return UINT64_MAX;
  };

  for (const Elf64_Phdr &s : segments) {
    if (s.p_type != PT_DYNAMIC)
      continue;
    std::vector<Elf64_Dyn> entries;
    uint64_t strings = UINT64_MAX;
    Elf64_Dyn entry;
    for (uint64_t at = 0; at + sizeof(entry) <= s.p_filesz && file.read(s.p_offset + at, entry) && entry.d_tag != DT_NULL;
         at += sizeof(entry)) {
      entries.push_back(entry);
      if (entry.d_tag == DT_STRTAB)
        strings = file_offset(entry.d_un.d_ptr);
    }
    if (strings == UINT64_MAX)
      continue;
    result.is_elf = true;
    for (const Elf64_Dyn &e : entries) {
      if (e.d_tag == DT_SONAME)
        result.soname = file.string_at(strings + e.d_un.d_val);
      else if (e.d_tag == DT_NEEDED)
        result.needed.push_back(file.string_at(strings + e.d_un.d_val));
    }
  }
  return result;
}

} // namespace vecwrap::driver
