"""Merge archives of random histories: `python -m benchmarks.reliability.merges [--histories 200] [--seed 1]`.

What a site says of six addresses, in sixty steps, is written to one archive, and to the three parts of a cluster's,
whichever worker it meets. Both are merged, and what came of the first is merged again: the results must be the same
line by line, hold all that was ever said, and be sound. Exit status 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from benchmarks.reliability.disk_audit import in_memory
from slqncy.archive import Archive
from slqncy.archive.merge import merge
from slqncy.archive.parts import make_part
from slqncy.archive.verify import verify
from slqncy.dedup import Thresholds
from slqncy.dedup.so_far import judging
from slqncy.reasons import EventKind
from tests.archive.histories import Histories
from tests.archive.looking import segments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_JUDGING = partial(judging, thresholds=Thresholds(), divert_rewrites=False)


def wrong(root: Path, seed: int) -> Iterator[str]:
    """Write a history, merge it, and name what is wrong with that."""
    one, cluster = root / "one", root / "cluster"
    parts = [make_part(cluster, worker) for worker in ("w1", "w2", "w3")]
    Histories(Random(seed), one, parts).write()  # noqa: S311  # no secret
    for source, into in ((one, "from-one"), (cluster, "from-cluster"), (root / "from-one", "again")):
        merge([source], root / into, _JUDGING)
        yield from (f"{into}: {defect}" for defect in verify(root / into, full=True).defects)
    merged = segments(root / "from-one")
    for into in ("from-cluster", "again"):
        if segments(root / into) != merged:
            yield f"{into}: other lines"
    if pages(root / "from-one") != pages(one):
        yield "pages are lost, or made up"
    # Of stories that are such in both, all along: what was a copy may be none now, and what was none may be one.
    copies = {line.id for where in (one, root / "from-one") for line in Archive(where).duplicates()}
    was, now = newest(one), newest(root / "from-one")
    if any(now[name] != last for name, last in was.items() if name not in copies):
        yield "something else was said last"
    if any(event.event is EventKind.LOST for event in Archive(root / "from-one").events()):
        yield "lines are missed"


def pages(root: Path) -> set[tuple[str, str]]:
    """All that was ever said of any address."""
    there = Archive(root)
    return {(line.id, line.content_hash) for line in (*there.stories(), *there.duplicates(), *there.rejected())}


def newest(root: Path) -> dict[str, str]:
    """What was said last of each story."""
    return {line.id: line.content_hash for line in Archive(root).stories(latest=True)}


def main() -> int:
    """Print what is wrong, and how much was looked at; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    events: Counter[str] = Counter()
    bad = 0
    for seed in range(args.seed, args.seed + args.histories):
        with in_memory() as root:
            for what in wrong(root, seed):
                print(f"history {seed}: {what}")
                bad += 1
            events.update(event.event for event in Archive(root / "from-one").events())
    print(f"{args.histories} histories: {bad} wrong; {', '.join(f'{n} {event}' for event, n in events.most_common())}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
