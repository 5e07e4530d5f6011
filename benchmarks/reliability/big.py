"""Archives of any size, made fast: the lines are written straight to the segments, and the ledger is built from them.

python -m benchmarks.reliability.big DIR --stories N [--chars N]
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from slqncy.archive.layout import kind_of, made_at, open_path, segment_name
from slqncy.archive.recovery import make_ledger
from slqncy.demo.writing import write_stories
from slqncy.reasons import EventKind, PageKind, State
from slqncy.records import Event, Provenance, Story, content_hash, encode, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from slqncy.records import Line

Page = TypeVar("Page", bound=Story)

RUN = "20260901T080000-7"
HOME, FRONT = "http://www.slqncy.com/", "http://www.slqncy.com/szxw/"
ARCHIVED = datetime(2026, 6, 15, 8, tzinfo=UTC)
UNCHANGED = ARCHIVED + timedelta(days=31)
"""After the last look at a story for edits: none is due any more."""
SHORT, LONG = 200, 2500
"""Characters of a text: few, so that a million fit, and as many as the sites' longer stories have."""
_SOURCE_STORIES = 400


def url_of(number: int) -> str:
    """The address of a story."""
    return f"{FRONT}{number}.html"


def id_of(number: int) -> str:
    """The id of a story."""
    return f"slqncy/szxw/{number}"


def page(record_type: type[Page], number: int, text: str, at: str, **more: Any) -> Page:
    """A line of a story page, with as many fields filled as a crawled one has."""
    title = f"东渚街道第{number}次志愿服务活动举行"
    return record_type(
        id=id_of(number), url=url_of(number), canonical_url=url_of(number), site="slqncy", section="szxw",
        story_id=str(number), title=title, text=text, authors=["王宇"], byline_raw="王宇", source_name="本站",
        date_published="2026-06-14T09:30:00+08:00", date_published_raw="2026-06-14 09:30", language="zh-CN",
        keywords=["志愿服务", "东渚街道"], declared_chars=len(text) + 2, declared_minutes=1, char_count=len(text),
        declared_delta=0, content_hash=content_hash(title, text), date_downloaded=at,
        provenance=Provenance(
            spider="stories", run_id=RUN, parser_version="0.1.0", http_status=200, encoding="utf-8",
            etag=f'"{number:08x}"', last_modified="Sun, 14 Jun 2026 01:30:00 GMT",
        ),
        **more,
    )  # fmt: skip


def story_event(event: EventKind, number: int, at: str, state: State, **more: Any) -> Event:
    """Something that happened to a story."""
    return Event(
        event=event, at=at, run_id=RUN, url=url_of(number), kind=PageKind.STORY, id=id_of(number), state=state, **more
    )


def answer(event: EventKind, record: Story, *, reason: str = "") -> Event:
    """The event that a line of a story page comes with."""
    state = {EventKind.DUPLICATE: State.DUPLICATE, EventKind.REJECTED: State.REJECTED}.get(event, State.ARCHIVED)
    return story_event(
        event, int(record.story_id), record.date_downloaded, state, version=record.version, http_status=200,
        reason=reason, etag=record.provenance.etag, last_modified=record.provenance.last_modified,
    )  # fmt: skip


def text_of(number: int, chars: int) -> str:
    """A text of so many characters that no other number has."""
    source = _source()
    start = number * 7919 % (len(source) - chars)
    return f"{source[start : start + chars - 12]}\n第{number}条(王宇)"


@cache
def _source() -> str:
    return "".join("\n".join(story.paragraphs) for story in write_stories(_SOURCE_STORIES, 1))


def lines(stories: int, chars: int) -> Iterator[Line]:
    """All lines of an archive whose stories were found on one list, archived, and looked at until none was due."""
    found, last = moment(ARCHIVED), moment(UNCHANGED)
    for front in (HOME, FRONT):
        front_page: dict[str, Any] = {"at": found, "run_id": RUN, "url": front, "kind": PageKind.FRONT}
        yield Event(event=EventKind.FOUND, state=State.FOUND, **front_page)
        yield Event(event=EventKind.OPENED, **front_page)
    for number in range(1, stories + 1):
        yield story_event(EventKind.FOUND, number, found, State.FOUND, via=FRONT)
        record = page(Story, number, text_of(number, chars), found)
        yield answer(EventKind.ARCHIVED, record)
        yield record
    for number in range(1, stories + 1):
        yield answer(EventKind.UNCHANGED, page(Story, number, "", last))
    for front in (HOME, FRONT):
        front_page = {"at": last, "run_id": RUN, "url": front, "kind": PageKind.FRONT}
        yield Event(event=EventKind.OPENED, **front_page)
        yield Event(event=EventKind.FETCHED, state=State.FETCHED, stories=20, http_status=200, **front_page)
        yield Event(event=EventKind.COMPLETED, **front_page)


def home_of(site: int) -> str:
    """The home page of one of many sites, and its origin."""
    return f"http://www{site}.example/"


def site_lines(site: int, stories: int) -> Iterator[Event]:
    """All lines of one of many sites: its home page is known, and so are stories, which are due."""
    found: dict[str, Any] = {
        "event": EventKind.FOUND, "at": moment(ARCHIVED), "run_id": RUN, "state": State.FOUND,
    }  # fmt: skip
    home = home_of(site)
    yield Event(url=home, kind=PageKind.FRONT, **found)
    for number in range(stories):
        url = f"{home}a/{number}.html"
        yield Event(url=url, kind=PageKind.STORY, id=f"site{site}/a/{number}", via=home, **found)


def write_lines(root: Path, made: Iterable[Line]) -> int:
    """Write lines to the segments they belong in. Gives their bytes."""
    files: dict[str, BinaryIO] = {}
    size = 0
    with ExitStack() as stack:
        for line in made:
            name = segment_name(kind_of(line), made_at(line)[:7])
            if name not in files:
                path = open_path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                files[name] = stack.enter_context(path.open("wb"))
            size += files[name].write(encode(line))
    return size


def make_big(root: Path, stories: int, chars: int = SHORT) -> None:
    """Make an archive that a crawl may go on with: its months are not closed yet, and its ledger has no seal."""
    write_lines(root, lines(stories, chars))
    make_ledger(root)


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--chars", type=int, default=SHORT, help="characters of a text")
    given = parser.parse_args()
    make_big(given.directory, given.stories, given.chars)


if __name__ == "__main__":
    main()
