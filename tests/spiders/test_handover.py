"""What a worker leaves to the next one."""

from __future__ import annotations

from slqncy.spiders.frontier import Listing, Numbers
from slqncy.spiders.handover import pack, unpack


def test_readings_are_the_same_afterwards() -> None:
    shown = Numbers()
    for number in (1, 8, 1000):
        shown.add(number)
    listing = Listing(
        "http://www.slqncy.com/szxw/", 5, is_complete=True, confirmed=7, opened=9, pages=3, unread=2, has_gaps=True,
        shown=shown,
    )  # fmt: skip
    left = unpack(pack({"http://www.slqncy.com/", listing.front}, [listing]))
    assert left.pages == ["http://www.slqncy.com/", listing.front]
    (other,) = left.listings
    assert [number for number in range(1100) if number in other.shown] == [1, 8, 1000]
    other.shown = shown
    assert other == listing
