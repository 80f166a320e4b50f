// Module: kernels, and the steps that call them, as one unit of linking: constants and three C functions,
//   int PREFIX_run(const PREFIX_inputs *, PREFIX_outputs *, void *workspace, size_t workspace_size)
//   size_t PREFIX_workspace_size(void)
//   int PREFIX_supported(void)
// docs/kernel.md, "Modules", says what they promise.
#pragma once
#include "emit/cfi.h"
#include "emit/kernel.h"
#include <variant>

namespace vecwrap {

/// What PREFIX_run returns: the row's position in the table.
enum class RunError : uint8_t {
  Ok, NullStruct, NullInput, NullOutput, NullWorkspace, SmallWorkspace, UnalignedWorkspace, BadIndex
};
struct RunErrorInfo { const char *name, *meaning; };
inline constexpr RunErrorInfo kRunErrors[] = {
    {"ok", "the outputs are written"},
    {"null_struct", "the pointer to the inputs or to the outputs is NULL"},
    {"null_input", "a pointer in the inputs is NULL"},
    {"null_output", "a pointer in the outputs is NULL"},
    {"null_workspace", "the workspace is NULL, and its size is not 0"},
    {"small_workspace", "the workspace is smaller than the workspace size"},
    {"unaligned_workspace", "the workspace's address is not a multiple of 64"},
    {"bad_index", "an index in the inputs is out of range; the outputs are undefined"},
};

enum class PlaceKind : uint8_t { Input, Output, Workspace, Constant, Value };
inline constexpr const char *kPlaceKinds[] = {"input", "output", "workspace", "constant", "value"};

/// One word of an argument block: an address, or (Value) the integer `offset` itself.
struct Place {
  PlaceKind kind = PlaceKind::Workspace;
  int index = 0;      ///< of an input or an output
  int64_t offset = 0; ///< bytes
};

struct Call { int kernel = 0; std::vector<Place> args; };
struct Check { Place place; }; ///< run stops with RunError::BadIndex if the int64 there is not 0
using ModuleStep = std::variant<Call, Check>;

struct ModuleKernel {
  std::string name;
  std::vector<uint8_t> code;
  int64_t stack_bytes = 0;
  int arguments = 0;
  bool riscv = false; ///< else x86-64
  Cfi unwind;
  bool asks = false;  ///< uses what a process has to ask its operating system for
};

constexpr int64_t kWorkspaceAlignment = 64, kConstantAlignment = 64;

struct Module {
  std::string prefix; ///< of the C functions' names: a C identifier
  Target target;
  std::vector<ModuleKernel> kernels;
  std::vector<ModuleStep> steps; ///< in the order of execution
  int inputs = 0, outputs = 0;   ///< tensors, that is pointers in the structs
  int64_t workspace_bytes = 0, constant_bytes = 0;

  /// Its number; equal code is kept once, under the first name.
  int add_kernel(const Kernel &, const std::string &name);
  int64_t stack_bytes() const; ///< most that run uses
};

/// Says what is wrong with a module and where; nothing if its steps stay inside of its tensors.
std::optional<Refusal> check(const Module &);

struct Function {
  std::string name;
  size_t offset = 0, size = 0; ///< in the text
  bool global = false;
  Cfi unwind;
};

/// The 32-bit word at text[at] becomes (start of the constants) + addend - (its own address).
struct Fixup { size_t at; int64_t addend; };

/// Position-independent code before it has a container: the ELF writer and the loader place the same bytes.
struct Text {
  std::vector<uint8_t> code;
  std::vector<Function> functions; ///< kernels, then run, workspace_size, supported
  std::vector<Fixup> fixups;
};

Result<Text> generate_text(const Module &);

/// A relocatable object file without its constants: write head, exactly constant_bytes of constants, tail.
struct Object { std::vector<uint8_t> head, tail; };
Result<Object> object(const Module &);

/// A module in this process. Constants are filled in place and then sealed.
class LoadedModule {
public:
  using Run = int (*)(const void *const *inputs, void *const *outputs, void *workspace, size_t size);

  static Result<std::shared_ptr<LoadedModule>> load(const Module &);
  ~LoadedModule();
  uint8_t *constants() const { return memory_ + text_bytes_; } ///< writable until seal()
  size_t constant_bytes() const { return constant_bytes_; }
  bool seal(); ///< false, with errno set, if the system refuses
  bool sealed() const { return sealed_; }
  Run entry() const { return run_; } ///< PREFIX_run; the arrays are the two structs

private:
  uint8_t *memory_ = nullptr; // text, rounded up to pages, and constants
  size_t text_bytes_ = 0, constant_bytes_ = 0, size_ = 0;
  Run run_ = nullptr;
  bool sealed_ = false;
};

} // namespace vecwrap
