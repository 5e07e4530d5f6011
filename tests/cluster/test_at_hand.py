"""Of copies that workers judge at once one is a story: what is about to be archived is known to all of them."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.process import Crawl, said, wait
from slqncy.archive import Archive
from slqncy.archive.layout import parts_of
from slqncy.cluster import keys
from slqncy.cluster.fingerprints import SharedStories
from slqncy.cluster.leases import Leases
from slqncy.dedup import Thresholds
from slqncy.reasons import DuplicateKind
from tests.cluster.test_fingerprints import LONG, NOWHERE, commit, names, opened
from tests.cluster.test_workers import until
from tests.crawling import SEED, Pages, links, story_page
from tests.dedup import texts
from tests.dedup.test_archived import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from redis import Redis

    from slqncy.demo import DemoServer
    from slqncy.demo.site import DemoResponse
    from slqncy.records import Story
    from tests.redis_server import RedisServer

FIRST, SECOND, THIRD = page(1, texts.STORY), page(2, texts.STORY), page(3, texts.edited())


def verdict(stories: SharedStories, story: Story) -> tuple[str, bool] | None:
    """Which story it duplicates, and whether that is only at hand; None for none."""
    found = stories.find(story)
    return (found.id, found.is_at_hand) if found else None


def archive(stories: SharedStories, client: Redis, story: Story) -> None:
    stories.add(NOWHERE, story)
    commit(stories, client)


def expire(client: Redis, worker: str) -> None:
    """As if the worker had given no sign of life for too long."""
    client.delete(keys.lease(f"worker {worker}"))


def test_who_asks_later_waits_until_the_earlier_is_a_story(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    assert verdict(one, FIRST) is None
    assert verdict(other, SECOND) == (FIRST.id, True)
    # Not the other way round: or both would wait for ever.
    assert verdict(one, FIRST) is None
    one.add(NOWHERE, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, True)
    commit(other, client)
    assert verdict(other, SECOND) == (FIRST.id, True)
    commit(one, client)
    assert verdict(other, SECOND) == (FIRST.id, False)


def test_all_copies_wait_for_the_first_of_them(client: Redis) -> None:
    workers = [opened(client, name) for name in ("one", "two", "three")]
    asked = dict(zip(workers, (FIRST, SECOND, page(3, texts.STORY)), strict=True))
    assert [verdict(*one) for one in asked.items()] == [None, (FIRST.id, True), (FIRST.id, True)]
    archive(workers[0], client, FIRST)
    assert [verdict(*one) for one in list(asked.items())[1:]] == [(FIRST.id, False)] * 2


def test_one_worker_waits_for_itself_as_for_another(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    verdict(one, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, True)
    assert verdict(other, page(4, texts.STORY)) == (FIRST.id, True)
    one.settle()
    commit(one, client)
    assert verdict(other, page(4, texts.STORY)) == (SECOND.id, True)
    assert verdict(other, SECOND) is None
    other.add(NOWHERE, SECOND)
    assert verdict(other, page(4, texts.STORY)) == (SECOND.id, False)


def test_nothing_is_a_copy_of_what_came_to_be_no_story(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    verdict(one, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, True)
    verdict(one, page(9, texts.OTHER))
    assert verdict(other, SECOND) == (FIRST.id, True)
    commit(one, client)
    assert verdict(other, SECOND) is None


def test_a_transaction_between_verdict_and_line_takes_nothing_away(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    verdict(one, FIRST)
    with client.pipeline() as pipe:
        one.stage(pipe)
        pipe.execute()
    one.committed()
    assert verdict(other, SECOND) == (FIRST.id, True)
    archive(one, client, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, False)


def test_a_new_version_is_at_hand_too(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    one.add(NOWHERE, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, True)


@pytest.mark.parametrize("end", [expire, opened])
def test_what_a_dead_worker_had_at_hand_nobody_minds(client: Redis, end: Callable[[Redis, str], object]) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    verdict(one, FIRST)
    one.add(NOWHERE, FIRST)
    assert verdict(other, SECOND) == (FIRST.id, True)
    end(client, "one")
    assert verdict(other, SECOND) is None
    archive(other, client, SECOND)
    assert client.exists(keys.AT_HAND, keys.AT_HAND_POSTINGS) == 0


def test_what_dead_workers_had_at_hand_is_cleared_away(client: Redis) -> None:
    one, other = opened(client, "one"), opened(client, "other")
    verdict(one, FIRST)
    verdict(one, page(9, texts.OTHER))
    verdict(other, SECOND)
    other.clear_away()
    assert client.hlen(keys.AT_HAND) == 3
    expire(client, "one")
    other.clear_away()
    assert client.hlen(keys.AT_HAND) == 1
    expire(client, "other")
    opened(client, "third").clear_away()
    assert client.exists(keys.AT_HAND, keys.AT_HAND_POSTINGS) == 0


def test_what_is_given_up_nobody_waits_for(client: Redis) -> None:
    one, two, three = (opened(client, name) for name in ("one", "two", "three"))
    verdict(one, FIRST)
    assert verdict(two, THIRD) == (FIRST.id, True)
    assert verdict(three, page(4, texts.edited())) == (THIRD.id, True)
    two.give_up("another")
    assert verdict(three, page(4, texts.edited())) == (THIRD.id, True)
    two.give_up(THIRD.site)
    assert verdict(three, page(4, texts.edited())) == (FIRST.id, True)


def test_what_is_sent_twice_is_at_hand_once(client: Redis) -> None:
    leases = Leases(client, "one", LONG)
    one, again = (SharedStories(client, "redis://127.0.0.1", Thresholds(), leases) for _ in range(2))
    verdict(one, FIRST)
    there = {name: client.hgetall(name) for name in (keys.AT_HAND, keys.AT_HAND_POSTINGS)}
    assert verdict(again, FIRST) is None
    assert {name: client.hgetall(name) for name in there} == there


def test_nothing_is_left_behind(client: Redis) -> None:
    one = opened(client, "one")
    for story in (FIRST, SECOND, THIRD, page(9, texts.OTHER)):
        if one.find(story) is None:
            one.add(NOWHERE, story)
    commit(one, client, 2)
    assert client.hlen(keys.STORIES) == 2
    assert not any(name.startswith(keys.AT_HAND.encode()) for name in names(client))


@dataclass
class Held(Pages):
    """A site whose story comes when that of another is asked for too."""

    both: Barrier | None = None

    def respond(self, target: str) -> DemoResponse:
        """The page, when it may go."""
        if self.both and "/szxw/1" in target:
            self.both.wait(60)
        return super().respond(target)


def write_profile(folder: Path, name: str, site: DemoServer) -> None:
    (folder / f"{name}.toml").write_text(
        f'name = "{name}"\nextends = "slqncy"\n\n[urls]\nhosts = ["www.{name}.example"]\nsections = ["szxw"]\n'
        f'base_url = "{site.base_url}"\n',
        encoding="utf-8",
    )


def test_copies_on_two_sites_that_two_workers_read_at_once(
    serve_pages: Callable[[Pages], DemoServer], redis: RedisServer, tmp_path: Path
) -> None:
    both, profiles = Barrier(2), tmp_path / "sites"
    profiles.mkdir()
    for name, number in (("here", 1001), ("there", 1002)):
        story = f"/szxw/{number}.html"
        site = serve_pages(Held({"/": links("/szxw/"), "/szxw/": links(story), story: story_page(1, SEED)}, both))
        write_profile(profiles, name, site)
    job = Crawl(profiles, tmp_path / "archive", 0, redis.url, at_once=1)
    lives = [job.start("one"), job.start("other")]
    wait(lives, 60)
    assert [life.status for life in lives] == [0, 0], [said(life) for life in lives]
    archive = Archive(job.archive)
    (original,), (copy,) = archive.stories(), archive.duplicates()
    assert (copy.duplicate_of, copy.duplicate_kind) == (original.id, DuplicateKind.SAME_TEXT)
    assert {original.id, copy.id} == {"here/szxw/1001", "there/szxw/1002"}
    parts = [Archive(part) for part in parts_of(job.archive)]
    assert [len([*part.stories(), *part.duplicates()]) for part in parts] == [1, 1]


def test_a_worker_that_is_told_to_stop_ends_its_waits(
    serve_pages: Callable[[Pages], DemoServer], redis: RedisServer, tmp_path: Path
) -> None:
    story, profiles = "/szxw/1001.html", tmp_path / "sites"
    site = serve_pages(Pages({"/": links("/szxw/"), "/szxw/": links(story), story: story_page(1, SEED)}))
    profiles.mkdir()
    write_profile(profiles, "here", site)
    job = Crawl(profiles, tmp_path / "archive", 0, redis.url)
    with redis.client() as client:
        verdict(opened(client, "other"), page(1, SEED))
        life = job.start("one")
        until(lambda: client.hlen(keys.AT_HAND) == 2, life)
        life.end(signal.SIGTERM)
        assert (life.status, client.hlen(keys.AT_HAND)) == (75, 1), said(life)
        assert list(Archive(job.archive).stories()) == []
        expire(client, "other")
        again = job.start("one")
        wait([again], 60)
    assert again.status == 0, said(again)
    assert [line.id for line in Archive(job.archive).stories()] == ["here/szxw/1001"]
    assert sum(request.path == story for request in site.requests) == 2
