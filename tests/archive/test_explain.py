"""What the archive knows of one address."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import ArchiveDamagedError, ArchiveError, ArchiveWriter
from slqncy.archive.explain import explain
from slqncy.archive.files import open_segment
from slqncy.archive.layout import LINE_TYPES, segment_kind
from slqncy.archive.ledger import digest
from slqncy.reasons import PageKind, Rejection, State
from slqncy.records import decode
from tests.archive.looking import EDITED, OCTOBER, sql, write_history
from tests.samples import HOME, duplicate, failed, found, keep, not_modified, rejected, rewrite, story, story_url

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.archive.explain import Explanation
    from slqncy.records import Line


RETOLD = story(3, downloaded=OCTOBER)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Look, do not write: other tests look at the same archive."""
    root = tmp_path_factory.mktemp("history") / "archive"
    write_history(root)
    return root


def explained(root: Path, *names: str) -> Explanation:
    explanation = explain(root, names)
    assert explanation is not None
    return explanation


def lines(root: Path, explanation: Explanation) -> list[Line]:
    """What stands in the files where the explanation says."""
    found = []
    for entry, record in explanation.lines:
        with open_segment(root, entry.segment) as file:
            file.seek(entry.position)
            data = file.read(entry.length)
        assert digest(data) == entry.digest
        assert record == decode(data, LINE_TYPES[segment_kind(entry.segment)])
        found.append(record)
    return found


def test_a_story_by_its_address_and_by_its_id(history: Path) -> None:
    by_url = explained(history, story_url(2))
    assert by_url == explained(history, "slqncy/szxw/2")
    assert (by_url.known.url, by_url.known.story) == (story_url(2), "slqncy/szxw/2")
    assert by_url.known.state is State.ARCHIVED


def test_events_stand_in_the_order_they_happened(history: Path) -> None:
    events = explained(history, story_url(2)).events
    assert [event.event.value for event in events] == ["found", "archived", "changed", "not_modified", "failed"]
    assert events[0] == found(2, OCTOBER, via=HOME)
    assert events[3:] == [not_modified(2), failed(2, is_settled=True)]
    assert [event.version for event in events] == [None, 1, 2, None, None]


@pytest.mark.parametrize(
    ("number", "records"),
    [
        (1, [story(1, downloaded=OCTOBER)]),
        (2, [rewrite(story(2, EDITED, version=2)), story(2, downloaded=OCTOBER), story(2, EDITED, version=2)]),
        (3, [rejected(3, Rejection.GARBLED), rewrite(RETOLD), RETOLD]),
        (4, [duplicate(4, downloaded=OCTOBER)]),
        (5, [rejected(5, downloaded=OCTOBER)]),
        (6, []),
        (11, [rewrite(story(11), 9), story(11)]),
        (12, [duplicate(12, 9)]),
    ],
)
def test_lines_stand_where_they_are_said_to(history: Path, number: int, records: list[Line]) -> None:
    explanation = explained(history, story_url(number))
    assert lines(history, explanation) == records
    assert {event.url for event in explanation.events} == {story_url(number)}


def test_a_page_that_is_no_story(history: Path) -> None:
    home = explained(history, HOME)
    assert (home.known.kind, home.known.state, home.known.stories) == (PageKind.FRONT, State.FETCHED, 9)
    assert [event.event.value for event in home.events] == ["found", "opened", "fetched", "completed"]
    assert home.lines == []


def test_of_several_names_the_first_that_is_known_counts(history: Path) -> None:
    assert explained(history, "http://else/", story_url(9), story_url(1)).known.url == story_url(9)


@pytest.mark.parametrize("name", ["http://www.slqncy.com/szxw/99.html", "slqncy/szxw/99", "", "slqncy/szxw/", "%"])
def test_an_address_nobody_has_heard_of(history: Path, name: str) -> None:
    assert explain(history, [name]) is None
    assert explain(history, []) is None


def test_what_is_not_acknowledged_is_not_explained(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path)
    keep(writer, story(1))
    assert explain(tmp_path, [story_url(1)]) is None
    writer.commit()
    writer.write(failed(1, is_settled=True))
    explanation = explained(tmp_path, story_url(1))
    assert [event.event.value for event in explanation.events] == ["found", "archived"]
    assert explanation.known.failures == 0
    assert lines(tmp_path, explanation) == [story(1)]
    writer.close()
    assert explained(tmp_path, story_url(1)).known.failures == 1


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here"):
        explain(tmp_path, [HOME])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["events", "ledger", "month", "line"])
def test_what_cannot_be_read_is_named(history: Path, tmp_path: Path, damage: str) -> None:
    root = tmp_path / "copy"
    shutil.copytree(history, root)
    if damage == "events":
        path = root / "events/2026-11.ndjson"
        path.write_bytes(path.read_bytes().replace(b'"event":"changed"', b'"event":"chinged"'))
    elif damage == "line":
        path = root / "stories/2026-11.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"version":2', b'"version":x'))
    elif damage == "ledger":
        sql(root, "DROP TABLE url")
    else:
        (root / "events/2026-10.ndjson.gz").write_bytes(b"\x1f\x8b\x08")
    with pytest.raises(ArchiveDamagedError, match="`scrapy verify --full` names every defect"):
        explain(root, [story_url(2)])
