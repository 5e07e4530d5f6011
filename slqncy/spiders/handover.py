"""How far the lists of a site are read, for the worker that goes on with it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from slqncy.spiders.frontier import Listing, Numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NAMES = [field.name for field in fields(Listing) if field.name != "shown"]


class Readings(NamedTuple):
    """What a run knows beside what is archived, and queued."""

    pages: list[str]
    """URLs of the pages queued that are no stories."""
    listings: list[Listing]


class _Packed(NamedTuple):
    pages: list[str]
    listings: list[tuple[dict[str, Any], bytes]]


def pack(pages: Collection[str], listings: Iterable[Listing]) -> bytes:
    """As bytes."""
    packed = [({name: getattr(one, name) for name in _NAMES}, bytes(one.shown)) for one in listings]
    return msgspec.msgpack.encode(_Packed(sorted(pages), packed))


def unpack(data: bytes) -> Readings:
    """What was packed."""
    pages, listings = msgspec.msgpack.decode(data, type=_Packed)
    return Readings(pages, [Listing(**values, shown=Numbers(bits)) for values, bits in listings])
