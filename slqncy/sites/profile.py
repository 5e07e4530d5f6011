"""Loading and checking a site profile."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slqncy.sites.folders import as_name
from slqncy.sites.places import is_base_url

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_HERE = files(__package__)
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class SiteError(ValueError):
    """A site profile cannot be found or is wrong; the message says which file, which key and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a run must have read to be a success; otherwise it ends with exit status 65."""

    min_stories: int
    """Stories seen, known ones included."""
    sample: int
    """Story pages from which on the shares count."""
    min_complete_share: float
    """Of the stories that declare a count, those with declared_delta 0."""
    max_unreadable_share: float
    """Of all story pages, those without title or text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site profile. Patterns are matched against whole paths or whole lines."""

    name: str
    scheme: str
    hosts: tuple[str, ...]
    """Host names of the site, the canonical one first."""
    base_url: str
    """The place that serves the site in their stead, or ""."""
    sections: tuple[str, ...]
    """Sections a run starts from unless it is told otherwise; with ~ for the / of those in several folders."""
    story: re.Pattern[str]
    """Path of a story; groups story_id and, where the address names it, section."""
    story_page: re.Pattern[str]
    """Path of a further page of a story; the same groups, and page."""
    section: re.Pattern[str]
    """Path of a section's front page; group section."""
    story_path: str
    """Format of a story's canonical path; fields story_id and, where it is a group, section."""
    section_path: str
    """Format of a section's path; field section."""
    banner: re.Pattern[str]
    """The reading-time banner; groups chars, minutes."""
    banner_constant: int
    """declared characters = Σ len(paragraph) + paragraphs + this."""
    trailer_title: re.Pattern[str]
    """Trailer line with the original title; group value."""
    trailer_address: re.Pattern[str]
    """Trailer line with the story's own address; group value."""
    source_line: re.Pattern[str]
    """A line that names the source; group value."""
    gate: Gate

    @property
    def names_sections(self) -> bool:
        """Whether the address of a story names its section."""
        return "section" in self.story.groupindex

    def count(self, paragraphs: list[str]) -> int:
        """Characters of a body as the site's banner counts them."""
        return sum(map(len, paragraphs)) + len(paragraphs) + self.banner_constant


def site_names() -> list[str]:
    """Names of the profiles that come with the package."""
    return sorted(path.name.removesuffix(".toml") for path in _HERE.iterdir() if path.name.endswith(".toml"))


@cache
def load_site(name_or_path: str) -> Site:
    """The profile of that name, or of that TOML file, as it is when it is first asked for. Raises SiteError."""
    path: Traversable = Path(name_or_path)
    if not name_or_path.endswith(".toml"):
        path = _HERE / f"{name_or_path}.toml"
        if not _NAME.fullmatch(name_or_path) or not path.is_file():
            known = ", ".join(site_names())
            raise SiteError(
                f"no site profile is named {name_or_path!r}; known are {known}; or name a .toml file, or by sites= a "
                "directory of these"
            )
    return _build(_read(path), path)


def _read(path: Traversable) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: is not TOML in UTF-8: {error}") from error
    base = data.pop("extends", None)
    if base is None:
        return data
    if base not in site_names():
        raise SiteError(f"{path}: extends = {base!r} names no profile; known are {', '.join(site_names())}")
    return _merge(_extended(base), data)


@cache
def _extended(base: str) -> dict[str, Any]:
    """What a profile of the package says, which any number of others may extend."""
    return _read(_HERE / f"{base}.toml")


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merge(merged[key], value) if isinstance(value, dict) and key in merged else value
    return merged


def _build(data: dict[str, Any], path: Traversable) -> Site:
    profile = _Reader(data, path)
    site = Site(
        name=profile.text("name"),
        scheme=profile.text("urls.scheme"),
        hosts=tuple(host.lower() for host in profile.names("urls.hosts")),
        base_url=profile.text("urls.base_url"),
        sections=tuple(map(as_name, profile.names("urls.sections"))),
        story=profile.pattern("urls.story", "story_id"),
        story_page=profile.pattern("urls.story_page", "story_id", "page"),
        section=profile.pattern("urls.section", "section"),
        story_path=profile.path_format("urls.paths.story", section="s", story_id="1"),
        section_path=profile.path_format("urls.paths.section", section="s"),
        banner=profile.pattern("banner.pattern", "chars", "minutes"),
        banner_constant=profile.whole_number("banner.constant"),
        trailer_title=profile.pattern("trailer.title", "value"),
        trailer_address=profile.pattern("trailer.address", "value"),
        source_line=profile.pattern("source.pattern", "value"),
        gate=Gate(
            min_stories=profile.whole_number("gate.min_stories"),
            sample=profile.whole_number("gate.sample"),
            min_complete_share=profile.share("gate.min_complete_share"),
            max_unreadable_share=profile.share("gate.max_unreadable_share"),
        ),
    )
    if site.names_sections != ("section" in site.story_page.groupindex):
        raise SiteError(f"{path}: urls.story and urls.story_page: one has the group (?P<section>…), the other not")
    if "{section}" in site.story_path and not site.names_sections:
        raise SiteError(f"{path}: urls.paths.story has {{section}}, and urls.story lacks the group (?P<section>…)")
    if not _NAME.fullmatch(site.name):
        raise SiteError(f"{path}: name = {site.name!r} must be lower-case letters, digits, - and _")
    if site.base_url and not is_base_url(site.base_url):
        raise SiteError(f"{path}: urls.base_url = {site.base_url!r} must be an address like http://127.0.0.1:8080")
    if site.scheme not in {"http", "https"}:
        raise SiteError(f"{path}: urls.scheme = {site.scheme!r} must be http or https")
    profile.refuse_unread()
    return site


class _Reader:
    """Reads every key of a profile once, says what is wrong with it, and knows which keys nobody read."""

    def __init__(self, data: dict[str, Any], path: Traversable) -> None:
        self._values = dict(_flatten(data))
        self._path = path

    def _take(self, key: str, kind: type) -> Any:
        try:
            value = self._values.pop(key)
        except KeyError:
            raise SiteError(f"{self._path}: {key} is missing") from None
        if type(value) is not kind:
            raise SiteError(f"{self._path}: {key} = {value!r} must be of type {kind.__name__}")
        return value

    def text(self, key: str) -> str:
        value: str = self._take(key, str)
        return value

    def whole_number(self, key: str) -> int:
        value: int = self._take(key, int)
        return value

    def share(self, key: str) -> float:
        value: float = self._take(key, float)
        if not 0 <= value <= 1:
            raise SiteError(f"{self._path}: {key} = {value!r} must be from 0.0 to 1.0")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise SiteError(f"{self._path}: {key} = {values!r} must be a list of at least one text")
        return tuple(values)

    def pattern(self, key: str, *groups: str) -> re.Pattern[str]:
        try:
            pattern = re.compile(self.text(key))
        except re.error as error:
            raise SiteError(f"{self._path}: {key} is not a regular expression: {error}") from error
        if missing := [group for group in groups if group not in pattern.groupindex]:
            raise SiteError(f"{self._path}: {key} lacks the group (?P<{missing[0]}>…)")
        return pattern

    def path_format(self, key: str, **fields: str) -> str:
        template = self.text(key)
        try:
            path = template.format(**fields)
        except (KeyError, IndexError, ValueError) as error:
            raise SiteError(f"{self._path}: {key} = {template!r}: unknown field {error}") from error
        if not path.startswith("/"):
            raise SiteError(f"{self._path}: {key} = {template!r} must start with /")
        return template

    def refuse_unread(self) -> None:
        if self._values:
            raise SiteError(f"{self._path}: unknown key {min(self._values)}")


def _flatten(data: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in data.items():
        if isinstance(value, dict):
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", value))
    return flat
