// The QEMU side: decode at translation, hand every executed instruction with its addresses to the machine.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>
#include "classes.h"
#include "machine.h"
#include "qemu.h"

#define VECWRAP_SIM_EXPORT extern "C" __attribute__((visibility("default")))
VECWRAP_SIM_EXPORT int qemu_plugin_version;
VECWRAP_SIM_EXPORT int qemu_plugin_install(qemu_plugin_id_t, const qemu_info_t *, int, char **);

int qemu_plugin_version = 1;

namespace {

using namespace vecwrap::sim;

struct State {
  std::unique_ptr<Machine> machine;
  std::string out;
  uint64_t function = 0;  // its address, less that of the program's code (it may be loaded anywhere)
  bool whole = true, has_function = false;
  bool each = false;  // a report for every region, a line each, rather than one for all
  pid_t process = getpid();  // a child's counts are its own: it writes no report
  std::map<uint64_t, std::unique_ptr<Insn>> decoded;
  std::mutex translating;  // any thread may; the machine is the first one's alone
  bool active = false, in_function = false;
  uint64_t ra = 0, return_to = 0, regions = 0;
} state;

// A call is a jump that links to x1; the region ends where that address is reached.
void follow_function(const Insn &insn) {
  if (state.in_function && insn.address == state.return_to) state.in_function = state.active = false;
  if (!state.in_function && insn.entered) {
    state.in_function = state.active = true;
    state.return_to = state.ra;
    ++state.regions;
  }
}

// The region's report; the next one begins at nothing, but for what is in the caches.
void end_region() {
  state.machine->finish();
  if (getpid() == state.process) std::ofstream(state.out, std::ios::app) << state.machine->json(1) << std::flush;
  state.machine->restart();
}

void on_insn(unsigned vcpu, void *data) {
  if (vcpu) return;
  const Insn &insn = *static_cast<const Insn *>(data);
  if (state.has_function) follow_function(insn);
  const bool marker = !state.whole && !state.has_function && insn.marker != Marker::none;
  if (marker) {
    state.machine->settle();
    state.regions += insn.marker == Marker::begin && !state.active;
    if (state.each && state.active && insn.marker == Marker::end) end_region();
    state.active = insn.marker == Marker::begin;
  }
  state.machine->execute(insn, (state.whole || state.active) && !marker);
  if (insn.links) state.ra = insn.address + static_cast<uint64_t>(insn.size);
}

void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *) {
  if (!vcpu) state.machine->access(address, qemu_plugin_mem_is_store(info));
}

void on_translate(qemu_plugin_id_t, qemu_plugin_tb *tb) {
  const std::lock_guard lock(state.translating);
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) {
    qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    auto fresh = decode(qemu_plugin_insn_vaddr(insn), static_cast<const uint8_t *>(qemu_plugin_insn_data(insn)),
                        static_cast<int>(qemu_plugin_insn_size(insn)));
    fresh.entered = state.has_function && fresh.address == state.function + qemu_plugin_start_code();
    auto &slot = state.decoded[fresh.address];
    if (!slot || slot->word != fresh.word) {
      if (slot) slot.release();  // code was replaced; instructions of the old one may still wait for their VL
      slot = std::make_unique<Insn>(fresh);
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_insn, QEMU_PLUGIN_CB_NO_REGS, slot.get());
    qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, nullptr);
  }
}

void on_exit(qemu_plugin_id_t, void *) {
  state.machine->settle();
  if (state.each || getpid() != state.process) return;
  state.machine->finish();
  std::ofstream(state.out) << state.machine->json(state.regions);
}

bool read_option(const std::string &option, std::string &core) {
  const size_t equals = option.find('=');
  const std::string key = option.substr(0, equals), value = equals == std::string::npos ? "" : option.substr(equals + 1);
  if (key == "core") core = value;
  else if (key == "out") state.out = value;
  else if (key == "region") state.whole = value == "whole", state.each = value == "each";
  else if (key == "function") state.function = std::strtoull(value.c_str(), nullptr, 0), state.has_function = true, state.whole = false;
  else return false;
  return true;
}

}  // namespace

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
  std::string core;
  for (int i = 0; i < argc; ++i)
    if (!read_option(argv[i], core)) return std::fprintf(stderr, "vecwrap sim: unknown option %s\n", argv[i]), 1;
  if (std::string(info->target_name) != "riscv64" || info->system_emulation)
    return std::fprintf(stderr, "vecwrap sim: this plugin is for qemu-riscv64, not for %s\n", info->target_name), 1;
  try {
    state.machine = std::make_unique<Machine>(read_core(core));
  } catch (const std::exception &error) {
    return std::fprintf(stderr, "vecwrap sim: %s\n", error.what()), 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
  return 0;
}
