"""The demo site as another one: other host name, other folders, other addresses of stories."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from slqncy.demo import DemoSite, build_site

if TYPE_CHECKING:
    from slqncy.demo.site import DemoResponse

HOST = "www.qinghexinwen.com"
_OLD_HOST = "www.slqncy.com"
_SECTIONS = {"szxw": "shizheng", "bdxw": "bendi-xinwen", "kjxw": "keji", "nbxw": "neibu"}
_ATTRIBUTE = re.compile(rb'((?:href|value)=")((?!javascript)[^"#]+)(?=")')
_ADDRESS = re.compile(rb"http://(?:www\.)?slqncy\.com(/[^\s\"'<]*)")


@dataclass(frozen=True)
class Renamed:
    """What `respond` gives is the demo site's page of the old address, with all addresses on it renamed."""

    story_path: str = "/{section}/content_{number}.shtml"
    """A format, with the section's new name, the story's number, and `date`, when it was published."""
    site: DemoSite = field(default_factory=build_site)

    def respond(self, target: str) -> DemoResponse:
        """The answer to GET `target`."""
        path, mark, query = target.partition("?")
        old = self.old_paths.get(path, path) + mark + query
        response = self.site.respond(old)
        headers = {name: value for name, value in response.headers.items() if name not in {"ETag", "Last-Modified"}}
        return replace(response, headers=headers, body=self._renamed(response.body, old))

    @cached_property
    def stories(self) -> dict[str, str]:
        """The paths of stories, new by old."""
        return {
            entry.path: self.story_path.format(
                section=_SECTIONS[entry.section], number=entry.number, date=entry.story.published
            )
            for entry in self.site.entries
        }

    @cached_property
    def old_paths(self) -> dict[str, str]:
        """All paths without their queries, old by new."""
        return {self._new(path): path for path in (target.partition("?")[0] for target in self.site.paths)}

    def _new(self, path: str) -> str:
        first, slash, rest = path[1:].partition("/")
        return self.stories.get(path) or f"/{_SECTIONS.get(first, first)}{slash}{rest}"

    def _renamed(self, body: bytes, page: str) -> bytes:
        """A page with new addresses for old ones."""

        def attribute(match: re.Match[bytes]) -> bytes:
            parts = urlsplit(urljoin(f"http://{_OLD_HOST}{page}", match[2].decode()))
            query = f"?{parts.query}" if parts.query else ""
            return match[1] + f"{self._new(parts.path)}{query}".encode()

        def address(match: re.Match[bytes]) -> bytes:
            return f"http://{HOST}{self._new(match[1].decode())}".encode()

        return _ADDRESS.sub(address, _ATTRIBUTE.sub(attribute, body))
