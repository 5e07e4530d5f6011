"""Cut the power after every call that the workload makes to the disk, and see what becomes of the archive.

    python -m benchmarks.reliability.power_cuts [--states N] [--seed S] [--sabotage NAME]

The workload runs once, under strace. After each of its calls the disk is rebuilt as a power cut may leave it, in
several ways: with all that was written, with what was synced and no more, with files torn, zeroed, and out of order.
Each archive is opened, looked through, verified, and gone on with. Exit status 1 if one is not what was acknowledged.
A sabotage breaks a promise of the archive on purpose: the harness must notice.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from multiprocessing import get_context
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.reliability.disk_audit import ARCHIVE, Audit, Fault, audit_state, in_memory
from benchmarks.reliability.disk_model import CUTS, Disk
from benchmarks.reliability.disk_trace import STRACE, Call, record
from benchmarks.reliability.workload import SABOTAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.reliability.disk_model import State

_PROCESSES = 2
_JOBS = 16
"""Parts of the work. Each replays all calls before its last one."""
_MOST_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Cut:
    """One power cut."""

    call: int
    """The last call that was made, by its number among those that touch the archive or acknowledge lines."""
    name: str
    round: int


@dataclass(slots=True)
class Figures:
    """What became of the archives."""

    cuts: int = 0
    states: set[bytes] = field(default_factory=set)
    """A hash of each different state."""
    repaired: int = 0
    """Cuts after which somebody had to call `repair`, for want of a ledger."""
    bad: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count those of another part in."""
        self.cuts += other.cuts
        self.bad += other.bad
        self.repaired += other.repaired
        self.states |= other.states
        self.faults += other.faults
        self.examples = (self.examples + other.examples)[:_MOST_EXAMPLES]


def power_cuts(base: Path, *, seed: int = 0, states: int = 0, sabotage: str = "") -> Figures:
    """Run the workload in the empty folder `base`, and try so many power cuts of it; 0 is each of them once."""
    calls = record(base / ARCHIVE, *(["--sabotage", sabotage] if sabotage else []))
    points = sum(1 for _ in _points(calls, base))
    cuts = [Cut(point, name, 0) for point in range(points) for name in CUTS]
    while states > len(cuts):
        # The others leave the same again.
        cuts += [Cut(cut.call, cut.name, cut.round + 1) for cut in cuts[-points * len(CUTS) :]]
    if states:
        cuts = Random(seed).sample(cuts, states)  # noqa: S311
    # Neighbours leave the same state now and then, which is looked at once by each process.
    cuts.sort(key=lambda cut: cut.call)
    jobs = [cuts[len(cuts) * job // _JOBS : len(cuts) * (job + 1) // _JOBS] for job in range(_JOBS)]
    figures = Figures()
    for refusal in (call.strings[0] for call in calls if call.is_said and call.strings[0].startswith(b"refused")):
        figures.add(Figures(bad=1, faults=Counter({Fault.REFUSED: 1}), examples=[f"no power cut: {refusal.decode()}"]))
    with get_context("fork").Pool(_PROCESSES) as pool:
        for part in pool.imap_unordered(partial(_try, calls, base, seed), jobs):
            figures.add(part)
    return figures


def _points(calls: list[Call], base: Path) -> Iterator[tuple[Disk, frozenset[int]]]:
    """The disk, and the steps acknowledged, after each call that matters."""
    disk = Disk(base)
    acknowledged: frozenset[int] = frozenset()
    for call in calls:
        if call.is_said:
            acknowledged |= call.acknowledged
            yield disk, acknowledged
        elif disk.do(call):
            yield disk, acknowledged


_audits: dict[bytes, Audit] = {}
"""What this process has seen."""


def _try(calls: list[Call], base: Path, seed: int, cuts: list[Cut]) -> Figures:
    figures = Figures()
    of_call: dict[int, list[Cut]] = {}
    for cut in cuts:
        of_call.setdefault(cut.call, []).append(cut)
    with in_memory() as folder:
        for point, (disk, acknowledged) in enumerate(islice(_points(calls, base), cuts[-1].call + 1)):
            for cut in of_call.get(point, ()):
                state = disk.after(*CUTS[cut.name], Random(f"{seed}/{cut}"))  # noqa: S311
                key = _hash(state)
                if key not in _audits:
                    _audits[key] = audit_state(state, folder)
                faults = _audits[key].against(acknowledged)
                figures.cuts += 1
                figures.repaired += _audits[key].is_repaired
                figures.states.add(key)
                figures.bad += bool(faults)
                figures.faults.update({fault for fault, _ in faults})
                figures.examples += [f"{cut}: {fault}: {what}" for fault, what in faults[:1]]
    return figures


def _hash(state: State) -> bytes:
    digest = blake2b(digest_size=16)
    for name, content in sorted(state.items()):
        digest.update(f"{name}\0{-1 if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()


def main() -> int:
    """Print a table; 1 if an archive was bad."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--states", type=int, default=0, help="power cuts to try; each that there is unless given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="")
    options = parser.parse_args()
    if STRACE is None:
        parser.error("strace is not installed")
    start = monotonic()
    with in_memory() as base:
        figures = power_cuts(base, seed=options.seed, states=options.states, sabotage=options.sabotage)
    print(f"{'power cuts':28}{figures.cuts:8,}")
    print(f"{'different states':28}{len(figures.states):8,}")
    print(f"{'repaired, without ledger':28}{figures.repaired:8,}")
    print(f"{'bad':28}{figures.bad:8,}")
    for fault in Fault:
        print(f"  {fault:26}{figures.faults[fault]:8,}")
    print(f"{'seconds':28}{monotonic() - start:8.0f}")
    print(*figures.examples, sep="\n")
    return 1 if figures.bad else 0


if __name__ == "__main__":
    sys.exit(main())
