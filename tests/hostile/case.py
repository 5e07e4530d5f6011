"""A hostile case: what is served, and what is to become of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.hostile.say import html
from tests.hostile.texts import plain_page
from tests.raw_server import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.certificates import Certificate
    from tests.hostile.outcomes import Outcome

FRONT = "/szxw/"
"""Where the list is that every case stands in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page of a case."""

    number: int
    """Of the case's story; it is part of every target that belongs to the case."""
    target: str
    times: int
    """How often it was asked for before."""
    base_url: str
    elsewhere: str
    """host:port of a server that nobody should ever ask."""

    @property
    def path(self) -> str:
        """Of the case's story."""
        return story_path(self.number)

    @property
    def page(self) -> bytes:
        """The case's story, as it would be without the case."""
        return plain_page(self.number).encode()


Answer = Callable[[Asked], Iterable[Step]]


def story_path(number: int) -> str:
    """Path of a story."""
    return f"{FRONT}{number}.html"


def _well(asked: Asked) -> Iterable[Step]:
    return (html(asked.page),)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One variant of one case."""

    number: int
    """In the list of 68; several variants share one."""
    name: str
    expected: tuple[Outcome, ...]
    """What it may end as."""
    answer: Answer = _well
    """To a request for its story."""
    links: tuple[str, ...] = ("{path}",)
    """What the list shows of it; {path}, {number}, {base_url} and {elsewhere} are filled in."""
    pages: Mapping[str, Answer] = field(default_factory=dict)
    """Further pages, by regular expression of the target; {number} is filled in."""
    subject: str = "{path}"
    """Target of the page whose outcome is looked at."""
    robots: Answer | None = None
    sitemap: str = ""
    """Target of a sitemap that robots.txt is to name."""
    certificate: Certificate | None = None
    """Where the site is served over TLS, what it shows."""
    host: str = ""
    """Where the site is asked for under its own name, that name."""
    runs: int = 1
    ends_connection: bool = False
    """Whether the connection must not be used again behind its answer."""

    def __str__(self) -> str:
        """For people."""
        return f"{self.number} {self.name}"

    @property
    def is_site(self) -> bool:
        """Whether it takes a site of its own."""
        return bool(self.robots or self.certificate or self.host) or self.runs > 1
