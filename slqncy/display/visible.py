"""Texts of others on our terminal."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """A text with <U+001B> in place of each character that moves the cursor, turns the text around, or hides.

    What is left are letters, marks, signs and spaces; a line feed is none of them.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    # Python takes every space but the ASCII one for unprintable, that of Chinese paragraphs too.
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return f"<U+{ord(character):04X}>"
