"""Projects of users, configured, built and run against the installed package."""

import os
import shutil
import subprocess
from pathlib import Path

from compilers import BIN, clean_environment

PROJECTS = Path(__file__).parents[1] / "consumers"
PREFIX = BIN.parent
GENERATORS = ["Ninja", "Unix Makefiles"]


def run(command: list[object], folder: Path, **environment: str) -> str:
    result = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False,
                            env=clean_environment(**environment), timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def copy_project(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(PROJECTS / name, folder))


class CMake:
    """A source folder and its build folder. `configure` returns what CMake said on both streams."""

    def __init__(self, source: Path, generator: str = "Ninja", **environment: str) -> None:
        self.source, self.build, self.generator = source, source / "build", generator
        self.environment = clean_environment(**environment)

    def cmake(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["cmake", *map(str, arguments)], cwd=self.source, capture_output=True, text=True, check=False,
                              env=self.environment, timeout=300)

    def try_configure(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.cmake("-G", self.generator, "-S", ".", "-B", self.build, *options)

    def configure(self, *options: str) -> str:
        result = self.try_configure(*options)
        assert result.returncode == 0, result.stdout + result.stderr
        return words(result)

    def refused(self, *options: str) -> str:
        result = self.try_configure(*options)
        assert result.returncode != 0, result.stdout
        return words(result)

    def make(self, *arguments: object) -> str:
        result = self.cmake("--build", self.build, "-j2", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def run(self, program: str) -> str:
        return run([self.build / program], self.source)


def words(result: subprocess.CompletedProcess[str]) -> str:
    """CMake breaks its messages into lines wherever they are long."""
    return " ".join((result.stdout + result.stderr).split())


def path_without(program: str) -> str:
    """PATH less the folders that hold the program."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not (Path(folder) / program).exists())
