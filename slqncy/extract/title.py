"""The headline of a story page."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from slqncy.extract.metadata import Metadata, text_of
from slqncy.extract.script import is_han

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.extract.lines import Line

_HEADINGS = ("h1", "h2", "h3", "h4")
_NOISE = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s*(?:[_|｜]+|--+|—{1,2}|–|\s-\s|-(?=[^-]*$)|\s·\s|>>|«|»)\s*|\s{2,}|\u3000+")
_MIN_LETTERS = 4
_MAX_TITLE = 80
_MAX_DECLARED = 300
_SITE_NAME = re.compile(r".{2,8}(?:网|在线|新闻|日报|晚报|频道|中心|首页)")
_FULL_DATE = re.compile(r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_NOT_TITLE = re.compile(r"位置|首页|正文|[。；;]$|[:：]|^今天|星期")


def squash(text: str) -> str:
    """Return the letters and digits of a text in one form, to compare titles."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def find_title(metadata: Metadata, headline: Line | None, lines: Sequence[Line] = ()) -> str:
    """Return the headline without the site's suffix, punctuation as published; "" if the page has none.

    A heading broken over several of the page's `lines` is joined.
    """
    if headline is not None:
        return _whole_heading(metadata, headline, lines)
    annotated = text_of(metadata.article.get("headline")) or metadata.first("og:title", "twitter:title")
    return strip_suffix(annotated or metadata.document_title)


def _whole_heading(metadata: Metadata, headline: Line, lines: Sequence[Line]) -> str:
    """The longest run of the heading's lines that a declared title holds: a <br> may break a headline."""
    if not _heading(headline):
        return headline.text
    texts = [line.text for line in lines[headline.block.start :][:_MOST_PARTS] if line.block is headline.block]
    declared = _declared(metadata)
    titles = [squash(title) for title in declared]
    best = headline.text
    for start in range(len(texts)):
        for stop in range(start + 2, len(texts) + 1):
            words = squash("".join(texts[start:stop]))
            if len(words) > len(squash(best)) and any(words in title for title in titles):
                spaced = " ".join(texts[start:stop])
                best = spaced if any(spaced in title for title in declared) else "".join(texts[start:stop])
    return best


_MOST_PARTS = 4


def title_line(metadata: Metadata, lines: list[Line]) -> Line | None:
    """Return the line that shows the headline, None if no line does.

    It is the longest that begins a title the page declares, headings first; where none does, the line above the date.
    """
    declared = [words for text in _declared(metadata) if (words := squash(text))]
    known = set().union(*declared)
    heads: set[str] = set()
    best: Line | None = None
    best_rank = (0.0, 0)
    for line in lines:
        text = line.text
        # Most lines have nothing of the title: look at its ends before comparing.
        if (text[0] not in known and is_han(text[0])) or (text[-1] not in known and is_han(text[-1])):
            continue
        if len(text) > _MAX_TITLE or (len(text) < _MIN_LETTERS and _heading(line) != 1):
            continue
        words = squash(text)
        if len(words) < _MIN_LETTERS:
            heads = heads or {squash(_SEPARATOR.split(title)[0]) for title in _declared(metadata)}
            if _heading(line) != 1 or words not in heads:
                continue
        fit = max((_fit(words, title) for title in declared), default=0.0)
        if not fit or text[-1] == "。" or _SITE_NAME.fullmatch(text):
            continue
        heading = _heading(line)
        # A list of links may name the story as well.
        rank = (fit + ((5 - heading) / 10 if heading else 0.0) - (0.5 if line.linked else 0.0), len(words))
        if rank > best_rank:
            best, best_rank = line, rank
    return best or _line_above_date(lines)


def _line_above_date(lines: list[Line]) -> Line | None:
    """The heading, or else the unlinked short line, that stands nearest above the first line with a date."""
    for i, line in enumerate(lines):
        if line.linked * 2 < len(line.text) and _FULL_DATE.search(line.text):
            above = [
                other
                for other in lines[max(0, i - 3) : i]
                if not other.linked
                and _MIN_LETTERS + 2 <= len(other.text) <= _MAX_TITLE
                and len(squash(other.text)) >= _MIN_LETTERS
                and not _NOT_TITLE.search(other.text)
            ]
            if above:
                return min(reversed(above), key=lambda other: _heading(other) or len(_HEADINGS) + 1)
    return next(
        (line for line in lines if _heading(line) == 1 and not line.linked and len(line.text) > _MIN_LETTERS), None
    )


def _heading(line: Line) -> int:
    tag = line.element.tag
    return _HEADINGS.index(tag) + 1 if tag in _HEADINGS else 0


def _fit(words: str, title: str) -> float:
    """How well a line fits a declared title: 2 and more where it begins it, up to 1 inside it, 0 if not at all."""
    if title.startswith(words):
        return 2.0 + len(words) / len(title)
    return len(words) / len(title) if words in title and len(words) * 3 >= len(title) else 0.0


def _declared(metadata: Metadata) -> list[str]:
    titles = [
        metadata.document_title,
        text_of(metadata.article.get("headline")),
        metadata.first("og:title"),
        metadata.first("twitter:title"),
        *metadata.microdata.get("headline", [])[:1],
    ]
    return [title[:_MAX_DECLARED] for title in dict.fromkeys(titles) if title]


def strip_suffix(title: str) -> str:
    """Cut the site's name and section off a document title: the first part stays, or the longest if that is short."""
    title = title[:_MAX_DECLARED]
    parts = _SEPARATOR.split(title)
    if len(parts) == 1:
        return title
    head = parts[0].strip()
    if len(squash(head)) >= _MIN_LETTERS + 2 or not any(parts[1:]):
        return head
    return max(parts, key=len).strip()
