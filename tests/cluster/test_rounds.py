"""Rounds, by a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slqncy.cluster import keys
from slqncy.cluster.leases import LeaseLostError, Leases
from slqncy.cluster.rounds import Rounds

if TYPE_CHECKING:
    from redis import Redis

LONG = 60.0


def test_who_comes_while_one_is_open_joins_it(client: Redis) -> None:
    one, other = Rounds(client, "one", LONG), Rounds(client, "other", LONG)
    assert one.join(["a", "b"]) == other.join(["b", "c"]) == 1
    assert one.open() == {"a", "b", "c"}
    assert one.count_open() == 3


def test_what_it_has_dealt_with_is_not_opened_again(client: Redis) -> None:
    rounds = Rounds(client, "one", LONG)
    rounds.join(["a", "b"])
    rounds.end("a", Leases(client, "one", LONG))
    assert rounds.join(["a", "b"]) == 1
    assert rounds.open() == {"b"}


def test_the_next_one_begins_when_all_is_dealt_with(client: Redis) -> None:
    rounds = Rounds(client, "one", LONG)
    rounds.join(["a"])
    rounds.end("a", Leases(client, "one", LONG))
    assert rounds.join(["a"]) == 2
    assert rounds.open() == {"a"}


def test_what_was_to_be_asked_for_ends_with_it(client: Redis) -> None:
    rounds = Rounds(client, "one", LONG)
    rounds.join(["a", "b"])
    for site in ("a", "b"):
        client.lpush(keys.requests(site), "request")
        client.sadd(keys.seen(site), "fingerprint")
    rounds.end("a", Leases(client, "one", LONG))
    assert sorted(client.keys("slqncy:requests:*")) == [b"slqncy:requests:b", b"slqncy:requests:b:seen"]


def test_who_has_lost_a_site_does_not_end_it(client: Redis) -> None:
    rounds, leases = Rounds(client, "one", LONG), Leases(client, "one", LONG)
    rounds.join(["a"])
    leases.claim("a.example", 0)
    client.delete(keys.lease("a.example"))  # it ran out
    assert Leases(client, "other", LONG).claim("a.example", 0) is not None
    client.lpush(keys.requests("a"), "request")
    with pytest.raises(LeaseLostError):
        rounds.end("a", leases)
    assert rounds.open() == {"a"}
    assert client.llen(keys.requests("a")) == 1


def test_workers_count_while_they_give_signs_of_life(client: Redis) -> None:
    one, other = Rounds(client, "one", LONG), Rounds(client, "other", LONG)
    assert (one.beat(), other.beat()) == (1, 2)
    client.zadd(keys.WORKERS, {"one": 1})  # long ago
    assert other.beat() == 1
    one.beat()
    one.leave()
    assert other.beat() == 1
