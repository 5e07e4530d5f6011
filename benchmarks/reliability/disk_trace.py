"""What a program asked of the disk, in order, as strace saw it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from slqncy.exitcodes import ExitStatus

STRACE = shutil.which("strace")
"""The strace program; None where there is none."""

_CALLS = (
    "openat,close,lseek,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,"
    "mkdir,mkdirat,rmdir,link,linkat"
)
_LINE = re.compile(r"(?P<process>\d+) +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_LONGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded."""

    process: int
    name: str
    """Without the at and the flags: rename, unlink, mkdir, open."""
    strings: tuple[bytes, ...] = ()
    """Paths, or what was written."""
    words: tuple[str, ...] = ()
    """All arguments as strace puts them."""
    result: int = 0

    @property
    def descriptor(self) -> int:
        """The first argument, where it is an open file."""
        return int(self.words[0])

    @property
    def paths(self) -> list[Path]:
        """The files it names."""
        return [] if "write" in self.name else [Path(path.decode()) for path in self.strings]

    @property
    def is_said(self) -> bool:
        """Whether it is a line of standard output."""
        return self.name == "write" and self.descriptor == 1

    @property
    def acknowledged(self) -> frozenset[int]:
        """The steps of the workload that a line of standard output acknowledges."""
        word, *steps = self.strings[0].split() if self.is_said else [b""]
        return frozenset(map(int, steps)) if word == b"acknowledged" else frozenset()


def record(archive: Path, *arguments: str) -> list[Call]:
    """Run the workload on an archive under strace. Raises RuntimeError where it ends with a bug."""
    return trace([sys.executable, "-m", "benchmarks.reliability.workload", str(archive), *arguments])


def trace(command: list[str]) -> list[Call]:
    """Run a program under strace. Raises RuntimeError where it ends with a bug."""
    assert STRACE is not None
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        done = subprocess.run(  # noqa: S603  # our own program
            [STRACE, "-f", "-xx", "-s", str(_LONGEST), "-e", f"trace={_CALLS}", "-e", "signal=none", "-o", str(log),
             *command],
            cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        if done.returncode not in {ExitStatus.OK, ExitStatus.IO}:
            raise RuntimeError(done.stderr.decode())
        return [call for line in log.read_text().splitlines() if (call := _parse(line))]


def _parse(line: str) -> Call | None:
    if "+++ exited with" in line:
        return None
    match = _LINE.match(line)
    if match is None:
        raise ValueError(f"not understood: {line[:200]}")
    if int(match["result"]) < 0:
        return None
    strings = []
    for string in _STRING.finditer(match["arguments"]):
        if string[2]:
            raise ValueError(f"shortened: {line[:200]}")
        strings.append(bytes.fromhex(string[1].replace("\\x", "")))
    words = tuple(_STRING.sub("", match["arguments"]).split(", "))
    name = match["name"].removesuffix("2").removesuffix("at")
    return Call(int(match["process"]), name, tuple(strings), words, int(match["result"]))
