"""Who may ask a host, by a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.exceptions import WatchError

from slqncy.archive.errors import ClusterError
from slqncy.cluster import keys
from slqncy.cluster.leases import Leases

if TYPE_CHECKING:
    from redis import Redis

HOST, LONG, PAUSE = "127.0.0.1:8080", 60, 1.5


def expire(client: Redis, host: str) -> None:
    """As if the worker had given no sign of life for too long."""
    client.delete(keys.lease(host))


def test_a_host_is_one_workers(client: Redis) -> None:
    one, other = Leases(client, "one", LONG), Leases(client, "other", LONG)
    assert one.claim(HOST, PAUSE) == 0
    assert other.claim(HOST, PAUSE) is None
    assert (one.held, other.held) == ({HOST}, set())


def test_one_that_was_given_back_is_left_alone_for_what_is_left_of_the_pause(client: Redis) -> None:
    one, other = Leases(client, "one", LONG), Leases(client, "other", LONG)
    one.claim(HOST, PAUSE)
    one.release(HOST, rest=30)
    rest = other.claim(HOST, PAUSE)
    assert rest is not None
    assert 20 < rest <= 30


@pytest.mark.parametrize(("told", "rest"), [(0.5, PAUSE), (30.0, 30.0)])
def test_one_whose_worker_died_is_left_alone_for_a_whole_pause(client: Redis, told: float, rest: float) -> None:
    dead, heir = Leases(client, "dead", LONG), Leases(client, "heir", LONG)
    dead.claim(HOST, PAUSE)
    with client.pipeline() as pipe:
        dead.stage_pace(HOST, told, pipe)
        pipe.execute()
    expire(client, HOST)
    assert heir.claim(HOST, PAUSE) == rest


def test_a_worker_that_begins_anew_has_its_own_hosts_at_once(client: Redis) -> None:
    Leases(client, "one", LONG).claim(HOST, PAUSE)
    assert Leases(client, "on", LONG).claim(HOST, PAUSE) is None
    assert Leases(client, "one", LONG).claim(HOST, PAUSE) == PAUSE


def test_what_ran_out_cannot_be_renewed(client: Redis) -> None:
    one = Leases(client, "one", 0)
    client.set(keys.lease(HOST), "other")
    one.held.add(HOST)
    with pytest.raises(ClusterError, match="CLUSTER_LEASE"):
        one.renew()


def test_a_transaction_is_refused_whose_lease_is_another_workers(client: Redis) -> None:
    one, other = Leases(client, "one", LONG), Leases(client, "other", LONG)
    one.claim(HOST, PAUSE)
    expire(client, HOST)
    other.claim(HOST, PAUSE)
    with client.pipeline() as pipe, pytest.raises(ClusterError, match="another worker"):
        one.guard(pipe)


def test_a_transaction_fails_whose_lease_is_lost_before_its_end(client: Redis) -> None:
    one = Leases(client, "one", LONG)
    one.claim(HOST, PAUSE)
    with client.pipeline() as pipe:
        one.guard(pipe)
        pipe.multi()
        pipe.set("slqncy:written", 1)
        expire(client, HOST)
        with pytest.raises(WatchError):
            pipe.execute()
    assert client.get("slqncy:written") is None


def test_nobody_gives_back_what_is_anothers(client: Redis) -> None:
    one, other = Leases(client, "one", LONG), Leases(client, "other", LONG)
    one.claim(HOST, PAUSE)
    expire(client, HOST)
    other.claim(HOST, PAUSE)
    one.release(HOST, rest=0)
    assert one.claim(HOST, PAUSE) is None
