"""Writing the lines of several archives as those of one."""

from __future__ import annotations

from array import array
from collections import Counter
from contextlib import closing
from heapq import merge
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from slqncy.archive import disk
from slqncy.archive.errors import ArchiveError
from slqncy.archive.layout import Kind, kind_of, open_path, segment_name
from slqncy.archive.merge_events import after, restated
from slqncy.archive.merge_files import names_of_warcs, take_hosts, take_runs, take_warc
from slqncy.archive.merge_pages import Pages
from slqncy.records import Duplicate, Rejected, Story, Warc, encode, rewrite_line, story_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from slqncy.archive.merge_files import Names
    from slqncy.archive.merge_pages import Page
    from slqncy.archive.merge_source import Source
    from slqncy.records import Event, Line

    Judging = Callable[[Path, Callable[[int], Story]], AbstractContextManager["Judge"]]
    """Opens a judge, given a directory that is its own, and who has the pages by their numbers."""
    _Told = tuple[int, str, Event]
    """Number of an archive, month of a file, and an event in it."""

_CAPTURED = "SELECT 1 FROM capture WHERE uri = ? AND has_payload"


class Judge(Protocol):
    """Says of pages, given one after the other with ascending numbers, which of those before they duplicate."""

    def judge(self, number: int, page: Story) -> tuple[Story, dict[str, Any]]:
        """The page as a Story or as a Duplicate, and the rewrite_… fields of what rewrites/ says of it, or none."""

    def accept(self, number: int, page: Story) -> None:
        """A further version of a story: it duplicates nothing, and others may duplicate it."""


def build(sources: Sequence[Source], new: Path, scratch: Path, judging: Judging) -> Counter[Kind]:
    """Write all that some archives hold into an empty directory, but for a ledger. Gives the lines of each kind.

    Raises ArchiveError, ValueError, OSError and sqlite3.Error, and as reading lines does.
    """
    _refuse_forgotten(sources)
    roots = [source.root for source in sources]
    warcs = names_of_warcs([(source.root, source.warcs) for source in sources])
    for number, source in enumerate(sources):
        for file in source.warcs.values():
            take_warc(source.root, new, file, warcs[number, file.name])
    runs, hashes = take_runs(roots, new)
    take_hosts(roots, new)
    with closing(Pages(scratch / "pages.sqlite", sources)) as pages, closing(_Lines(new)) as lines:
        for number, (source_number, _, event) in enumerate(_events(sources)):
            pages.came(number, source_number, event)
        pages.rest_came()
        _write_pages(pages, lines, scratch / "index", judging, _Names(warcs, runs))
        pages.begin_to_tell()
        _write_events(pages, lines, sources, runs, hashes)
        return lines.count


def _refuse_forgotten(sources: Sequence[Source]) -> None:
    """What one archive has forgotten must not come back out of another one."""
    for source in sources:
        for url in source.ledger.forgotten():
            for other in sources:
                if other is not source and _has(other, url):
                    raise ArchiveError(
                        f"{source.root} has forgotten {url}, and {other.root} has it: `scrapy forget` it there too"
                    )


def _has(source: Source, url: str) -> bool:
    known = source.ledger.known(url)
    has_lines = known is not None and bool(source.ledger.entries(known.id))
    return has_lines or source.ledger.db.execute(_CAPTURED, (url,)).fetchone() is not None


def _events(sources: Sequence[Source]) -> Iterator[_Told]:
    """All events by their times; those of one archive keep their order."""

    def told(number: int, source: Source) -> Iterator[_Told]:
        return ((number, month, event) for month, event in source.events())

    return merge(*map(told, range(len(sources)), sources), key=lambda one: one[2].at)


class _Names:
    """Lines name files and runs."""

    def __init__(self, warcs: Names, runs: Names) -> None:
        self._warcs = warcs
        self._runs = runs

    def rename(self, source: int, page: Story) -> None:
        """Name them as they are called now."""
        said = page.provenance
        said.run_id = self._runs.get((source, said.run_id), said.run_id)
        said.warc = Warc(file=self._warcs.get((source, said.warc.file), said.warc.file), offset=said.warc.offset)


class _Lines:
    """The files that lines are added to, in the order of their months."""

    def __init__(self, root: Path) -> None:
        self.count: Counter[Kind] = Counter()
        self._root = root
        self._files: dict[str, BinaryIO] = {}

    def add(self, month: str, line: Line) -> None:
        """Add a line to the file of its kind and month, which comes after those of the months before."""
        kind = kind_of(line)
        name = segment_name(kind, month)
        if name not in self._files:
            path = open_path(self._root, name)
            disk.make_directory(path.parent)
            self.close()
            self._files[name] = path.open("ab")
        self._files[name].write(encode(line))
        self.count[kind] += 1

    def close(self) -> None:
        """Let go of all files."""
        while self._files:
            self._files.popitem()[1].close()


def _write_pages(pages: Pages, lines: _Lines, folder: Path, judging: Judging, names: _Names) -> None:
    rows = array("Q")
    with judging(folder, lambda number: pages.page(rows[number])) as judge:
        for page in pages.in_order():
            line, said = _judged(judge, len(rows), page)
            if not isinstance(page.page, Rejected):
                rows.append(page.row)
            line.version = pages.settle(page, kind_of(line), _detail(line, said))
            names.rename(page.source, line)
            lines.add(page.month, line)
            if said:
                lines.add(page.month, rewrite_line(line, said, line.provenance.run_id))


def _judged(judge: Judge, number: int, page: Page) -> tuple[Story, dict[str, Any]]:
    if isinstance(page.page, Rejected):
        return page.page, {}
    if not page.stories:
        return judge.judge(number, page.page)
    # An edit of a story is its next version, whatever else it resembles.
    judge.accept(number, page.page)
    return Story(**story_fields(page.page)), {}


def _detail(line: Story, said: dict[str, Any]) -> str:
    """What the event says beside a copy or a rewrite."""
    if isinstance(line, Duplicate):
        return f"{line.duplicate_kind} of {line.duplicate_of}: {line.duplicate_evidence}"
    return f"rewrite of {said['rewrite_of']}: {said['rewrite_evidence']}" if said else ""


def _write_events(pages: Pages, lines: _Lines, sources: Sequence[Source], runs: Names, hashes: dict[str, str]) -> None:
    month = ""
    for number, (source, of_file, event) in enumerate(_events(sources)):
        month = max(month, of_file)
        was, brought = pages.standing(event.url), pages.brought(number)
        told = restated(event, was, brought)
        if told is None:
            continue
        if told.kind:
            pages.tell(event.url, after(told, was, brought))
        # Where the report of a run had to be called otherwise, it is another file.
        told.hash = hashes.get(told.hash, told.hash)
        told.run_id = runs.get((source, told.run_id), told.run_id)
        lines.add(month, told)
