#include "llvm/variants.h"
#include "ir/product.h"
#include "llvm/gates.h"
#include "llvm/place.h"
#include "llvm/worth.h"
#include <cstdlib>

namespace vecwrap::raise {

using namespace llvm;

namespace {

std::string features_of(const Function &function) {
  Attribute attribute = function.getFnAttribute("target-features");
  return attribute.isStringAttribute() ? attribute.getValueAsString().str() : "";
}

/// -mno-avx512f and -mprefer-vector-width= speak for the user, not for the machine.
bool wanted(const Function &function, const Target &target) {
  if (target.isa == Isa::Avx512 && forbids_feature(function, "avx512f"))
    return false;
  unsigned bits = 0;
  Attribute width = function.getFnAttribute("prefer-vector-width");
  return !width.isStringAttribute() || width.getValueAsString().getAsInteger(10, bits) || bits >= unsigned(target.vector_bytes) * 8;
}

std::string cpu_of(const Function &function, const char *attribute) { return function.getFnAttribute(attribute).getValueAsString().str(); }

/// -mtune, or else -mcpu.
const Core &arranged_for(const Function &function) {
  for (const char *attribute : {"tune-cpu", "target-cpu"})
    if (const Core *core = find_core(cpu_of(function, attribute)))
      return *core;
  return usual_core();
}

} // namespace

bool computes_halves(const Function &function) {
  return is_riscv(*function.getParent()) && has_feature(function, "zfh") && has_feature(function, "zvfh");
}

namespace {

/// Those of the core that -mcpu names. Else vectors as long as the unit may rely on: longer ones run the same code. If that is
/// only the least that V promises, code for longer ones as well, which is chosen when the unit runs.
std::vector<Target> rvv_targets(const Function &function) {
  const auto with_halves = [&](Target target) {
    if (computes_halves(function))
      target.halves = true, target.name += "+zvfh";
    return target;
  };
  if (const Core *core = find_core(cpu_of(function, "target-cpu")); core && has_feature(function, ("zvl" + Twine(core->vlen) + "b").str()))
    return {with_halves(for_core(*core))};
  int promised = 128;
  while (has_feature(function, ("zvl" + Twine(2 * promised) + "b").str()))
    promised *= 2;
  std::vector<Target> list;
  for (const Target &target : reverse(assembly_targets())) // listed from short vectors to long ones
    if (!target.any_length && (promised == 128 || (list.empty() && target.vector_bytes * 8 <= promised)))
      list.push_back(with_halves(tuned(target, arranged_for(function))));
  return list;
}

/// As the core has it that -mtune or -march names, or that alone has what the unit may use (-march=native names what a hypervisor says).
Target arranged(const Target &target, const Function &function) {
  for (const char *attribute : {"tune-cpu", "target-cpu"})
    if (const X86Core *core = find_x86_core(cpu_of(function, attribute)))
      return tuned(target, *core);
  const X86Core *core = x86_core_with([&](const char *feature) { return has_feature(function, feature); });
  return core ? tuned(target, *core) : target;
}

/// May code for `target` run in a unit compiled for `unit`?
bool covers(const Target &unit, const Target &target) {
  return target.vector_bytes <= unit.vector_bytes && (!target.vnni || unit.vnni) && (!target.bf16 || unit.bf16);
}

/// Windows over bytes and words: AVX2 reads the ends of rows element by element, and clang's loops are as fast as kernels for AVX-512 if
/// they may use it too. (Windows of 3x3 and 5x5, AMD Zen 4, kernel : clang's loop: AVX2 0.2 to 0.7, AVX-512 0.4 to 1.4, images of
/// floats 0.8 to 1.6; AVX-512 : SSE2 2 to 5.)
bool slides_well(const Nest &nest, const Target &target, bool dispatch) {
  return !slides_over_narrow(nest) || (target.isa == Isa::Avx512 && dispatch);
}

/// A unit for any x86-64 asks the CPU, and knows of these.
bool asked_for(const Target &target, const Nest &nest) {
  if (target.isa == Isa::Sse)
    return worth_sse(nest);
  return !target.bf16 && (!target.vnni || target.isa == Isa::Avx512);
}

/// A second kernel for few rows, or the word that clang's loop is for those.
void add_few(Choice &choice, const Nest &nest) {
  auto few = few_rows(nest, choice.target, choice.sentence);
  if (few && few->sentence) {
    auto kernel = compile(nest, *few->sentence, choice.target);
    if (!kernel)
      return;
    choice.for_few = *kernel;
  }
  choice.few = few;
}

} // namespace

bool is_written() {
  const char *text = std::getenv("VECWRAP_SENTENCE");
  return text && *text;
}

Result<Choice> choose(const Nest &nest, const Target &target) {
  Sentence sentence;
  if (is_written()) {
    auto parsed = parse_sentence(std::getenv("VECWRAP_SENTENCE"));
    if (!parsed)
      return parsed.refusal();
    sentence = *parsed;
  } else {
    auto proposed = make_heuristic()->propose(nest, target, 1);
    if (!proposed)
      return proposed.refusal();
    sentence = proposed->front();
  }
  auto kernel = compile(nest, sentence, target);
  if (!kernel)
    return kernel.refusal();
  Choice choice{target, sentence, *kernel};
  if (!is_written())
    add_few(choice, nest);
  return choice;
}

std::vector<Target> targets_for(const Function &function, const Nest &nest, bool &dispatch) {
  if (is_riscv(*function.getParent()))
    return rvv_targets(function);
  const Target unit = target_for_features(features_of(function));
  dispatch = unit.isa == Isa::Sse;
  std::vector<Target> list;
  for (const Target &target : targets()) {
    const bool useful = (!target.vnni && !target.bf16) || product_of(nest);
    if (useful && wanted(function, target) && slides_well(nest, target, dispatch) && (dispatch ? asked_for(target, nest) : list.empty() && target.isa != Isa::Sse && covers(unit, target)))
      list.push_back(dispatch ? target : arranged(target, function));
  }
  return list;
}

uint64_t needs(const Target &target) {
  if (target.isa == Isa::Rvv)
    return uint64_t(target.vector_bytes);
  if (target.isa != Isa::Avx512)
    return target.isa == Isa::Sse ? kCpuBaseline : kCpuAvx2;
  return target.vnni ? kCpuAvx512Vnni : kCpuAvx512;
}

} // namespace vecwrap::raise
