"""Addresses of a site: which URLs are its own, which are stories, and where they are served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

from slqncy.sites.folders import as_name, as_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from slqncy.sites.profile import Site

_DEFAULT_PORT = {"http": 80, "https": 443}
LONGEST = 2000
"""Characters of a URL: browsers and servers take no more for granted, and Scrapy asks for none above 2083."""
_SLASHES = re.compile("/{2,}")
ORIGIN = re.compile(r"https?://[a-z0-9.-]++(?::[1-9][0-9]{0,3}+)?+(?=/|$)")
PLAIN = re.compile(rf"({ORIGIN.pattern})((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*+)*+/?+)(?:\?([A-Za-z0-9._~/=&-]++))?+")
"""URLs that urljoin and w3lib leave as they are, as nearly all links are: origin, path, query."""
_KEPT = 4096
"""Addresses of which is remembered what they name: the same menus and boxes stand on every page."""
NO_SECTION = "-"
"""In ids."""


class StoryAddress(NamedTuple):
    """The address of a story, by the site's URL grammar."""

    section: str
    """"" where the site's addresses name none."""
    story_id: str
    """The site's own number. Where either goes over several folders, it has ~ in place of /."""
    page: int = 1
    """1, or the number of a further page of a long story."""


@dataclass(frozen=True)
class Address:
    """A site and, where `base_url` is given, the place that serves it in its stead (a mirror, a test server).

    A *canonical* URL is the site's own one: canonical scheme and host, no fragment, and for a story no query either.
    Canonical URLs name pages everywhere; `served` turns one into the URL to ask for.
    """

    site: Site
    base_url: str = ""

    def __reduce__(self) -> tuple[type[Address], tuple[Site, str]]:
        """To be pickled without what it remembers."""
        return Address, (self.site, self.base_url)

    def canonical(self, url: str) -> str | None:
        """The canonical form of a URL, or None where it is not on the site, or longer than any address of one."""
        origin = ORIGIN.match(url)
        is_elsewhere = origin is not None and self._prefix_at(origin[0]) is None
        return None if is_elsewhere or len(url) > LONGEST else self._canonical_form(url)

    @cached_property
    def _canonical_form(self) -> Callable[[str], str | None]:
        return lru_cache(_KEPT)(self._make_canonical)

    def _make_canonical(self, url: str) -> str | None:
        try:
            if plain := PLAIN.fullmatch(url):
                origin, path, query = plain.groups("")
                prefix = self._prefix_at(origin)
                assert prefix is not None  # else it was elsewhere
                return self._named(_below(prefix, path), query)
            parts = urlsplit(safe_url_string(url))
            # Escaped letters of a path make no second address. The query stays as it is: servers may mind its order.
            own = self._own_path(urlsplit(canonicalize_url(urlunsplit(parts._replace(query="", fragment="")))))
        except ValueError:
            return None
        return None if own is None else self._named(own, parts.query)

    def _named(self, path: str, query: str) -> str:
        """The canonical URL of a path on the site."""
        path = _SLASHES.sub("/", path) or "/"
        site = self.site
        if match := site.story.fullmatch(path):
            path = site.story_path.format(**match.groupdict())
            return f"{site.scheme}://{site.hosts[0]}{path}"
        if match := site.section.fullmatch(path):
            path = site.section_path.format(**match.groupdict())
        return urlunsplit((site.scheme, site.hosts[0], path, query, ""))

    def served(self, canonical_url: str) -> str:
        """The URL that serves a canonical URL."""
        if not self.base_url:
            return canonical_url
        parts = urlsplit(canonical_url)
        return self.base_url.rstrip("/") + urlunsplit(("", "", parts.path, parts.query, ""))

    def is_served_at(self, url: str) -> bool:
        """Whether a URL is on a host that this address asks, over no less than its scheme, and not too long for one."""
        if len(url) > LONGEST:
            return False
        try:
            parts = urlsplit(url)
            if self.base_url:
                base = urlsplit(self.base_url)
                return (parts.scheme, parts.netloc.lower()) == (base.scheme, base.netloc.lower())
            # What stands before an @ is taken for the host by some programs, Twisted among them.
            is_plain = "@" not in parts.netloc
            is_secure = parts.scheme == "https" or self.site.scheme == "http"
            return is_plain and is_secure and self._own_path(parts) is not None
        except ValueError:
            return False

    def story(self, canonical_url: str) -> StoryAddress | None:
        """What story a canonical URL names, if it names one."""
        return self._story_named(canonical_url)

    @cached_property
    def _story_named(self) -> Callable[[str], StoryAddress | None]:
        return lru_cache(_KEPT)(self._read_story)

    def _read_story(self, canonical_url: str) -> StoryAddress | None:
        path = urlsplit(canonical_url).path
        match = self.site.story.fullmatch(path) or self.site.story_page.fullmatch(path)
        if match is None:
            return None
        groups = match.groupdict()
        section, story_id = as_name(groups.get("section") or ""), as_name(groups["story_id"])
        return StoryAddress(section, story_id, int(groups.get("page", 1)))

    def section(self, canonical_url: str) -> str | None:
        """The section whose front page a canonical URL is, if it is one."""
        parts = urlsplit(canonical_url)
        match = self.site.section.fullmatch(parts.path)
        # With a query it is another page of the section's list, which counts as part of that list.
        return as_name(match["section"]) if match and not parts.query else None

    def home_url(self) -> str:
        """Canonical URL of the home page."""
        return f"{self.site.scheme}://{self.site.hosts[0]}/"

    def section_url(self, section: str) -> str:
        """Canonical URL of a section's front page."""
        return self.home_url().rstrip("/") + self.site.section_path.format(section=as_path(section))

    def story_url(self, story: StoryAddress) -> str:
        """Canonical URL of a story's first page."""
        return self._first_page(story)

    @cached_property
    def _first_page(self) -> Callable[[StoryAddress], str]:
        return lru_cache(_KEPT)(self._make_first_page)

    def _make_first_page(self, story: StoryAddress) -> str:
        section, story_id = as_path(story.section), as_path(story.story_id)
        path = self.site.story_path.format(section=section, story_id=story_id)
        return self.home_url().rstrip("/") + path

    def story_name(self, story: StoryAddress) -> str:
        """The id of a story: stable for ever, never made from title or text."""
        return f"{self.site.name}/{story.section or NO_SECTION}/{story.story_id}"

    def _own_path(self, parts: SplitResult) -> str | None:
        """The path on the site, or None where scheme, host or port are another's. Raises ValueError."""
        prefix = self._prefix(parts)
        return None if prefix is None else _below(prefix, parts.path)

    def _prefix(self, parts: SplitResult) -> str | None:
        """The path below which a server has the site, or None where it is another's. Raises ValueError."""
        if parts.scheme not in _DEFAULT_PORT:
            return None
        port = parts.port or _DEFAULT_PORT[parts.scheme]
        if parts.hostname in self.site.hosts and port in _DEFAULT_PORT.values():
            return ""
        if not self.base_url:
            return None
        base = urlsplit(self.base_url)
        if (parts.hostname, port) != (base.hostname, base.port or _DEFAULT_PORT[base.scheme]):
            return None
        return base.path.rstrip("/")

    @cached_property
    def _prefix_at(self) -> Callable[[str], str | None]:
        """The same of an origin, remembered. Raises ValueError."""
        return lru_cache(_KEPT)(lambda origin: self._prefix(urlsplit(origin)))


def _below(prefix: str, path: str) -> str:
    """A path of the site, of the path on a server that has the site below a prefix."""
    # A root-relative link on a mirror that lives under a path leaves that path; it still means the site's own page.
    return path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path
