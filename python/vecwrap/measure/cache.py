"""Measurements on disk: one small file each, written atomically, so any number of processes may share a folder."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .measurement import Measurement

VERSION = 1  # of the files; a reader ignores other versions


def cpu_name() -> str:
    """The model name in /proc/cpuinfo, or "unknown": a measurement is of one kind of machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


class DiskCache:
    """A folder of measurements. It never fails: what cannot be read is a miss, what cannot be written is not kept.

    The key holds everything that a time depends on: nest, symbols, sentence, target, settings, CPU, and the machine code, so that
    a new code generator never gets an old one's times.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.cpu = cpu_name()

    def full_key(self, key: Mapping[str, Any]) -> dict[str, Any]:
        return {"version": VERSION, "cpu": self.cpu, **key}

    def path(self, key: Mapping[str, Any]) -> Path:
        text = json.dumps(self.full_key(key), sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.json"

    def get(self, key: Mapping[str, Any]) -> Measurement | None:
        try:
            entry = json.loads(self.path(key).read_text())
            return Measurement(**entry["measurement"]) if entry["key"] == self.full_key(key) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: Mapping[str, Any], measurement: Measurement) -> None:
        entry = {"key": self.full_key(key), "measurement": asdict(measurement)}
        try:
            write_atomically(self.path(key), json.dumps(entry, indent=1, sort_keys=True) + "\n")
        except OSError:
            pass


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old file or the new one. Raises OSError, and leaves no temporary file behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
