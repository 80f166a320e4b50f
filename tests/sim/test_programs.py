"""Whole programs under the ruler: C and C++, glibc and musl, and those that start threads, fork, become others or die."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from vecwrap.cli.sim import main
from vecwrap.sim.run import SYSROOT, Options, SimError, find_plugin, simulate

pytestmark = pytest.mark.skipif(not (shutil.which("qemu-riscv64") and shutil.which("riscv64-linux-gnu-gcc")),
                                reason="needs qemu-user and gcc-riscv64-linux-gnu")
ZIG = shutil.which("python-zig", path=str(Path(sys.prefix) / "bin")) or shutil.which("zig")
HEAD = "".join(f"#include <{name}.h>\n" for name in ("pthread", "signal", "stdio", "stdlib", "sys/wait", "unistd"))
WORK = """
static volatile long sum;
static __attribute__((noinline)) void work(long n) { for (long i = 1; i <= n; i++) sum += 1000 / i; }
static void *task(void *n) { work((long)n); return n; }
"""


@pytest.fixture(scope="session", autouse=True)
def plugin() -> None:
    try:
        find_plugin()
    except SimError as error:
        pytest.skip(str(error))


def build(folder: Path, body: str, *options: str) -> Path:
    source, program = folder / "program.c", folder / "program"
    source.write_text(f"{HEAD}{WORK}int main(int argc, char **argv) {{ (void)argc, (void)argv, (void)task;\n{body}\n}}\n")
    subprocess.run(["riscv64-linux-gnu-gcc", "-O1", *options, source, "-o", program, "-pthread"], check=True)
    return program


def divisions(program: Path, wanted: int = 0, **options: Any) -> int:
    code, report = simulate(program, [], Options(**options))
    assert code == wanted
    return int(report["classes"].get("int_div", {"instructions": 0})["instructions"])


@pytest.mark.parametrize("link", [["-static"], ["-fPIE", "-pie"], ["-no-pie", "-s"]], ids=["static", "pie", "stripped"])
def test_glibc(link: list[str], tmp_path: Path) -> None:
    one, more = (divisions(build(tmp_path, f"work({n}); return 0;", *link)) for n in (100, 400))
    assert more - one == 300


def test_only_the_first_thread_is_measured(tmp_path: Path) -> None:
    threads = "pthread_t t; pthread_create(&t, 0, task, (void *)%d); pthread_join(t, 0); work(50); return 0;"
    assert abs(divisions(build(tmp_path, threads % 5000)) - divisions(build(tmp_path, threads % 1))) < 50


@pytest.mark.parametrize("last", ["int s; wait(&s); work(70); return WEXITSTATUS(s);", "work(70); fflush(stdout); _exit(4);"],
                         ids=["parent", "child"])
def test_a_child_is_not_measured(last: str, tmp_path: Path) -> None:
    """Whether it ends before its parent or afterwards."""
    child = "if (!fork()) { work(%d); " + ("" if "wait" in last else "usleep(300000); ") + "_exit(4); }\n"
    one, more = (divisions(build(tmp_path, child % n + last), 4) for n in (10, 3000))
    assert one == more


@pytest.mark.parametrize("body, code, name", [("abort();", 134, "SIGABRT"), ("*(volatile int *)8 = 1;", 139, "SIGSEGV"),
                                              ("raise(SIGTERM);", 143, "SIGTERM"),
                                              ('__asm__ volatile(".word 0");', 132, "SIGILL: .* may not know an instruction")])
def test_a_signal_is_named(body: str, code: int, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report"
    assert main(["--json", "--output", str(out), str(build(tmp_path, body + " return 0;"))]) == code
    assert re.search(f"was ended by {name}", capfd.readouterr().err) and not out.exists()


def test_handled_signals_are_the_programs_own(tmp_path: Path) -> None:
    assert divisions(build(tmp_path, "signal(SIGUSR1, SIG_IGN); raise(SIGUSR1); work(9); exit(5);"), 5) >= 9


def test_region_left_by_exit(tmp_path: Path) -> None:
    """What ran until then is counted."""
    body = '__asm__ volatile("slti x0, x0, 1"); work(20); exit(0);'
    assert divisions(build(tmp_path, body), markers=True) == 20


CXX = """#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
int main() {
  std::map<std::string, int> seen;
  for (int i = 0; i < 100; i++) seen[std::to_string(i % 7)]++;
  try { seen.at("none"); } catch (const std::out_of_range &) { std::printf("%d\\n", seen.at("3")); }
  return int(seen.size());
}
"""


@pytest.mark.parametrize("compiler", [["riscv64-linux-gnu-g++"], ["riscv64-linux-gnu-g++", "-static"],
                                      [str(ZIG), "c++", "-target", "riscv64-linux-musl"]], ids=["glibc", "static", "musl"])
def test_cxx(compiler: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if not shutil.which(compiler[0]):
        pytest.skip(f"needs {compiler[0]}")
    (tmp_path / "program.cc").write_text(CXX)
    subprocess.run([*compiler, "-O1", "program.cc", "-o", "program"], cwd=tmp_path, check=True)
    out = tmp_path / "report"
    assert main(["--json", "--output", str(out), "--sysroot", SYSROOT, str(tmp_path / "program")]) == 7
    assert capfd.readouterr().out == "14\n" and '"modelled' not in out.read_text()
    assert '"instructions"' in out.read_text()
