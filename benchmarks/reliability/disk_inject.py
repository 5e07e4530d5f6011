"""Making one system call of a program fail, as a full or a failing disk would."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from benchmarks.reliability.disk_trace import STRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
ERRORS = ("ENOSPC", "EIO", "EROFS", "EDQUOT")
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "rename", "unlink", "mkdir")
KILL = "KILL"
_DEADLINE = 300


@dataclass(frozen=True, slots=True)
class Injection:
    """Which call fails, and how."""

    call: str
    number: int
    """Which of the calls of that name, from 1."""
    error: str
    """KILL: the program is killed before it makes the call."""
    stays: bool = False
    """Whether all later ones fail too."""

    def __str__(self) -> str:
        how = "signal" if self.error == KILL else "error"
        return f"{self.call}:{how}={self.error}:when={self.number}{'+' if self.stays else ''}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended."""

    status: int
    output: str
    errors: str
    failed: int
    """Calls that were made to fail."""


def count_calls(command: Sequence[str], paths: Iterable[Path]) -> Counter[str]:
    """How often a program makes each call on these files."""
    _, log = _run(command, paths, CALLS, "")
    return Counter(line.partition("(")[0].split()[-1] for line in log if " = " in line and " = ?" not in line)


def inject(command: Sequence[str], paths: Iterable[Path], injection: Injection) -> Outcome:
    """Run a program whose call fails; calls on other files are not counted, where any files are named."""
    done, log = _run(command, paths, (injection.call,), str(injection))
    failed = sum("(INJECTED)" in line for line in log)
    return Outcome(done.returncode, done.stdout, done.stderr, failed)


def injections(counts: Counter[str]) -> list[Injection]:
    """One failure of each call that is made, and one from there on; the kinds of errors take turns."""
    found = []
    for index, call in enumerate(CALLS):
        # A program may also have too many files open.
        errors = (*ERRORS, "EMFILE") if call == "openat" else ERRORS
        for number in range(1, counts[call] + 1):
            turn = index + number
            found.append(Injection(call, number, errors[turn % len(errors)]))
            found.append(Injection(call, number, errors[(turn + 2) % len(errors)], stays=True))
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one fault."""

    call: str
    how: str
    """Which program, and what failed."""
    is_refused: bool
    """Whether the program ended for it; else it could do without the call."""
    wrong: tuple[str, ...] = ()
    """What should not have happened."""


_MOST_EXAMPLES = 12


@dataclass(slots=True)
class Figures:
    """What came of all faults, by the call that failed."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, trial: Trial) -> None:
        """Count one in."""
        self.tried[trial.call] += 1
        self.refused[trial.call] += trial.is_refused
        self.bad[trial.call] += bool(trial.wrong)
        self.examples += [f"{trial.how}: {what}" for what in trial.wrong[:1]]

    def print(self, what: str, rows: Iterable[str], tried: str, refused: str) -> None:
        """As a table with a row for each of some calls, and these names for what was tried and what ended by it."""
        print(f"{what:12}{tried:>8}{refused:>9}{'bad':>6}")
        for row in rows:
            print(f"{row:12}{self.tried[row]:8,}{self.refused[row]:9,}{self.bad[row]:6,}")
        print(f"{'all':12}{self.tried.total():8,}{self.refused.total():9,}{self.bad.total():6,}")
        print(*self.examples[:_MOST_EXAMPLES], sep="\n")


def sample(found: Sequence[T], most: int, seed: int, kind: Callable[[T], str]) -> list[T]:
    """So many, chosen at random, of each kind as many as there can be; 0 is all."""
    if not most:
        return list(found)
    rank: Counter[str] = Counter()
    ranked = []
    for position, one in enumerate(Random(seed).sample(found, len(found))):  # noqa: S311
        rank[kind(one)] += 1
        ranked.append((rank[kind(one)], position, one))
    return [one for _, _, one in sorted(ranked, key=lambda entry: entry[:2])[:most]]


def _run(
    command: Sequence[str], paths: Iterable[Path], calls: Iterable[str], injection: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    assert STRACE is not None
    # With it strace sends no signals.
    fast = [] if ":signal=" in injection else ["--seccomp-bpf"]
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        done = subprocess.run(  # noqa: S603  # our own programs
            [
                STRACE, "-f", *fast, "-s", "0", "-e", "signal=none", "-e", f"trace={','.join(calls)}",
                *(["-e", f"inject={injection}"] if injection else []),
                *(part for path in paths for part in ("-P", str(path))), "-o", str(log), *command,
            ],
            cwd=ROOT, capture_output=True, text=True, timeout=_DEADLINE, check=False,
        )  # fmt: skip
        return done, log.read_text().splitlines()
