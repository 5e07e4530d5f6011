"""Verdicts of workers that share their stories are those of one process, given the same stories in the same order."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

import pytest

from slqncy.archive import Archive, ArchiveWriter
from slqncy.archive.errors import ClusterError
from slqncy.archive.layout import Place
from slqncy.cluster import fingerprints, keys
from slqncy.cluster.fingerprints import SharedStories
from slqncy.cluster.leases import Leases
from slqncy.dedup import Thresholds
from slqncy.dedup.archived import ArchivedStories, of_story
from slqncy.dedup.run import MOST_POSTINGS
from slqncy.reasons import DuplicateKind
from slqncy.records import Story, story_fields
from tests.dedup import texts
from tests.dedup.test_archived import page
from tests.dedup.test_archived_runs import RECORDS
from tests.redis_server import redis_server
from tests.samples import keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from redis import Redis

    from slqncy.dedup.archived import Original
    from tests.conftest import DemoCrawl

TEMPLATE = [
    page(100 + number, texts.water_level(number % 30, 28 + number / 10, 2000 + 7 * number, 0.19), f"水情通报{number}")
    for number in range(MOST_POSTINGS + 12)
]
"""So many of one template that its keys find nothing any more; and copies of the first and the last of them."""
COPIES = [
    page(200, TEMPLATE[0].text),
    page(201, TEMPLATE[-1].text),
    page(202, TEMPLATE[-1].text.replace("请沿湖群众", "")),
]


LONG = 60
NOWHERE = Place("stories/2026-11.jsonl", 0)
"""Lines are other workers'."""


class Told(NamedTuple):
    """An original, for messages that can be read."""

    of: str
    kind: DuplicateKind
    score: float
    evidence: str


def opened(client: Redis, worker: str = "one") -> SharedStories:
    leases = Leases(client, worker, LONG)
    leases.appear()
    return SharedStories(client, "redis://127.0.0.1", Thresholds(), leases)


def told(found: Original | None) -> Told | None:
    return Told(found.id, found.kind, found.verdict.score, found.verdict.evidence) if found else None


def is_at_hand(found: Original | None) -> bool | None:
    """None where nothing was found."""
    return found.is_at_hand if found else None


def names(client: Redis, kind: str | None = None) -> list[bytes]:
    """Of all that is in the server."""
    return [name for name in client.scan_iter(_type=kind) if isinstance(name, bytes)]


def commit(stories: SharedStories, client: Redis, times: int = 1) -> None:
    stories.settle()
    for _ in range(times):
        with client.pipeline() as pipe:
            stories.stage(pipe)
            pipe.execute()
    stories.committed()


def is_archived(answer: Told | None) -> bool:
    return answer is None or answer.kind is DuplicateKind.REWRITE


def expected(root: Path, records: Sequence[Story]) -> Iterator[Told | None]:
    """What one process says of each."""
    with closing(ArchiveWriter(root)) as archive, closing(ArchivedStories(archive, Thresholds())) as stories:
        for record in records:
            answer = told(stories.find(record))
            if is_archived(answer):
                for place in keep(archive, record):
                    stories.add(place, record)
            yield answer


def shared(client: Redis, records: Sequence[Story], every: int) -> Iterator[Told | None]:
    """What one worker says, which commits every so many."""
    stories = opened(client)
    for number, record in enumerate(records, start=1):
        answer = told(stories.find(record))
        if is_archived(answer):
            stories.add(NOWHERE, record)
        if number % every == 0:
            commit(stories, client)
        yield answer


def pages_of(archive: Archive) -> list[Story]:
    """All that was ever judged, in some order that is always the same."""
    said = [*archive.stories(), *archive.duplicates()]
    return [Story(**story_fields(one)) for one in sorted(said, key=lambda one: (one.date_downloaded, one.url))]


@pytest.mark.parametrize("every", [1, 7, 1000])
def test_verdicts_are_those_of_one_process(client: Redis, tmp_path: Path, every: int) -> None:
    records = [*RECORDS, *TEMPLATE, *COPIES]
    answers = list(expected(tmp_path / "archive", records))
    assert list(shared(client, records, every)) == answers
    kinds = {answer.kind for answer in answers if answer}
    assert kinds == {DuplicateKind.SAME_TEXT, DuplicateKind.NEAR_TEXT, DuplicateKind.CONTAINED, DuplicateKind.REWRITE}


def test_keys_of_a_template_are_too_common_in_these_verdicts(client: Redis) -> None:
    list(shared(client, TEMPLATE, 1))
    postings = Counter(
        (name, member[:3])
        for name in names(client, "zset")
        for member in client.zrange(name, 0, -1)
        if isinstance(member, bytes)
    )
    assert max(postings.values()) == MOST_POSTINGS + 1


def test_verdicts_on_the_demo_are_those_of_one_process(client: Redis, demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    records = pages_of(Archive(demo_crawl.archive))
    answers = list(expected(tmp_path / "archive", records))
    assert list(shared(client, records, 20)) == answers
    assert any(answers)


def test_workers_that_take_turns_say_what_one_would(client: Redis, tmp_path: Path) -> None:
    workers = [opened(client, name) for name in ("one", "two", "three")]
    for stories, record, answer in zip(cycle(workers), RECORDS, expected(tmp_path / "archive", RECORDS), strict=False):
        assert told(stories.find(record, of_story(record))) == answer
        if is_archived(answer):
            stories.add(NOWHERE, record)
            commit(stories, client)


def test_the_sites_own_number_again_is_the_same_story(client: Redis) -> None:
    here, there = opened(client), opened(client, "other")
    here.add(NOWHERE, page(1, texts.STORY, texts.TITLE))
    commit(here, client)
    found = there.find(page(1, texts.STORY))
    assert found is not None
    assert (found.id, found.kind) == ("slqncy/szxw/1", DuplicateKind.SAME_STORY)


# Transactions


def test_what_was_not_committed_is_a_story_to_this_worker_alone(client: Redis) -> None:
    here, there = opened(client), opened(client, "other")
    here.add(NOWHERE, page(1, texts.STORY))
    assert is_at_hand(here.find(page(2, texts.edited()))) is False
    assert is_at_hand(there.find(page(2, texts.edited()))) is True
    commit(here, client)
    assert is_at_hand(there.find(page(2, texts.edited()))) is False


def test_a_transaction_that_did_not_go_through_is_staged_again(client: Redis) -> None:
    stories = opened(client)
    stories.add(NOWHERE, page(1, texts.STORY))
    with client.pipeline() as pipe:
        stories.stage(pipe)
    assert client.hlen(keys.STORIES) == 0
    assert stories.find(page(2, texts.edited())) is not None
    commit(stories, client)
    assert opened(client).find(page(2, texts.edited())) is not None


def test_what_is_committed_twice_is_there_once(client: Redis) -> None:
    def content() -> tuple[dict[bytes, object], object]:
        return {name: client.zrange(name, 0, -1) for name in names(client, "zset")}, client.hgetall(keys.STORIES)

    stories = opened(client)
    for record in RECORDS:
        stories.add(NOWHERE, record)
    with client.pipeline() as pipe:
        stories.stage(pipe)
        pipe.execute()
    once = content()
    commit(stories, client, 2)
    assert content() == once
    assert client.hlen(keys.STORIES) == len(RECORDS)


def test_a_story_that_was_lost_is_named(client: Redis) -> None:
    stories = opened(client)
    stories.add(NOWHERE, page(1, texts.STORY))
    commit(stories, client)
    client.delete(keys.STORIES)
    with pytest.raises(
        ClusterError, match=r"lacks story 1; once all workers have ended, delete its keys that begin with slqncy:"
    ):
        opened(client).find(page(2, texts.STORY))


def test_all_is_kept_under_names_of_ours(client: Redis) -> None:
    stories = opened(client)
    stories.add(NOWHERE, page(1, texts.STORY))
    commit(stories, client)
    assert {name.split(b":")[0] for name in names(client)} == {b"slqncy"}


# Filling


def test_a_server_that_lost_everything_is_filled_from_the_lines(client: Redis, tmp_path: Path) -> None:
    list(expected(tmp_path / "archive", RECORDS))
    list(shared(client, RECORDS, 1))
    asked = [page(50, texts.edited()), page(51, texts.OTHER), page(52, texts.REWRITE, texts.REWRITE_TITLE)]
    before = [told(opened(client).find(record)) for record in asked]
    assert all(before)
    client.flushall()
    archive = Archive(tmp_path / "archive")
    assert opened(client).fill("a", archive.stories()) == client.hlen(keys.STORIES) == len(list(archive.stories()))
    assert client.get(keys.STORY_COUNT) == str(client.hlen(keys.STORIES)).encode()
    assert [told(opened(client).find(record)) for record in asked] == before


def test_filling_that_was_cut_short_goes_on(client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short() -> Iterator[Story]:
        yield from RECORDS[:7]
        raise KeyboardInterrupt

    monkeypatch.setattr(fingerprints, "_BATCH", 3)
    with pytest.raises(KeyboardInterrupt):
        opened(client).fill("a", cut_short())
    assert client.hlen(keys.STORIES) == 6
    assert opened(client).fill("a", RECORDS) == len(RECORDS) - 6
    assert opened(client).fill("a", RECORDS) == 0
    assert client.hlen(keys.STORIES) == len(RECORDS)


# The server


def test_a_server_that_is_gone_is_named_without_its_password(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server, server.client() as client:
        stories = SharedStories(
            client, f"redis://:secret@127.0.0.1:{server.port}/0", Thresholds(), Leases(client, "one", LONG)
        )
        server.kill()
        said = rf"at redis://127\.0\.0\.1:{server.port}/0 cannot be reached(?!.*secret)"
        with pytest.raises(ClusterError, match=said):
            stories.find(RECORDS[0])
        with pytest.raises(ClusterError, match=said):
            stories.add(NOWHERE, RECORDS[0])
