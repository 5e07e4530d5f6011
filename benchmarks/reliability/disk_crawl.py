"""Crawls of the demo site on a disk that fails."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks.reliability.disk_audit import ARCHIVE
from benchmarks.reliability.disk_inject import CALLS, Figures, Outcome, Trial, count_calls, inject, injections, sample
from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger
from slqncy.archive.verify import verify
from slqncy.dedup import normal_form
from slqncy.demo import build_site, serving
from slqncy.exitcodes import ExitStatus
from tests.crawling import crawl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ON_THE_ARCHIVE_ALONE = {"pwrite64", "fsync", "fdatasync", "ftruncate"}
"""Calls that a crawl makes on no other files, so that those whose names are not known before are met too."""


def crawl_faults(base: Path, *, crawls: int, seed: int = 0) -> Figures:
    """Let a call of each of so many crawls fail, in the empty folder `base`."""
    archive, undisturbed = base / ARCHIVE, base / "undisturbed"
    figures = Figures()
    with serving(build_site()) as server:
        command = _command(archive, server.base_url)
        counts = count_calls(command, ())
        archive.rename(undisturbed)
        files = [archive, *(archive / path.relative_to(undisturbed) for path in undisturbed.rglob("*"))]
        files += [archive / f"ledger.sqlite{suffix}" for suffix in ("-wal", "-shm")]
        files += [path.with_name(f".{path.name}{suffix}") for path in files for suffix in (".tmp", ".tmp-wal")]
        on_files = count_calls(command, files)
        counts = Counter({call: (counts if call in _ON_THE_ARCHIVE_ALONE else on_files)[call] for call in CALLS})
        for injection in sample(injections(counts), crawls, seed, lambda one: one.call):
            shutil.rmtree(archive)
            outcome = inject(command, () if injection.call in _ON_THE_ARCHIVE_ALONE else files, injection)
            # Commits go by the clock: a crawl may make fewer of the calls than the one they were counted in.
            if outcome.failed:
                wrong = (*_wrong_end(outcome, archive), *_wrong_archive(archive, undisturbed, server.base_url))
                figures.add(Trial(injection.call, f"crawl, {injection}", bool(outcome.status), wrong))
    return figures


def _command(archive: Path, base_url: str) -> list[str]:
    return [
        sys.executable, "-m", "scrapy", "crawl", "stories", "-a", f"base_url={base_url}",
        "-s", f"ARCHIVE_DIR={archive}", "-s", "DOWNLOAD_DELAY=0",
    ]  # fmt: skip


def _wrong_end(outcome: Outcome, archive: Path) -> Iterator[str]:
    if outcome.status not in {ExitStatus.OK, ExitStatus.IO}:
        yield f"exit status {outcome.status}: {outcome.errors[-300:]}"
    if outcome.status == ExitStatus.IO and f"scrapy crawl: {archive}" not in outcome.errors:
        yield f"no message: {outcome.errors[-300:]}"
    if "Traceback" in outcome.errors:
        yield f"a traceback: {outcome.errors.partition('Traceback')[2][:3000]}"


def _wrong_archive(archive: Path, undisturbed: Path, base_url: str) -> Iterator[str]:
    again = crawl(archive, base_url)
    if again.status:
        yield f"the next run: exit status {again.status}: {again.errors[-300:]}"
        return
    yield from verify(archive, full=True).defects
    here, there = _contents(archive), _contents(undisturbed)
    if here != there:
        yield f"too much: {list(here - there)[:3]}, missing: {list(there - here)[:3]}"


def _contents(archive: Path) -> Counter[tuple[object, ...]]:
    """All lines and states, but for which of two pages is the story, and which its duplicate or its rewrite.

    That is the one that was asked for first, and a run that goes on asks in another order.
    """
    there = Archive(archive)
    found: Counter[tuple[object, ...]] = Counter()
    for page in (*there.stories(), *there.duplicates()):
        found["page", page.id, page.version, page.content_hash] += 1
    for story in there.stories():
        found["text", normal_form(story.text)] += 1
    for rejected in there.rejected():
        found["rejected", rejected.id, rejected.version, rejected.reason] += 1
    with closing(Ledger(archive / LEDGER, read_only=True)) as ledger:
        for origin in ledger.origins():
            found.update({("state", state): number for state, number in ledger.states(origin).items()})
    return found
