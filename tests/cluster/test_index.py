"""What workers know of a site, by a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.archive.layout import Kind, Place
from slqncy.cluster import keys
from slqncy.cluster.fill import merge
from slqncy.cluster.index import SiteIndex
from slqncy.cluster.rows import Columns, Row, unpack
from slqncy.reasons import State
from slqncy.records import DUPLICATE_FIELDS
from tests.samples import brought, duplicate, found, story

if TYPE_CHECKING:
    from redis import Redis

    from slqncy.records import Event, Story

SITE = "slqncy"
STORIES, DUPLICATES = "stories/2026-11.jsonl", "duplicates/2026-11.jsonl"


def commit(client: Redis, index: SiteIndex) -> None:
    with client.pipeline() as pipe:
        index.stage(pipe)
        pipe.execute()
    index.committed()


def filled(client: Redis, worker: str, *happened: tuple[Event, Place | None, Story | None]) -> SiteIndex:
    index = SiteIndex(client, SITE, worker)
    for event, place, record in happened:
        index.apply(event, place, record)
    commit(client, index)
    return index


def test_the_next_worker_knows_what_this_one_did(client: Redis) -> None:
    record, copy = story(1), duplicate(2)
    one = filled(
        client, "one",
        (found(1), None, None), (found(2), None, None), (found(3, via=record.canonical_url), None, None),
        (brought(record), Place(STORIES, 0), record), (brought(copy), Place(DUPLICATES, 0), copy),
    )  # fmt: skip
    other = SiteIndex(client, SITE, "other")
    known = [list(index.ledger.db.execute("SELECT * FROM url ORDER BY id")) for index in (one, other)]
    assert known[0] == known[1]
    assert len(known[0]) == 3
    lines = [index.ledger.latest(Kind.DUPLICATE, 2) for index in (one, other)]
    assert lines[0] == lines[1] is not None
    assert other.said_of(lines[1].place) == {name: getattr(copy, name) for name in DUPLICATE_FIELDS}


def test_lines_of_two_workers_at_one_place_are_two(client: Redis) -> None:
    first, second = story(1), story(1, "又一段文字。", version=2)
    filled(client, "one", (brought(first), Place(STORIES, 0), first))
    other = filled(client, "other", (brought(second), Place(STORIES, 0), second))
    assert [line.version for line in other.ledger.versions(Kind.STORY, 1)] == [1, 2]


def test_only_what_has_changed_is_sent(client: Redis) -> None:
    index = filled(client, "one", (found(1), None, None), (found(2), None, None))
    assert not index.is_changed
    client.delete(keys.site(SITE))
    record = story(2)
    index.apply(brought(record), Place(STORIES, 0), record)
    commit(client, index)
    assert client.hkeys(keys.site(SITE)) == [record.canonical_url.encode()]


def row(client: Redis, number: int) -> Row:
    return unpack(client.hget(keys.site(SITE), story(number).canonical_url))  # type: ignore[arg-type]


def test_of_two_parts_the_newest_answer_and_all_lines_count(client: Redis) -> None:
    record = story(1, downloaded="2026-11-24T10:00:00Z")
    filled(client, "one", (brought(record), Place(STORIES, 0), record))
    one = row(client, 1)
    client.delete(keys.site(SITE))
    edit = story(1, "又一段文字。", version=2, downloaded="2026-11-25T10:00:00Z")
    filled(client, "other", (found(7), None, None), (brought(edit), Place(STORIES, 0), edit))
    other = row(client, 1)
    for merged in (merge(one, other), merge(other, one)):
        assert [line.version for line in merged.lines] == [1, 2]
        assert (merged.columns.last, merged.columns.first) == (other.columns.last, one.columns.first)
        assert (merged.columns.state, merged.columns.version) == (State.ARCHIVED, 2)
    assert merge(one, other).columns.id == one.columns.id != other.columns.id


def test_addresses_that_the_server_has_lost_leave_no_gap(client: Redis) -> None:
    filled(client, "one", *((found(number), None, None) for number in (1, 2, 3, 4)))
    client.hdel(keys.site(SITE), story(2).canonical_url)
    index = SiteIndex(client, SITE, "one")
    assert list(index.ledger.db.execute("SELECT id, url FROM url ORDER BY id")) == [
        (number, story(name).canonical_url) for number, name in ((1, 1), (2, 3), (3, 4))
    ]
    commit(client, index)
    assert [row(client, number).columns.id for number in (1, 3, 4)] == [1, 2, 3]


def test_columns_are_those_of_the_ledger(client: Redis) -> None:
    table = SiteIndex(client, SITE, "one").ledger.db.execute("PRAGMA table_info(url)")
    assert tuple(name for _, name, *_ in table) == Columns._fields
