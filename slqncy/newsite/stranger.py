"""The address of a site that nobody has described yet."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from slqncy.newsite.profile import BASE
from slqncy.sites import Address, load_site

_NOTHING = re.compile("(?!)")
_NAME = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def is_host_name(host: str) -> bool:
    """Whether a host of a URL has a name of several parts, in small letters as `urlsplit` gives it."""
    return _NAME.fullmatch(host) is not None


def stranger(url: str, base_url: str = "") -> Address:
    """The site of a URL, with and without www.; no path is a story or a section yet.

    Raises ValueError, whose message says why, where a profile could not have the URL.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not is_host_name(host):
        raise ValueError(f"{url!r} must be an address like http://www.example.com/")
    if parts.port not in {None, 80, 443}:
        raise ValueError(
            f"{url}: the pages of a site are at its own name, without a port; where another server has them, say so: "
            f"scrapy newsite http://www.example.com/ -a base_url={parts.scheme}://{parts.netloc}"
        )
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    site = replace(
        load_site(BASE), name="newsite", scheme=parts.scheme, hosts=(host, twin), sections=(),
        story=_NOTHING, story_page=_NOTHING, section=_NOTHING,
    )  # fmt: skip
    return Address(site, base_url)
