"""Which earlier pages each page shares a key with: the one thing that shards must tell each other.

A posting says that a page has a key. Of all postings of a key, in the order of the pages, it can be told which earlier
pages those have that ask: the pairs are what the sequential index would have found, were it only for pages that are
always added to it. A page has a number, larger for later ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from slqncy.dedup.run import MOST_POSTINGS, Found

if TYPE_CHECKING:
    from slqncy.dedup.grams import Hashes
    from slqncy.jobs.tables import Numbers, Table

MEMBER, ASKS = 1, 2
"""Roles of a page, bit by bit: later pages are judged against it, and it is judged against those before it."""
POSTINGS = ("key", "page", "role")
PAIRS = ("page", "key", "member")
"""A page that asks, a key of it, and an earlier page that has it too, or the page itself where these are too many."""


def postings_of(page: int, role: int, keys: Hashes) -> Table:
    """The postings of a page with these `short` keys."""
    return {"key": keys, "page": np.full_like(keys, page), "role": np.full_like(keys, role)}


def pairs_of(postings: Table) -> Table:
    """All pairs, of postings that are ascending by key and page, and of each key all or none."""
    keys, pages = postings["key"], postings["page"]
    if not len(keys):
        return dict.fromkeys(PAIRS, keys)
    is_member, asks = (postings["role"] & np.uint64(role) != 0 for role in (MEMBER, ASKS))
    members = pages[is_member]
    before = np.cumsum(is_member) - is_member
    """How many members there are before each posting, of any key."""
    begins = np.concatenate(([True], keys[1:] != keys[:-1]))
    first = before[begins][np.cumsum(begins) - 1]
    """The same before the first posting of the same key."""
    counts = before - first
    is_full = asks & (counts > MOST_POSTINGS)
    finds = asks & (counts > 0) & ~is_full
    times = counts[finds]
    # For each that asks the members from `first` on, as many as there are before it.
    places = np.arange(times.sum()) + np.repeat(first[finds] - (np.cumsum(times) - times), times)
    return {
        "page": np.concatenate((np.repeat(pages[finds], times), pages[is_full])),
        "key": np.concatenate((np.repeat(keys[finds], times), keys[is_full])),
        "member": np.concatenate((members[places], pages[is_full])),
    }


def found_of(pairs: Table, page: int, asked: Hashes) -> Found:
    """What the pairs of a page, ascending, have of the `short` keys that it asks for, as a table in memory tells it."""
    too_many = pairs["member"] == np.uint64(page)
    times = np.where(too_many, MOST_POSTINGS + 1, 1)
    keys: Numbers = np.repeat(pairs["key"], times)
    starts, ends = np.searchsorted(keys, asked, "left"), np.searchsorted(keys, asked, "right")
    return Found(ends - starts, np.repeat(pairs["member"], times).astype(np.int64))
