"""The sites that clusters are tried on: the truth about them is the truth, and what goes wrong would be seen."""

from __future__ import annotations

from http.client import HTTPConnection
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest

from benchmarks.cluster.audit import Manners, audit, manners
from benchmarks.cluster.fleet import Fleet, build_fleet
from benchmarks.cluster.server import Shape, Visit, served
from slqncy.archive.layout import LEDGER
from slqncy.dedup import Deduplicator, compared
from slqncy.demo.links import BARE, WWW
from slqncy.reasons import DuplicateKind
from tests.crawling import crawl

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = Shape(3, 20)
MS = 1_000_000


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(*SHAPE)


def test_fleet_is_the_same_each_time(fleet: Fleet) -> None:
    other = build_fleet(*SHAPE)
    assert other.addresses == fleet.addresses
    assert [site.respond(path) for site in fleet.sites for path in site.paths] == [
        site.respond(path) for site in other.sites for path in site.paths
    ]
    assert build_fleet(3, 20, seed=2).addresses != fleet.addresses


def test_sites_have_names_of_their_own(fleet: Fleet) -> None:
    pages = [site.respond(path).body for site in fleet.sites for path in site.paths]
    assert not [page for page in pages if WWW.encode() in page or BARE.encode() in page]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_a_copy_does_not_hang_on_the_order(fleet: Fleet, tmp_path: Path, seed: int) -> None:
    published = {
        f"{site.name}/{entry.section}/{entry.number}": f"{entry.story.published:%Y-%m-%d}"
        for site in fleet.sites
        for entry in site.demo.entries
    }
    addresses = [address for address in fleet.addresses if address.text]
    Random(seed).shuffle(addresses)
    texts = [compared(address.title, address.text, published[address.id]) for address in addresses]
    stories = Deduplicator(tmp_path, texts.__getitem__)
    seen, told = set(), set()
    for number, (address, text) in enumerate(zip(addresses, texts, strict=True)):
        match = stories.find(text)
        is_copy = match is not None and match.verdict.kind is not DuplicateKind.REWRITE
        assert is_copy == (address.group in seen), address
        if not is_copy:
            stories.add(number, text)
            seen |= {address.group} - {""}
        if match and not is_copy:
            told.add(frozenset((address.id, addresses[match.number].id)))
    assert told == fleet.rewrites


def test_server_tells_when_it_was_asked(tmp_path: Path, fleet: Fleet) -> None:
    site = fleet.sites[0]
    with served(SHAPE, tmp_path / "log") as server:
        assert len(set(server.base_urls.values())) == SHAPE.sites
        connection = HTTPConnection(server.base_urls[site.name].removeprefix("http://"))

        def get(target: str, **headers: str) -> tuple[int, bytes, str]:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get("ETag", "")

        busy = min(entry.path for entry in site.demo.entries)
        status, body, tag = get("/")
        assert (status, body) == (200, site.respond("/").body)
        assert get("/", **{"If-None-Match": tag})[0] == 304
        assert [get(busy)[0] for _ in range(2)] == [503, 200]
        assert get("/nothing.html")[0] == 404
        connection.close()
        visits = server.visits()
    assert [(visit.site, visit.status, visit.target) for visit in visits[:3]] == [
        (site.name, 200, "/"), (site.name, 304, "/"), (site.name, 503, busy),
    ]  # fmt: skip
    assert all(before.begin <= before.end <= after.begin for before, after in pairwise(visits))


def test_manners_are_of_each_site_and_all_workers() -> None:
    visits = [
        Visit("a", 0 * MS, 10 * MS, 200, "/1"), Visit("b", 11 * MS, 12 * MS, 200, "/1"),
        Visit("a", 40 * MS, 60 * MS, 503, "/2"), Visit("b", 14 * MS, 20 * MS, 200, "/1"),
        Visit("a", 100 * MS, 101 * MS, 200, "/2"),
    ]  # fmt: skip
    assert manners(visits) == Manners(requests=5, seconds=0.101, least_gap=0.002, in_flight=1, again=1)
    assert manners([*visits, Visit("a", 50 * MS, 55 * MS, 304, "/1")]).in_flight == 2


def test_audit_sees_what_is_wrong(fleet: Fleet, tmp_path: Path) -> None:
    site, archive = fleet.sites[0], tmp_path / "archive"
    (tmp_path / "site.toml").write_text(site.profile("http://127.0.0.1:9"), encoding="utf-8")
    with served(SHAPE, tmp_path / "log") as server:
        done = crawl(archive, server.base_urls[site.name], f"site={tmp_path / 'site.toml'}")
        assert done.status == 0, done.errors
    alone = Fleet(
        (site,),
        tuple(address for address in fleet.addresses if address.id.startswith(f"{site.name}/")),
        fleet.rewrites,
    )
    good = audit(archive, alone)
    assert (good.bad, good.unseen, good.rewrites) == (0, [], 1), good
    assert good.stories + good.duplicates + good.rejected == len(alone.addresses) - 1, "robots.txt forbids one"
    others = audit(archive, Fleet(fleet.sites[1:], tuple(set(fleet.addresses) - set(alone.addresses)), frozenset()))
    assert len(others.foreign) == len(alone.addresses) - 1
    assert len(others.lost) == len(fleet.addresses) - len(alone.addresses) - 2
    (path,) = (archive / "stories").iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[0]]))
    (archive / LEDGER).unlink()
    bad = audit(archive, alone)
    assert len(bad.twice) == 1
    path.write_bytes(b"".join(lines[1:]))
    assert len(audit(archive, alone).lost) == 1
    path.write_bytes(b"".join([*lines[1:], lines[0].replace("东渚".encode(), "西渚".encode())]))
    assert len(audit(archive, alone).wrong) == 1
