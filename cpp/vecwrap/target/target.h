// Target: what code generation, strategies and reports know about a machine. Data, not code.
#pragma once
#include "ir/nest.h"
#include "ir/result.h"
#include "target/core.h"
#include "target/x86_core.h"
#include <string>
#include <vector>

namespace vecwrap {

enum class Isa : uint8_t { Sse, Avx2, Avx512, Rvv };

struct Target {
  std::string name;      ///< e.g. "x86-64-avx512"
  Isa isa = Isa::Avx2;
  int vector_bytes = 32; ///< bytes of one vector register
  int vector_regs = 16;
  int own_regs = 0;      ///< of them for masks and what the instruction set lacks, in a nest of products and sums
  int fma_latency = 4;   ///< cycles
  int fma_per_cycle = 2; ///< vector FMAs started per cycle
  int64_t l1_bytes = 32 << 10, l2_bytes = 512 << 10;
  int64_t stack_bytes = 64 << 10; ///< most a kernel may use for packed buffers
  int l1_ways = 8;
  int l3_cycles = 0;      ///< as X86Core::l3_cycles
  int vector_units = 4;   ///< operations on vectors started per cycle, multiply-adds among them
  int group = 1;          ///< registers that a vector register of this description stands for (decide/tiles.h)
  int widest_group = 1;   ///< most registers that one instruction takes as one vector (RVV: LMUL)
  bool bf16 = false;      ///< two products of bf16 are added to a lane of f32 at once (AVX512-BF16)
  bool amx = false;       ///< has Intel's matrix unit (target/matrix.h), for bytes and bf16
  bool vnni = false;      ///< four products of bytes, or two of 16 bits, are added to a lane of 32 at once
  const Core *core = nullptr; ///< what code is arranged by (RVV)
  int scalar_regs = 0;    ///< floating-point registers apart from the vectors'; 0: scalars live in vector registers
  bool ordered_sums = false; ///< joins the elements of a vector, in order too (RVV: vfredosum, vfredusum, vfredmax, ...)
  bool prefetches = false; ///< RVV: Zicbop; x86 always does
  bool halves = false;    ///< converts f16 and computes with it (RVV: Zvfh and Zfh; x86 converts always)
  bool any_length = false; ///< the code is right for longer vectors as well, and chooses among variants when it runs
  int lanes(Type t) const { return vector_bytes / size_of(t); }
};

/// Is there arithmetic on the type?
bool computes(const Target &, Type);
bool computes(const Target &, const Nest &); ///< all of it
/// Is there a multiply-add of numbers that are stored so, of half the size of what is computed?
bool widens(const Target &, Type computed, Type stored);
/// Do vector loads and stores convert between what is computed in and what is stored?
bool converts_vectors(const Target &, Type computed, Type stored);
bool converts_scalars(const Target &, Type stored); ///< of single elements

/// What the CPU must have (cpuid leaves 1 and 7, subleaves 0 and 1) and the OS must save (XCR0) for an instruction set: Intel SDM vol. 2A,
/// CPUID, and vol. 1, section 13.3. All bits must be set.
struct CpuBits { uint32_t leaf1_ecx, leaf7_ebx, xcr0, leaf7_ecx = 0, leaf7_1_eax = 0, leaf7_edx = 0; };
CpuBits cpu_bits(const Target &);
/// Can this CPU and its operating system run the target's code? Of one with AMX: this process, too, which asks for it then.
bool runs_here(const Target &);

/// All built-in targets that this library makes machine code for, widest first.
const std::vector<Target> &targets();
/// Those that are never chosen for a CPU, only named: a process has to ask for what they use.
const std::vector<Target> &asked_targets();
/// Those whose kernels are assembly text.
const std::vector<Target> &assembly_targets();
/// One for each RISC-V core that is described.
const std::vector<Target> &core_targets();
/// A RISC-V target as the core of that name has it: its vectors, its caches, its units.
Target for_core(const Core &);
/// The same vectors, arranged for another core.
Target tuned(Target, const Core &);
Target tuned(Target, const X86Core &);
/// A name from either table or a core's, or "native". RISC-V's may be followed by "+zvfh" and "+zicbop", those of x86 by "@" and the name of an
/// X86Core that schedules are for; "@native" is this machine's.
Result<Target> find_target(const std::string &name);
/// The widest built-in target this CPU can run (cpuid and OS support), as its core has it.
Target native_target();
/// The widest built-in target whose features are all in an LLVM "target-features" string ("+avx2,+fma,...").
Target target_for_features(const std::string &llvm_features);

} // namespace vecwrap
