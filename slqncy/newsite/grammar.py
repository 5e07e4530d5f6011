"""The URL grammar of a site: which of the addresses that its pages link are stories, and which are lists of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.extract.title import squash
from slqncy.newsite.shapes import absorbs, escaped, form_of, take_apart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from slqncy.newsite.shapes import Path

_SHORTEST_TITLE = 8
"""Letters and digits of a link's text that may be a headline; names of sections and numbers of pages have fewer."""
_LONGEST_NAME = 8
_UNREAD = 0.5
"""What a link of a kind counts of which no page was read, beside one whose pages were all stories."""
_WORDS = ("[a-z][a-z0-9]*", "[a-z][a-z0-9_-]*", "[A-Za-z0-9][A-Za-z0-9_-]*")
"""What the name of a folder may be, the narrowest first."""
USUAL_MARK = "_"
_MARKS = (USUAL_MARK, "-", "/")
"""What may stand between a story's address and the number of its page."""
_FEWEST_STORIES = 3
"""Links to stories of a page that lists them."""
_FEWEST_REFUTED = 3
_FILE = re.compile(r"(?:index|default)\.\w+")
_USUAL_FILES = {"index.html", "index.htm"}


@dataclass(frozen=True, slots=True)
class StoryRule:
    """Which paths are stories, as a profile says it."""

    story: str
    story_page: str
    path: str
    names_sections: bool

    def accepts(self, path: str) -> bool:
        """Whether a path, without its query, is a story by this rule."""
        return re.fullmatch(self.story, path) is not None

    def is_part(self, path: str) -> bool:
        """Whether a path, without its query, is a further page of a story."""
        return not self.accepts(path) and re.fullmatch(self.story_page, path) is not None

    def section_of(self, path: str) -> str:
        """The section that the path of a story names, or ""."""
        match = re.fullmatch(self.story, path) if self.names_sections else None
        return match["section"] if match else ""


@dataclass(frozen=True, slots=True)
class SectionRule:
    """Which paths are front pages of sections, as a profile says it."""

    section: str
    path: str
    names: tuple[str, ...]

    def accepts(self, path: str) -> bool:
        """Whether a path, without its query, is the front page of a section."""
        return re.fullmatch(self.section, path) is not None

    def section_of(self, path: str) -> str:
        """The section whose front page a path is. Raises ValueError where it is none."""
        match = re.fullmatch(self.section, path)
        if match is None:
            raise ValueError(f"{path} is no front page by the rule")
        return match["section"]


@dataclass(frozen=True, slots=True)
class Family:
    """The addresses of one shape."""

    paths: tuple[str, ...]
    weight: float
    """How many of them seem to be stories."""

    def holds(self, paths: Collection[str]) -> bool:
        """Whether any of the paths is among them."""
        return not set(paths).isdisjoint(self.paths)


def is_headline(text: str) -> bool:
    """Whether the text of a link may be a headline."""
    return len(squash(text)) >= _SHORTEST_TITLE


def is_name(text: str) -> bool:
    """Whether the text of a link may be the name of a section."""
    return 1 < len(squash(text)) <= _LONGEST_NAME


def families(links: Mapping[str, str], stories: Collection[str], others: Collection[str]) -> list[Family]:
    """The numbered addresses by their shapes, those that are stories most likely first.

    `links` are paths with the longest text that leads there, `stories` and `others` paths of pages that were read.
    """
    shaped: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for path in dict.fromkeys((*links, *stories)):
        apart = take_apart(path)
        if apart.is_numbered and "{" not in path:
            shaped[apart.shape].append(path)
    for shape in sorted(shaped, key=lambda shape: -len(shaped[shape])):
        for other in [other for other in shaped if shape in shaped and absorbs(shape, other)]:
            shaped[shape] += shaped.pop(other)
    found = [Family(tuple(paths), _weight(paths, links, stories, others)) for paths in shaped.values()]
    return sorted((family for family in found if family.weight), key=lambda family: -family.weight)


def page_marks(links: Mapping[str, Collection[str]]) -> Counter[str]:
    """What stands before the number of a story's second page, and in how many stories.

    `links` are the paths that each story links, by its own path.
    """
    return Counter(
        mark
        for path, linked in links.items()
        for mark in _MARKS
        if f"{path.removesuffix(extension := take_apart(path).extension)}{mark}2{extension}" in linked
    )


def story_rule(
    family: Family, links: Mapping[str, str], stories: Collection[str], others: Collection[str], mark: str = USUAL_MARK
) -> StoryRule:
    """The rule that fits the addresses of a family, less the sections in which nothing is a story.

    `mark` stands before the number of a story's further page.
    """
    paths = {path: take_apart(path) for path in family.paths}
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for path, apart in paths.items():
        sections[apart.section].append(path)
    excluded = sorted(name for name, of_it in sections.items() if _is_refuted(of_it, links, stories, others))
    kept = [name for name in sections if name not in excluded]
    fronts = {take_apart(path).section for path in links if is_front(path)}
    form = form_of([apart for apart in paths.values() if apart.section in kept])
    names_sections = kept != [""] and (len(kept) > 1 or kept[0] in fronts)
    if names_sections:
        apart_from = f"(?!(?:{'|'.join(map(escaped, excluded))})/)" if excluded else ""
        head, head_text = f"/{apart_from}(?P<section>{words(kept)})/", "/{section}/"
    else:
        head_text = f"/{kept[0]}/" if kept[0] else "/"
        head = escaped(head_text)
    number = f"{head}{form.before}(?P<story_id>{form.number}){form.behind}"
    return StoryRule(
        story=number + form.extension,
        story_page=rf"{number}{mark}(?P<page>\d+){form.extension}",
        path=f"{head_text}{form.before_text}{{story_id}}{form.behind_text}",
        names_sections=names_sections,
    )


def is_front(path: str) -> bool:
    """Whether a path has the form of a section's front page: words, and at most the name of an index."""
    folder, _, file = path.rpartition("/")
    apart = take_apart(folder + "/" if _FILE.fullmatch(file) else path)
    return bool(apart.section) and not apart.pieces


def section_rule(links: Mapping[str, str], lists: Mapping[str, int], rule: StoryRule) -> SectionRule | None:
    """The rule for front pages; None where no list was found beside the home page.

    `links` are paths with the text that leads there most often, in the order of the navigation; `lists` are the pages
    that were read, with the number of stories that each links.
    """
    sections = {rule.section_of(path) for path in links if rule.accepts(path)} - {""}

    def lists_stories(path: str) -> bool:
        if path in lists:
            return lists[path] >= _FEWEST_STORIES
        name = take_apart(path).section
        return any(section == name or section.startswith(f"{name}/") for section in sections)

    named = [path for path, text in links.items() if is_name(text) and lists_stories(path) and not rule.accepts(path)]
    fronts = [path for path in named if is_front(path)]
    if fronts:
        names = list(dict.fromkeys(take_apart(_folder(path)).section for path in fronts))
        tails = Counter(path.removeprefix(f"/{take_apart(_folder(path)).section}") for path in fronts)
        files = {path.rpartition("/")[2] for path in fronts if _FILE.fullmatch(path.rpartition("/")[2])}
        file = "|".join(map(escaped, sorted(files - _USUAL_FILES))) if files - _USUAL_FILES else r"index\.html?"
        pattern = rf"/(?P<section>{words(names)})(?:/(?:{file})?)?"
        return SectionRule(pattern, f"/{{section}}{tails.most_common(1)[0][0]}", tuple(names))
    return _numbered_fronts(path for path in named if path in lists)


def words(names: Collection[str]) -> str:
    """The narrowest expression for names of folders, of so many levels as these have."""
    levels = [name.count("/") + 1 for name in names]
    pattern = next(
        (word for word in _WORDS if all(re.fullmatch(word, part) for name in names for part in name.split("/"))),
        _WORDS[-1],
    )
    least, most = min(levels) - 1, max(levels) - 1
    if least == most:
        return "/".join([pattern] * (most + 1))
    return f"{pattern}(?:/{pattern}){{{least},{most}}}"


def _numbered_fronts(paths: Iterable[str]) -> SectionRule | None:
    """The rule for front pages that have numbers: /list/12.html."""
    shaped: defaultdict[tuple[str, tuple[str, ...]], list[Path]] = defaultdict(list)
    for path in paths:
        apart = take_apart(path)
        if apart.is_numbered and "{" not in path:
            shaped[apart.section, apart.shape].append(apart)
    if not shaped:
        return None
    (section, _), found = max(shaped.items(), key=lambda item: len(item[1]))
    head, form = f"/{section}/" if section else "/", form_of(found)
    pattern = f"{escaped(head)}{form.before}(?P<section>{form.number}){form.behind}{form.extension}"
    path = f"{head}{form.before_text}{{section}}{form.behind_text}"
    names = [match["section"] for apart in found if (match := re.fullmatch(pattern, apart.text))]
    return SectionRule(pattern, path, tuple(names))


def _folder(path: str) -> str:
    folder, _, file = path.rpartition("/")
    return folder + "/" if _FILE.fullmatch(file) else path


def _is_refuted(
    paths: Collection[str], links: Mapping[str, str], stories: Collection[str], others: Collection[str]
) -> bool:
    """Whether paths are no stories: one that was read is none, or several links say less than a headline does."""
    if _weight(paths, links, stories, others):
        return False
    named = sum(bool(links.get(path)) for path in paths)
    return named >= _FEWEST_REFUTED or not set(others).isdisjoint(paths)


def _weight(paths: Iterable[str], links: Mapping[str, str], stories: Collection[str], others: Collection[str]) -> float:
    """How many of the paths seem to be stories, by the texts of their links and by those that were read."""
    paths = set(paths)
    read, not_stories = len(paths & set(stories)), len(paths & set(others))
    headed = sum(path in stories or is_headline(links.get(path, "")) for path in paths - set(others))
    return headed * (read / (read + not_stories) if read + not_stories else _UNREAD)
