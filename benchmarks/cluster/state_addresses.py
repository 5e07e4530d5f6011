"""What is known of addresses, in Redis and in PostgreSQL: a site is loaded at once, a few change at each commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from slqncy.archive.ledger import Known
from slqncy.reasons import PageKind, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg
    from redis import Redis

_decode = msgspec.msgpack.Decoder(Known).decode
_FIELDS = ", ".join(Known._fields)


def address(site: int, number: int, last: int) -> Known:
    """A story that was archived; its URL has 53 bytes."""
    url = f"http://www.site{site:04}.example/szxw/2026/{number:010}.html"
    story = f"site{site:04}/szxw/{number}"
    etag = f'"{number:08x}-{last:08x}"'
    return Known(
        id=number, url=url, kind=PageKind.STORY, story=story, state=State.ARCHIVED, reason="", via=1,
        last=last, due=last + 86_400, failures=0, not_before=None, etag=etag, last_modified="", stories=None, hash="",
        confirmed=None, is_complete=False,
    )  # fmt: skip


class Addresses(Protocol):
    """What is known of the addresses of many sites."""

    def put(self, site: int, rows: Sequence[Known]) -> None:
        """In one transaction, new rows or changed ones."""

    def load(self, site: int) -> list[Known]:
        """All of a site."""


class RedisAddresses:
    """A hash a site: URL to the packed row."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def put(self, site: int, rows: Sequence[Known]) -> None:
        with self._client.pipeline() as pipe:
            pipe.hset(f"slqncy:known:{site}", mapping={row.url: msgspec.msgpack.encode(row) for row in rows})
            pipe.execute()

    def load(self, site: int) -> list[Known]:
        return [_decode(packed) for packed in self._client.hvals(f"slqncy:known:{site}")]


class PostgresAddresses:
    """A table with a column a field."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute(
            """
            CREATE TABLE known (
                site integer, id integer, url text, kind text, story text, state text, reason text, via integer,
                last bigint, due bigint, failures integer, not_before bigint, etag text, last_modified text,
                stories integer, hash text, confirmed integer, is_complete boolean, PRIMARY KEY (site, url)
            )
            """
        )
        changed = ", ".join(f"{name} = excluded.{name}" for name in Known._fields if name != "url")
        values = ", ".join(["%s"] * (len(Known._fields) + 1))
        self._put = f"INSERT INTO known VALUES ({values}) ON CONFLICT (site, url) DO UPDATE SET {changed}"  # noqa: S608

    def put(self, site: int, rows: Sequence[Known]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            # psycopg sends them in one go, without waiting for each.
            cursor.executemany(self._put, [(site, *row) for row in rows])

    def load(self, site: int) -> list[Known]:
        found = self._connection.execute(f"SELECT {_FIELDS} FROM known WHERE site = %s", (site,))  # noqa: S608
        return [Known(*row) for row in found]
