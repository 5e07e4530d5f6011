"""Many small news sites, and what an archive of all of them must hold.

Each is a demo site of its own, with the faults of one: pages that are gone, empty or forbidden, a banner that counts
wrong, stories that no list shows. Texts are shared, within a site and across: the demo site's one real story is on
all of them, each site has stories of its neighbour, whole or without a paragraph, and some events are told in
two wordings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.cluster.rewrites import told_twice
from slqncy.demo.expected import expect
from slqncy.demo.links import BARE, WWW
from slqncy.demo.plan import SECTIONS, Entry, Kind, plan_site
from slqncy.demo.seed import SEED_NUMBER
from slqncy.demo.site import DemoSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slqncy.demo import DemoResponse
    from slqncy.demo.expected import Outcome, Reason

_TAKEN = 2
"""Stories that a site takes from its neighbour, the first whole."""
_EVENTS = 4
"""Events told twice, each second one by two sites. Four stories are compared with a new one: of more bulletins in one
wording none would be left for the story in the other."""


@dataclass(frozen=True, slots=True)
class Address:
    """One story address, and what must become of it."""

    id: str
    """As the archive names it, SITE/SECTION/NUMBER."""
    url: str
    outcome: Outcome
    """That of a copy is "duplicate"; where texts are shared, any one of them is the story, and the others are not."""
    reason: Reason
    title: str
    text: str
    group: str
    """The same for all addresses with the text, or most of it; "" where there is no other."""


@dataclass(frozen=True)
class FleetSite:
    """One site under host names of its own."""

    name: str
    demo: DemoSite

    @property
    def host(self) -> str:
        """The canonical host name, which nobody resolves: a profile says where the site is served."""
        return f"www.{self.name}.example"

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Request targets of all that a crawl may read: list pages, stories, the sitemap, robots.txt."""
        return tuple(path for path in self.demo.paths if not path.startswith(("/static/", "/upload/")))

    def respond(self, target: str) -> DemoResponse:
        """The answer to GET, with the site's own names in it."""
        page = self.demo.respond(target)
        return replace(page, body=_renamed(page.body, self.host))

    def profile(self, base_url: str) -> str:
        """The profile, as TOML."""
        sections = ", ".join(f'"{section}"' for section in SECTIONS)
        return (
            f'name = "{self.name}"\nextends = "slqncy"\n\n[urls]\nhosts = ["{self.host}"]\nsections = [{sections}]\n'
            f'base_url = "{base_url}"\n'
        )


@dataclass(frozen=True)
class Fleet:
    """All sites, and the truth about them."""

    sites: tuple[FleetSite, ...]
    addresses: tuple[Address, ...]
    """Every story address of every site."""
    rewrites: frozenset[frozenset[str]]
    """Pairs of ids of stories that tell the same event in two wordings."""

    @cached_property
    def pages(self) -> int:
        """Addresses that a crawl may read, all sites together."""
        return sum(len(site.paths) for site in self.sites)


def build_fleet(sites: int, stories: int, seed: int = 1) -> Fleet:
    """So many sites of so many distinct stories each, and shared ones; the same arguments give the same.

    Raises ValueError for fewer than 20 stories, or fewer than two sites.
    """
    if sites < 2:  # noqa: PLR2004
        raise ValueError(f"{sites} sites share nothing; there must be two at least")
    plans = [_Plan(plan_site(stories, seed * 1000 + number), number) for number in range(sites)]
    rewrites = []
    for number, plan in enumerate(plans):
        neighbour = plans[(number + 1) % sites]
        for part, taken in enumerate(neighbour.unshared()[:_TAKEN]):
            group = f"taken {number}.{part}"
            neighbour.groups[taken.number] = group
            plan.add(_copy(taken, whole=part == 0), group)
    for event in range(_EVENTS):
        here = event * sites // _EVENTS
        plan, other = plans[here], plans[(here + event % 2) % sites]
        first, second = told_twice(f"{seed} {event}")
        stories_told = plan.add(Entry(first, "szxw", Kind.STORY)), other.add(Entry(second, "bdxw", Kind.STORY))
        rewrites.append(frozenset((plan.id_of(stories_told[0]), other.id_of(stories_told[1]))))
    return Fleet(
        tuple(plan.site() for plan in plans),
        tuple(address for plan in plans for address in plan.addresses()),
        frozenset(rewrites),
    )


class _Plan:
    """A site in the making."""

    def __init__(self, entries: list[Entry], number: int) -> None:
        self.number = number
        self.entries = entries
        self.groups = {entry.number: f"twin {number}.{entry.twin}" for entry in entries if entry.twin >= 0}
        self.groups[SEED_NUMBER] = "seed"
        self._name = f"site{number:02}"

    def unshared(self) -> list[Entry]:
        """Stories that no other address has."""
        return [entry for entry in self.entries if entry.kind is Kind.STORY and entry.number not in self.groups]

    def add(self, entry: Entry, group: str = "") -> Entry:
        """Put a story on the site, behind all others."""
        numbered = replace(entry, number=max(other.number for other in self.entries) + 1)
        self.entries.append(numbered)
        self.groups[numbered.number] = group
        return numbered

    def id_of(self, entry: Entry) -> str:
        """As the archive names it."""
        return f"{self._name}/{entry.section}/{entry.number}"

    def site(self) -> FleetSite:
        """The site with all its stories."""
        return FleetSite(self._name, DemoSite(tuple(self.entries), expect(self.entries)))

    def addresses(self) -> Iterator[Address]:
        """What must become of each story."""
        site = self.site()
        for entry, line in zip(self.entries, site.demo.expected, strict=True):
            yield Address(
                id=self.id_of(entry), url=line.url.replace(WWW, f"http://{site.host}"),
                outcome=line.outcome, reason=line.reason, title=line.title, text=line.text,
                group=self.groups.get(entry.number, ""),
            )  # fmt: skip


def _copy(entry: Entry, *, whole: bool) -> Entry:
    """The story as another site has it, a day later."""
    story = replace(entry.story, published=entry.story.published + timedelta(days=1))
    if not whole:
        first, *others = story.paragraphs
        left = others[1:] if len(others) > 2 else others  # noqa: PLR2004
        story = replace(story, paragraphs=(first, *left), title_lines=())
    return replace(entry, story=story)


def _renamed(body: bytes, host: str) -> bytes:
    """A page of the demo site with a host name of its own; both names of that are ASCII in every encoding of its."""
    return body.replace(WWW.encode(), f"http://{host}".encode()).replace(BARE.encode(), f"http://{host}".encode())
