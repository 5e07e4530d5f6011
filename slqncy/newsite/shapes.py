"""What the paths of a site's pages have in common: words, dates and numbers, and the expression that fits them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import pairwise


class Kind(StrEnum):
    """What a piece of a path is."""

    TEXT = auto()
    """Letters that are the same in all paths of a shape, what parts two pieces, and a number of one digit."""
    YEAR = auto()
    """Four digits, with a month behind them."""
    DAY = auto()
    """Month, day or both, behind a year."""
    DATE = auto()
    """20240420 or 202404, with a number behind it."""
    NUMBER = auto()
    MIXED = auto()
    """Letters and digits, mingled: EOHQO9GI."""
    SLUG = auto()
    """A title."""


_VARIABLE = frozenset({Kind.NUMBER, Kind.MIXED, Kind.SLUG})
"""What tells one page from another: a date alone does not."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a path."""

    kind: Kind
    text: str
    prefix: str = ""
    """Letters right before the digits: t of t20240420."""

    @property
    def sign(self) -> str:
        """What this piece has in common with those of other paths of the shape."""
        return self.text if self.kind is Kind.TEXT else f"{self.prefix}<{self.kind}>"


@dataclass(frozen=True, slots=True)
class Path:
    """A path, taken apart: /news/hqcj/20120403/5555.shtml is in the section news/hqcj."""

    text: str
    section: str
    """The words it begins with, or ""."""
    pieces: tuple[Piece, ...]
    """What stands between them and the extension."""
    extension: str
    """".shtml", "/", or ""."""

    @property
    def shape(self) -> tuple[str, ...]:
        """Equal for the pages of one kind, whatever their section."""
        return ("/" if self.section else "", *(piece.sign for piece in self.pieces), self.extension)

    @property
    def is_numbered(self) -> bool:
        """Whether anything tells it from other pages of its shape."""
        return any(piece.kind in _VARIABLE for piece in self.pieces)


_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
# Digits within it are those of a mingled number.
_WORD = re.compile(r"[0-9]{0,4}[A-Za-z][A-Za-z_-]*[0-9]{0,2}")
_MOST_HYPHENS = 2
_PARTS = re.compile(r"[0-9A-Za-z]+|[^0-9A-Za-z]+")
_LETTERS_THEN_DIGITS = re.compile(r"([A-Za-z]{1,5})([0-9]{2,})")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DAY = re.compile(r"(?:0?[1-9]|1[0-2])(?:(?<=[0-9]{2})[0-3][0-9])?|[12][0-9]|3[01]")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?")
_SHORTEST_MIXED = 4


def take_apart(path: str) -> Path:
    """A path, without its query, as words, dates and numbers."""
    segments = path.strip("/").split("/")
    extension = "/" if path.endswith("/") else ""
    if match := _EXTENSION.search(segments[-1]):
        extension = match[0]
        segments[-1] = segments[-1][: match.start()]
    # A file is no section; /szxw/ and /szxw may be one.
    most = len(segments) - (extension not in {"/", ""})
    count = 0
    while count < most and _is_word(segments[count]):
        count += 1
    return Path(path, "/".join(segments[:count]), _pieces("/".join(segments[count:])), extension)


def absorbs(shape: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether paths of the other shape may be of this one, whose mixed numbers happen to be all digits or letters."""
    return (
        shape != other
        and len(shape) == len(other)
        and any(sign == _MIXED for sign in shape)
        and all(
            sign == another or (sign == _MIXED and another != "/" and re.search(r"[0-9A-Za-z<]", another) is not None)
            for sign, another in zip(shape[1:-1], other[1:-1], strict=True)
        )
        and (shape[0], shape[-1]) == (other[0], other[-1])
    )


_MIXED = f"<{Kind.MIXED}>"


@dataclass(frozen=True, slots=True)
class Form:
    """What paths of one shape have in common: regular expressions of their parts, from left to right."""

    before: str
    number: str
    """From the first piece that varies to the last one."""
    behind: str
    extension: str
    before_text: str
    behind_text: str
    """What `before` and `behind`, the latter with the extension, are in an address."""


def form_of(paths: list[Path]) -> Form:
    """The form of paths of one shape, that absorbed shapes may be among."""
    shaped = [path.pieces for path in paths]
    pattern = max(shaped, key=lambda pieces: sum(piece.kind is Kind.MIXED for piece in pieces))
    columns = list(zip(*shaped, strict=True))
    expressions = [_expression(piece, column) for piece, column in zip(pattern, columns, strict=True)]
    varying = [index for index, piece in enumerate(pattern) if piece.kind is not Kind.TEXT]
    first, stop = varying[0], varying[-1] + 1
    extension = paths[0].extension

    def text(pieces: tuple[Piece, ...]) -> str:
        return "".join(piece.prefix + piece.text for piece in pieces)

    return Form(
        before="".join(expressions[:first]),
        number="".join(expressions[first:stop]),
        behind="".join(expressions[stop:]),
        extension=escaped(extension),
        before_text=text(pattern[:first]),
        behind_text=text(pattern[stop:]) + extension,
    )


def _expression(piece: Piece, column: tuple[Piece, ...]) -> str:
    match piece.kind:
        case Kind.TEXT:
            return escaped(piece.text)
        case Kind.YEAR:
            digits = r"\d{4}"
        case Kind.DAY | Kind.DATE:
            lengths = {len(other.text) for other in column}
            shortest, longest = min(lengths), max(2, *lengths)
            digits = rf"\d{{{shortest}}}" if shortest == longest else rf"\d{{{shortest},{longest}}}"
        case Kind.NUMBER:
            digits = r"\d+"
        case Kind.MIXED:
            digits = "[0-9A-Za-z]+"
        case Kind.SLUG:
            digits = "[^/]+"
    return escaped(piece.prefix) + digits


def escaped(text: str) -> str:
    """A regular expression for a text, with as few backslashes as can be."""
    return re.sub(r"[.^$*+?{}()\[\]|\\]", r"\\\g<0>", text)


def _is_word(segment: str) -> bool:
    is_short = 2 * sum(map(str.isdigit, segment)) <= len(segment)
    return _WORD.fullmatch(segment) is not None and is_short and segment.count("-") <= _MOST_HYPHENS


def _pieces(rest: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for index, segment in enumerate(rest.split("/") if rest else []):
        if index:
            found.append(Piece(Kind.TEXT, "/"))
        if "%" in segment or segment.count("-") > _MOST_HYPHENS:
            found.append(Piece(Kind.SLUG, segment))
        else:
            found += [_piece(part) for part in _PARTS.findall(segment)]
    return _dated(found)


def _piece(part: str) -> Piece:
    if part.isdigit():
        return Piece(Kind.NUMBER if len(part) > 1 else Kind.TEXT, part)
    if part.isalpha() or not part.isalnum():
        return Piece(Kind.TEXT, part)
    if match := _LETTERS_THEN_DIGITS.fullmatch(part):
        return Piece(Kind.NUMBER, match[2], match[1])
    return Piece(Kind.MIXED if len(part) >= _SHORTEST_MIXED else Kind.TEXT, part)


def _dated(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces with the dates among the numbers told; the last number is none, whatever it looks like."""
    places = [index for index, piece in enumerate(pieces) if piece.text.isdigit()]
    last = max((index for index, piece in enumerate(pieces) if piece.kind in _VARIABLE), default=-1)
    dated = list(pieces)
    is_in_date = False
    for place, following in pairwise([*places, len(pieces)]):
        piece = pieces[place]
        if place >= last:
            break
        if is_in_date and not piece.prefix and _DAY.fullmatch(piece.text):
            dated[place] = Piece(Kind.DAY, piece.text)
        elif following < len(pieces) and _YEAR.fullmatch(piece.text) and _DAY.fullmatch(pieces[following].text):
            dated[place] = Piece(Kind.YEAR, piece.text, piece.prefix)
            is_in_date = True
        elif _DATE.fullmatch(piece.text):
            dated[place] = Piece(Kind.DATE, piece.text, piece.prefix)
            is_in_date = True
        else:
            is_in_date = False
    return tuple(dated)
