"""Texts of others on our terminal, in our logs and in our reports: they are shown, and never obeyed."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """A text with <U+001B> in place of each character that moves the cursor, turns the text around, or hides.

    What is left are letters, marks, signs and spaces; a line feed is none of them.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def blanked(text: str) -> str:
    """A text in which a blank stands for each character that is not printable: what we write on behalf of others."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines: each but the first is indented, so that none passes for one of ours."""
    return "\n    ".join(map(visible, text.split("\n")))


def visible_json(text: str) -> str:
    r"""JSON text that says the same, with \uXXXX in place of each such character; line feeds between values stay."""
    return text if text.isprintable() else "".join(map(_visible_json, text))


def _is_visible(character: str) -> bool:
    # Python takes every space but the ASCII one for unprintable, that of Chinese paragraphs too.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _visible(character: str) -> str:
    return character if _is_visible(character) else f"<U+{ord(character):04X}>"


def _visible_json(character: str) -> str:
    if _is_visible(character) or character == "\n":
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
