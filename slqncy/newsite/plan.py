"""Which pages of a site to read, to know how it is built: a few of each kind."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.extract.links import page_links
from slqncy.extract.pagination import list_pages
from slqncy.newsite.grammar import families, is_front, is_name
from slqncy.newsite.sample import linked_paths

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from slqncy.newsite.sample import Sample
    from slqncy.sites import Address

_FRONTS, _FURTHER = 6, 1
_FAMILIES, _OF_EACH = 3, 3
_OF_BEST = 10


def next_pages(samples: Sequence[Sample], asked: Collection[str], address: Address) -> list[str]:
    """Canonical URLs of the pages to read next, none of which was asked for; none where enough is known.

    First the front pages that the navigation shows and a few pages of each kind of address that may be stories, then
    more of the kind that are, and the second page of a list.
    """
    headed, named = linked_paths(samples, by_length=True), linked_paths(samples, by_length=False)
    stories = {sample.path for sample in samples if sample.is_story}
    others = {sample.path for sample in samples if not sample.is_story}
    read = {urlsplit(url).path for url in asked}
    fronts = [path for path, text in named.items() if is_name(text) and is_front(path)]
    wanted = [path for path in fronts[:_FRONTS] if path not in read]
    found = families(headed, stories, others)
    best = next((family for family in found if family.holds(stories)), None)
    for family in found[:_FAMILIES]:
        most = _OF_BEST if family is best else _OF_EACH
        missing = most - len(read.intersection(family.paths))
        wanted += islice(_spread([path for path in family.paths if path not in read]), max(0, missing))
    home = address.home_url().rstrip("/")
    urls = [f"{home}{path}" for path in dict.fromkeys(wanted)]
    return urls or _further(samples, asked, address)


def _further(samples: Sequence[Sample], asked: Collection[str], address: Address) -> list[str]:
    """The second page of the first list that has one, where no list page was read that is not a front page."""
    for sample in samples:
        if sample.entries and is_front(sample.path):
            further = filter(None, map(address.canonical, list_pages(sample.page, page_links(sample.page))))
            return [url for url in islice(further, _FURTHER) if url not in asked]
    return []


def _spread(paths: list[str]) -> list[str]:
    """The same paths, from all over the list: what is linked in one box may be of one section."""
    step = max(1, len(paths) // _OF_BEST)
    return [path for start in range(step) for path in paths[start::step]]
