"""Fetch the unmodified upstream source of a Debian package through the machine's own apt configuration."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"


def _deb_src_lines() -> str:
    """The machine's apt sources as deb-src, without writing any host name down."""
    blocks = []
    for source in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        blocks.append(re.sub(r"^Types:.*$", "Types: deb-src", source.read_text(), flags=re.MULTILINE))
    return "\n\n".join(blocks)


def _deb_src_one_line() -> str:
    lists = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.list")]
    lines = [line for path in lists if path.exists() for line in path.read_text().splitlines()]
    return "\n".join(re.sub(r"^deb ", "deb-src ", line) for line in lines if line.startswith("deb ")) + "\n"


def fetch(package: str) -> Path:
    """Directory with the upstream source of `package`; downloads it once into .cache/.

    Raises RuntimeError with what to do when apt cannot provide the source.
    """
    target = CACHE / "source" / package
    if (target / ".complete").exists():
        return target
    work = CACHE / "apt"
    parts, lists, download = work / "sources.list.d", work / "lists", work / "download" / package
    for folder in (parts, lists / "partial", download):
        folder.mkdir(parents=True, exist_ok=True)
    (parts / "source.sources").write_text(_deb_src_lines())
    (parts / "source.list").write_text(_deb_src_one_line())
    options = ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={parts}",
               "-o", f"Dir::State::lists={lists}", "-o", "APT::Get::List-Cleanup=0",
               "-o", "APT::Sandbox::User=root", "-qq"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["source", "--download-only", package]):
        result = subprocess.run(["apt-get", *options, *arguments], cwd=download, env=environment,
                                capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(f"apt-get {' '.join(arguments)} failed: {result.stderr.strip()}; "
                               f"check that the network and apt's Debian sources work")
    archives = sorted(download.glob("*.orig.tar.*"))
    archives = [a for a in archives if not a.name.endswith(".asc")]
    if not archives:
        raise RuntimeError(f"the source package {package} has no .orig.tar archive in {download}")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(archives[0]), "-C", str(partial), "--no-same-owner"], check=True)
    (top,) = [path for path in partial.iterdir() if path.is_dir()]
    shutil.rmtree(target, ignore_errors=True)
    top.rename(target)
    shutil.rmtree(partial)
    (target / ".complete").touch()
    return target
