// Targets, compilation, execution and strategies for Python. Argument blocks are lists of ints, laid out as
// ir/interpret.h says: addresses of the tensors, then values of the symbols. The typed layer above checks them.
#include "python/loaded.h"
#include "decide/estimate.h"
#include "decide/few_rows.h"
#include "decide/strategy.h"
#include "emit/rvv/encode.h"
#include "emit/rvv/lengths.h"
#include "emit/rvv/simulate.h"
#include "ir/interpret.h"
#include <chrono>

namespace vecwrap {
namespace {

using Args = std::vector<int64_t>;

const Args &checked(const Nest &nest, const Args &args) {
  if (const std::string wrong = validate(nest); !wrong.empty())
    throw Refused{{"invalid-nest", wrong}};
  if (int(args.size()) != nest.argument_count())
    throw py::value_error("nest '" + nest.name + "' takes " + std::to_string(nest.argument_count()) + " arguments, not " +
                          std::to_string(args.size()));
  return args;
}

/// Seconds per run, one value per batch of `runs` runs.
std::vector<double> time(const Loaded &kernel, const Args &args, int batches, int runs) {
  const int64_t *block = kernel.checked(args);
  py::gil_scoped_release unlocked;
  std::vector<double> seconds;
  for (int b = 0; b < batches; ++b) {
    const auto start = std::chrono::steady_clock::now();
    for (int r = 0; r < runs; ++r)
      (*kernel.jit)(block);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / runs);
  }
  return seconds;
}

Kernel compile_checked(const Nest &nest, const Sentence &sentence, const Target &target) {
  if (const std::string wrong = validate(nest); !wrong.empty())
    throw Refused{{"invalid-nest", wrong}};
  return unwrap(compile(nest, sentence, target));
}

/// Runs assembly in this process, instruction by instruction: mnemonic -> how often.
std::map<std::string, int64_t> simulate(const Kernel &kernel, const Args &args, int vlen) {
  if (kernel.assembly.lines.empty())
    throw py::value_error("only kernels of RISC-V targets are simulated");
  if (args.size() != size_t(kernel.arguments))
    throw py::value_error("the kernel takes " + std::to_string(kernel.arguments) + " arguments, not " + std::to_string(args.size()));
  py::gil_scoped_release unlocked;
  return rvv::simulate(kernel.assembly, args.data(), vlen).by_mnemonic;
}

/// The function's text; empty where kernels are bytes.
std::string assembly(const Kernel &kernel, const std::string &name) {
  return kernel.assembly.lines.empty() ? "" : rvv::print(kernel.assembly, name);
}

py::bytes code(const Kernel &kernel) {
  const std::vector<uint8_t> bytes = kernel.assembly.lines.empty() ? kernel.code : rvv::encode(kernel.assembly).bytes;
  return py::bytes(reinterpret_cast<const char *>(bytes.data()), bytes.size());
}

/// One kernel of those for several targets: which one runs is decided by vlenb.
Kernel for_lengths(const std::vector<std::pair<Target, Kernel>> &kernels) {
  std::vector<rvv::Variant> variants;
  for (const auto &[target, kernel] : kernels) {
    if (target.isa != Isa::Rvv || kernel.assembly.lines.empty())
      throw py::value_error("'" + target.name + "' is not a RISC-V target, or the kernel is not code for one");
    variants.push_back({target.vector_bytes, kernel});
  }
  if (variants.empty()) throw py::value_error("a kernel needs code for one vector length at least");
  return rvv::for_lengths(std::move(variants));
}

std::vector<Sentence> propose_nest(const Nest &nest, const Target &target, int n, bool always,
                                   bool collapse) {
  if (const std::string wrong = validate(nest); !wrong.empty())
    throw Refused{{"invalid-nest", wrong}};
  return unwrap(make_heuristic({always, collapse})->propose(nest, target, n));
}

std::optional<FewRows> few(const Nest &nest, const Target &target, const Sentence &many) {
  if (const std::string wrong = validate(nest); !wrong.empty())
    throw Refused{{"invalid-nest", wrong}};
  return few_rows(nest, target, many);
}

double estimated(const Nest &nest, const Sentence &sentence, const Target &target) {
  return estimate(unwrap(apply(nest, sentence, target)), target);
}

Sentence propose_program(const Program &program, const Target &target) {
  if (const std::string wrong = validate(program); !wrong.empty())
    throw Refused{{"bad-program", wrong}};
  return unwrap(vecwrap::propose(program, target));
}

std::optional<Sentence> share(const Program &program, const Target &target) {
  if (const std::string wrong = validate(program); !wrong.empty())
    throw Refused{{"bad-program", wrong}};
  return share_rows(program, target);
}

void bind_target(py::module_ &m) {
  py::class_<Target>(m, "Target")
      .def_readonly("name", &Target::name)
      .def_readonly("vector_bytes", &Target::vector_bytes)
      .def_readonly("vector_regs", &Target::vector_regs)
      .def_readonly("vnni", &Target::vnni)
      .def_readonly("bf16", &Target::bf16)
      .def_readonly("amx", &Target::amx)
      .def_readonly("widest_group", &Target::widest_group)
      .def_readonly("any_length", &Target::any_length)
      .def_property_readonly("is_riscv", [](const Target &t) { return t.isa == Isa::Rvv; })
      .def_property_readonly("fuses", [](const Target &t) { return t.isa != Isa::Sse; })
      .def_readonly("fma_latency", &Target::fma_latency)
      .def_readonly("fma_per_cycle", &Target::fma_per_cycle)
      .def_readonly("l1_bytes", &Target::l1_bytes)
      .def_readonly("l2_bytes", &Target::l2_bytes)
      .def_readonly("stack_bytes", &Target::stack_bytes)
      .def_readonly("l1_ways", &Target::l1_ways)
      .def_readonly("l3_cycles", &Target::l3_cycles)
      .def_readonly("vector_units", &Target::vector_units)
      .def("__repr__", [](const Target &t) { return "Target('" + t.name + "')"; });
  m.def("targets", [] { return targets(); });
  m.def("asked_targets", [] { return asked_targets(); });
  m.def("assembly_targets", [] { return assembly_targets(); });
  m.def("core_targets", [] { return core_targets(); });
  m.def("x86_cores", [] {
    std::vector<std::string> names;
    for (const X86Core &core : x86_cores()) names.push_back(core.name);
    return names;
  });
  m.def("find_target", [](const std::string &name) { return unwrap(find_target(name)); }, py::arg("name"));
  m.def("runs_here", &runs_here, py::arg("target"), "Can this CPU and its operating system run the target's code?");
  m.def("native_target", [] { return native_target(); });
}

} // namespace

void bind_run(py::module_ &m) {
  bind_target(m);
  py::class_<Kernel>(m, "Kernel")
      .def_property_readonly("code", &code)
      .def("assembly", &assembly, py::arg("name"))
      .def_readonly("stack_bytes", &Kernel::stack_bytes)
      .def_readonly("workspace_bytes", &Kernel::workspace_bytes)
      .def_readonly("temporaries", &Kernel::temporaries)
      .def_readonly("loop_tree", &Kernel::loop_tree)
      .def_property_readonly("vector_program", [](const Kernel &k) { return print(*k.program); });
  py::class_<Loaded>(m, "Loaded")
      .def(py::init([](const Kernel &kernel, const Nest &nest) {
             return Loaded{unwrap(Jit::load(kernel)), size_t(nest.argument_count())};
           }), py::arg("kernel"), py::arg("nest"))
      .def(py::init([](const Kernel &kernel) { return Loaded{unwrap(Jit::load(kernel)), size_t(kernel.arguments)}; }), py::arg("kernel"))
      .def("__call__", [](const Loaded &kernel, const Args &args) {
             const int64_t *block = kernel.checked(args);
             py::gil_scoped_release unlocked;
             (*kernel.jit)(block);
           }, py::arg("args"))
      .def("time", &time, py::arg("args"), py::arg("batches"), py::arg("runs"));
  m.def("simulate", &simulate, py::arg("kernel"), py::arg("args"), py::arg("vlen"));
  m.def("for_lengths", &for_lengths, py::arg("kernels"));
  m.def("compile", &compile_checked, py::arg("nest"), py::arg("sentence"), py::arg("target"));
  m.def("interpret", [](const Nest &n, const Args &args) {
    checked(n, args);
    py::gil_scoped_release unlocked;
    interpret(n, args.data());
  }, py::arg("nest"), py::arg("args"));
  m.def("flops", [](const Nest &n, const Args &args) { return flops(n, checked(n, args).data()); }, py::arg("nest"), py::arg("args"));
  py::class_<FewRows>(m, "FewRows")
      .def_readonly("sentence", &FewRows::sentence)
      .def_readonly("most", &FewRows::most)
      .def_readonly("least", &FewRows::least)
      .def_readonly("steps", &FewRows::steps)
      .def_readonly("whole", &FewRows::whole)
      .def_readonly("elements", &FewRows::elements);
  m.def("few_rows", &few, py::arg("nest"), py::arg("target"), py::arg("many"));
  m.def("estimate", &estimated, py::arg("nest"), py::arg("sentence"), py::arg("target"),
        "Cycles as the heuristic estimates them where vectors may have several registers; of use only beside those of other sentences");
  m.def("propose", &propose_nest, py::arg("nest"), py::arg("target"), py::arg("n") = 1,
        py::arg("always") = false, py::arg("collapse") = true);
  m.def("propose", &propose_program, py::arg("program"), py::arg("target"));
  m.def("share_rows", &share, py::arg("program"), py::arg("target"));
}

} // namespace vecwrap
