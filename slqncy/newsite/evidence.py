"""What the pages of a site say of its names, of their encoding, and of what a profile does not cover."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.extract.decode import claimed_charsets, codec_of
from slqncy.newsite.stranger import is_host_name
from slqncy.sites import site_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from slqncy.newsite.grammar import Family, StoryRule
    from slqncy.newsite.sample import Sample
    from slqncy.sites import Site

_SUFFIXES = frozenset({"com", "net", "org", "gov", "edu", "ac", "cn", "hk", "tw", "mo", "info", "cc", "tv", "top"})
_MOST = 3
"""Remarks of a kind."""


@dataclass(frozen=True, slots=True)
class Fit:
    """On how many pages something holds."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right} of {self.of}"


def site_name(host: str) -> str:
    """A name for the profile of a host, that no profile of the package has."""
    labels = host.removeprefix("www.").split(".")
    stop = _own_labels(labels)
    short, long = ("_".join(part) for part in (labels[:stop], labels))
    name = re.sub(r"[^a-z0-9_-]", "", long if short in site_names() else short)
    return name if name[:1].isalpha() else f"site{name}"


def _own_labels(labels: Sequence[str]) -> int:
    """How many of the labels of a host stand before what many sites end with, .com.cn."""
    stop = len(labels)
    while stop > 1 and labels[stop - 1] in _SUFFIXES:
        stop -= 1
    return stop


def _are_kin(host: str, other: str) -> bool:
    """Whether two hosts are of one domain: news.example.com.cn and www.example.com.cn."""
    one, another = (labels[_own_labels(labels) - 1 :] for labels in (host.split("."), other.split(".")))
    return one == another


def own_names(stories: Sequence[Sample]) -> Counter[str]:
    """The hosts of the addresses that stories give themselves, and how many stories do."""
    return Counter(host for sample in stories for host in dict.fromkeys(_own_hosts(sample)))


def hosts_of(samples: Sequence[Sample], stories: Sequence[Sample], site: Site) -> dict[str, str]:
    """The host names of the site, the canonical one first, each with its evidence.

    Those of another domain are not among them, whatever pages say: a crawl would ask for them, who were not named.
    """
    asked, *twins = site.hosts
    called = [(host, count) for host, count in own_names(stories).most_common() if _are_kin(host, asked)]
    hosts = {host: f"{count} of {len(stories)} stories call themselves so" for host, count in called}
    first = next((host for host, count in called[:1] if 2 * count >= len(stories)), asked)
    hosts.setdefault(asked, "as it was asked")
    for twin in twins:
        if linking := sum(twin in sample.hosts for sample in samples):
            hosts.setdefault(twin, f"{linking} of {len(samples)} pages link it")
    return {first: hosts[first]} | hosts


def encodings_of(samples: Sequence[Sample]) -> list[str]:
    """What pages are encoded in, and what they say, in sentences."""
    found = Counter(
        (sample.page.encoding, tuple(name.lower() for name in claimed_charsets(sample.body, sample.content_type)))
        for sample in samples
    )
    return [_encoding(encoding, claims, Fit(count, len(samples))) for (encoding, claims), count in found.most_common()]


def remarks(samples: Sequence[Sample], found: Sequence[Family], rule: StoryRule, hosts: Collection[str]) -> list[str]:
    """What the rule does not cover, in sentences."""
    stories = {sample.path: sample for sample in samples if sample.is_story}
    accepted = [sample for path, sample in stories.items() if rule.accepts(path)]
    return [
        *_other_stories(found, stories, rule),
        *_other_names(accepted, hosts),
        *_other_hosts(samples, hosts),
        *_forbidden(accepted),
    ]


def _encoding(encoding: str, claims: tuple[str, ...], pages: Fit) -> str:
    if not claims:
        return f"{pages} pages are in {encoding}, and do not say so"
    wrong = [name for name in dict.fromkeys(claims) if codec_of(name).replace("_", "-") != encoding]
    said = " and ".join(dict.fromkeys(claims))
    return f"{pages} pages are in {encoding}, and say {said}" + (", which is wrong" if wrong else "")


def _own_hosts(sample: Sample) -> Iterator[str]:
    """The hosts of the addresses that a page gives itself; what it gives may be another page's."""
    for address in (sample.told.canonical_link, sample.told.trailer_address):
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        host = parts.hostname or ""
        if parts.path == sample.path and is_host_name(host):
            yield host


def _other_stories(found: Sequence[Family], stories: Collection[str], rule: StoryRule) -> list[str]:
    remarks = []
    for family in found:
        missed = [path for path in family.paths if not (rule.accepts(path) or rule.is_part(path))]
        if read := [path for path in missed if path in stories]:
            remarks.append(
                f"{len(missed)} addresses like {read[0]} are stories too, by {len(read)} that were read, "
                "and are not by the rule: a profile has one"
            )
    return remarks[:_MOST]


def _other_names(stories: Sequence[Sample], hosts: Collection[str]) -> list[str]:
    asked = next(iter(hosts))
    called = [(host, count) for host, count in own_names(stories).most_common() if not _are_kin(host, asked)]
    return [
        f"{Fit(count, len(stories))} stories call themselves pages of {host}; if the site is there, name that address"
        for host, count in called[:_MOST]
    ]


def _other_hosts(samples: Sequence[Sample], hosts: Collection[str]) -> list[str]:
    domain = "." + next(iter(hosts)).removeprefix("www.")
    linked = Counter(host for sample in samples for host in sample.hosts.elements() if host.endswith(domain))
    return [
        f"{count} links lead to {host}, which is a site of its own here, with a profile of its own"
        for host, count in linked.most_common(_MOST)
        if host not in hosts
    ]


def _forbidden(stories: Sequence[Sample]) -> list[str]:
    asking = [sample for sample in stories if sample.noarchive]
    share = Fit(len(asking), len(stories))
    return [f"{share} stories say {asking[0].noarchive!r}, and would not be archived"] if asking else []
