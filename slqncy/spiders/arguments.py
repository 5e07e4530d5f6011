"""The arguments of a crawl, checked before any request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.backfill.captures import WebArchive
from slqncy.sites import Address, StoryAddress, load_site, site_names
from slqncy.sites.folders import as_name, as_path
from slqncy.sites.places import is_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = frozenset({"site", "sites", "base_url", "sections", "max_pages", "max_stories", "full", "ids", "warc", "from"})
"""Of the arguments there are."""
_WHY_NOT = {
    "base_url": "a web archive knows pages by the site's own addresses",
    "max_pages": "no list is followed there; max_stories limits a run",
    "warc": "captures come from the one or from the other",
}
DEFAULT_SITE = "slqncy"
ALL_SITES = "all"
_OF_ONE_SITE = {
    "base_url": "each profile says where its site is served, by urls.base_url",
    "ids": "the numbers of one site are none of another's",
    "sections": "the sections of one site are none of another's",
    "warc": "captures say themselves which site they are of",
    "from": "a web archive would be asked by all of them at once",
}
_WARC = re.compile(r"\.warc(\.gz)?$")
_POSITIVE = re.compile(r"0*[1-9][0-9]{0,8}")
_NUMBER = "0|[1-9][0-9]{0,14}"
_IDS = re.compile(f"(?P<first>{_NUMBER})(?:-(?P<last>{_NUMBER}))?")
_MOST_IDS = 1_000_000
"""At a request a second these are eleven days."""
_MOST_SHOWN = 60
"""Characters of a wrong value."""


class ArgumentError(ValueError):
    """A wrong argument; the message says which, why, and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What `scrapy crawl stories -a …` was told."""

    address: Address
    sections: tuple[str, ...] | None
    """Sections to keep to; None for those of the profile and any other that the site links."""
    max_pages: int | None
    """Pages to read of each list; then only stories that those show are asked for."""
    max_stories: int | None
    """Stories to archive before stopping."""
    full: bool
    """Whether to ask again for stories that are dealt with."""
    web_archive: WebArchive | None
    """The web archive to ask instead of the site."""
    ids: tuple[range, ...]
    """Story numbers to ask for instead of what lists show: ascending, and apart from one another."""
    warcs: tuple[Path, ...]
    """Files to read instead of asking the site, in this order."""

    @property
    def asks_site(self) -> bool:
        """Whether the site is asked, and not files or a web archive."""
        return not self.warcs and not self.web_archive


def parse_arguments(given: Mapping[str, str]) -> Arguments:
    """Check arguments as Scrapy hands them over. Raises ArgumentError, or SiteError for a wrong profile."""
    # What scrapyd calls a job goes along as _job.
    if unknown := sorted(name for name in given.keys() - NAMES if not name.startswith("_")):
        raise ArgumentError(f"unknown argument {unknown[0]!r}; known are {', '.join(sorted(NAMES))}")
    web_archive = _web_archive(given)
    if "sites" in given and "site" not in given:
        raise ArgumentError("sites= is for `scrapy crawl`, which starts a crawl of each")
    site = load_site(given.get("site", DEFAULT_SITE))
    address = Address(site, base_url(given.get("base_url")) or site.base_url)
    return Arguments(
        address=address,
        sections=_sections(given.get("sections"), address),
        max_pages=_positive("max_pages", given.get("max_pages")),
        max_stories=_positive("max_stories", given.get("max_stories")),
        full=_switch("full", given.get("full", "0")),
        web_archive=web_archive,
        ids=_ids(given, address),
        warcs=_warcs(given),
    )


def parse_sites(given: Mapping[str, str]) -> list[str]:
    """The profiles that `sites` names, each a name or a TOML file as `site` takes it; none where it is not given.

    It takes names, files, and directories of files, with commas between them, or "all" for all that come with the
    package. Raises ArgumentError, or SiteError for a wrong profile.
    """
    value = given.get("sites")
    if value is None:
        return []
    if wrong := sorted(_OF_ONE_SITE.keys() & given.keys()):
        raise ArgumentError(f"sites and {wrong[0]} exclude each other: {_OF_ONE_SITE[wrong[0]]}")
    if "site" in given:
        raise ArgumentError("site and sites exclude each other: write sites=ONE,OTHER")
    parts = site_names() if value == ALL_SITES else filter(None, map(str.strip, value.split(",")))
    profiles = list(dict.fromkeys(profile for part in parts for profile in _profiles(part)))
    if not profiles:
        raise ArgumentError(f"sites={_cut(value)!r} names no site; write sites=ONE,OTHER or sites={ALL_SITES}")
    by_name: dict[str, str] = {}
    for profile in profiles:
        name = load_site(profile).name
        if (other := by_name.setdefault(name, profile)) != profile:
            raise ArgumentError(f"sites: {other} and {profile} are both named {name!r}, and ids begin with that name")
    return profiles


def wrong_in_cluster(given: Mapping[str, str]) -> str:
    """What is wrong with arguments that are right on one machine, "" for nothing."""
    if "sites" not in given:
        return "CLUSTER_URL is for many sites: write -a sites=ONE,OTHER or -a sites=all"
    return "max_stories and CLUSTER_URL exclude each other: no worker counts for all" if "max_stories" in given else ""


def _profiles(part: str) -> list[str]:
    # The folder of a project may have the name of a site.
    if part in site_names() or not Path(part).is_dir():
        return [part]
    if not (files := sorted(map(str, Path(part).glob("*.toml")))):
        raise ArgumentError(f"sites: there is no profile, no .toml file, in {part}/")
    return files


def _web_archive(given: Mapping[str, str]) -> WebArchive | None:
    value = given.get("from")
    if value is None:
        return None
    if value not in list(WebArchive):
        raise ArgumentError(f"from={value!r} must be {' or '.join(WebArchive)}")
    if wrong := sorted({"base_url", "max_pages", "warc"} & given.keys()):
        raise ArgumentError(f"from and {wrong[0]} exclude each other: {_WHY_NOT[wrong[0]]}")
    return WebArchive(value)


def base_url(value: str | None) -> str:
    """The address of a place that serves a site, as it came, or "" for none. Raises ArgumentError."""
    if value is None:
        return ""
    if not is_base_url(value):
        raise ArgumentError(f"base_url={value!r} must be an address like http://127.0.0.1:8080")
    return value


def _sections(value: str | None, address: Address) -> tuple[str, ...] | None:
    if value is None:
        return None
    sections = tuple(dict.fromkeys(as_name(name.strip()) for name in value.split(",") if name.strip()))
    wrong = [name for name in sections if address.section(address.section_url(name)) != name]
    if wrong or not sections:
        raise ArgumentError(
            f"sections={value!r}: {as_path((wrong or [''])[0])!r} is no section of this site; write sections=szxw,…"
        )
    return sections


def _warcs(given: Mapping[str, str]) -> tuple[Path, ...]:
    if "warc" not in given:
        return ()
    if wrong := sorted({"full", "ids", "max_pages"} & given.keys()):
        raise ArgumentError(f"warc and {wrong[0]} exclude each other: captures are read as they come")
    return warc_files(given["warc"])


def warc_files(value: str) -> tuple[Path, ...]:
    """The files that are named, with commas between them, and those in directories that are. Raises ArgumentError."""
    # A name may have a comma in it.
    parts = [value] if "," in value and _files(value) else filter(None, map(str.strip, value.split(",")))
    found: list[Path] = []
    for part in parts:
        files = _files(part)
        if not files:
            raise ArgumentError(f"warc={value!r}: {part!r} is no file, and no directory of .warc.gz files")
        found += files
    if not found:
        raise ArgumentError("warc= names no file; write warc=FILE, warc=DIRECTORY or several with commas between them")
    return tuple(found)


def _files(name: str) -> list[Path]:
    """The file, or the WARC files in the directory; none where one of them is no file, or no name of one."""
    path = Path(name)
    try:
        files = sorted(file for file in path.iterdir() if _WARC.search(file.name)) if path.is_dir() else [path]
        return files if all(file.is_file() for file in files) else []
    except OSError:
        return []


def _ids(given: Mapping[str, str], address: Address) -> tuple[range, ...]:
    value = given.get("ids")
    if value is None:
        return ()
    if "max_pages" in given:
        raise ArgumentError("ids and max_pages exclude each other: a sweep reads no lists")
    ranges = sorted((_range(part.strip(), value) for part in value.split(",")), key=lambda numbers: numbers.start)
    apart: list[range] = []
    for numbers in ranges:
        if apart and numbers.start <= apart[-1].stop:
            apart[-1] = range(apart[-1].start, max(apart[-1].stop, numbers.stop))
        else:
            apart.append(numbers)
    if (count := sum(map(len, apart))) > _MOST_IDS:
        raise ArgumentError(f"ids={_cut(value)!r} are {count} numbers; ask for at most {_MOST_IDS} in one run")
    section = address.site.sections[0] if address.site.names_sections else ""
    story = StoryAddress(section, str(apart[-1][-1]))
    if address.story(address.story_url(story)) != story:
        raise ArgumentError(f"ids={_cut(value)!r}: {address.story_url(story)} is no story by the profile of this site")
    return tuple(apart)


def _range(part: str, value: str) -> range:
    match = _IDS.fullmatch(part)
    if not match:
        raise ArgumentError(
            f"ids={_cut(value)!r}: {_cut(part)!r} is no number and no range of numbers; write ids=9000-9600,9700"
        )
    first = int(match["first"])
    last = int(match["last"] or first)
    if last < first:
        raise ArgumentError(f"ids={_cut(value)!r}: {part!r} runs backwards; write {last}-{first}")
    return range(first, last + 1)


def _cut(value: str) -> str:
    return value if len(value) <= _MOST_SHOWN else f"{value[:_MOST_SHOWN]}…"


def _positive(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not _POSITIVE.fullmatch(value):
        raise ArgumentError(f"{name}={value!r} must be a whole number of at least 1")
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value not in {"0", "1"}:
        raise ArgumentError(f"{name}={value!r} must be 1 or 0")
    return value == "1"
