"""`scrapy explain`: why a story is, or is not, in the archive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slqncy.archive.layout import Kind, closed_path, open_path, segment_kind
from slqncy.cli import ArchiveCommand, UsageError, names_of, never_found
from slqncy.display.quantities import plural
from slqncy.exitcodes import ExitStatus
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import Story, moment
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from slqncy.archive.explain import Explanation
    from slqncy.archive.ledger import Entry, Known
    from slqncy.records import Event, Line

_ASKED = {
    PageKind.FRONT: "read by every run",
    PageKind.SITEMAP: "read by every run",
    PageKind.LIST: "read whenever its list is read that far",
    PageKind.PART: "read whenever its story is",
}


class Command(ArchiveCommand):
    """Exit status 0 where the address is known, 65 where the archive has never heard of it, 74 without an archive."""

    arguments = "URL|ID"
    takes_arguments = True
    about = "Say what became of an address: where it was found, each fetch, its state, its lines"
    example = (
        "scrapy explain http://www.slqncy.com/szxw/9538.html\nscrapy explain slqncy/szxw/9538 -s ARCHIVE_DIR=/srv/news"
    )

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Print the history of one address."""
        from slqncy.archive.explain import explain

        if len(args) != 1:
            raise UsageError("name one URL, or one id such as slqncy/szxw/9538")
        explanation = explain(root, names_of(args[0]))
        if explanation is None:
            print(visible(never_found(args[0])))
            return ExitStatus.DATA
        for line in _told(root, explanation):
            print(visible(line))
        return ExitStatus.OK


def _told(root: Path, explanation: Explanation) -> Iterator[str]:
    known = explanation.known
    yield f"{known.url}  {known.story}".rstrip()
    yield f"  {known.state}{f' ({known.reason})' if known.reason else ''}; {_due(known)}"
    if known.failures:
        yield f"  {plural(known.failures, 'failure')} in a row"
    yield from (f"  {_event(event)}" for event in explanation.events)
    for line, record in explanation.lines:
        path = open_path(root, line.segment)
        path = path if path.exists() else closed_path(root, line.segment)
        holds = ", ".join([_holds(line), *_counted(record)])
        yield f"  {path}: byte {line.position}, {line.length} bytes, {holds}, {line.content_hash}"


def _counted(record: Line) -> list[str]:
    """Whether a story is whole, where its page declares how long it is."""
    if not isinstance(record, Story) or record.declared_chars is None:
        return []
    return [f"declares {record.declared_chars} characters", f"declared_delta {record.declared_delta}"]


def _holds(line: Entry) -> str:
    match segment_kind(line.segment):
        case Kind.DUPLICATE:
            return f"duplicate of {line.note}"
        case Kind.REJECTED:
            return f"rejected: {line.note}"
        case Kind.REWRITE:
            original = f"tells what {line.note} tells" if line.note else "tells what no other story tells, after all"
            return f"version {line.version} {original}"
        case _:
            return f"version {line.version}"


def _due(known: Known) -> str:
    now = int(datetime.now(UTC).timestamp())
    if known.not_before is not None and known.rests(now):
        return f"not read before {moment(datetime.fromtimestamp(known.not_before, UTC))}, for reading it hung"
    if known.kind is not PageKind.STORY:
        return _ASKED[known.kind]
    if known.state is State.FORGOTTEN:
        return "never asked for again"
    if known.due is None:
        return "not asked for again by itself"
    if known.due <= now:
        return "due with the next run"
    return f"due {moment(datetime.fromtimestamp(known.due, UTC))}"


def _event(event: Event) -> str:
    words = [event.at, event.event.value]
    if event.event is EventKind.FOUND and event.via:
        words.append(f"on {event.via}")
    if event.version is not None:
        words.append(f"version {event.version}")
    if event.http_status is not None:
        words.append(f"HTTP {event.http_status}")
    words += [word for word in (event.reason, event.detail) if word.strip()]
    return "  ".join([*words, f"run {event.run_id}" if event.run_id else "no run"])
