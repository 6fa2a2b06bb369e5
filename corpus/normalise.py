"""Bring text into the one form that offsets are counted in."""

from __future__ import annotations

import re
import unicodedata

# Arabic and other signs of category Cf that are printed, unlike the rest of that category.
_VISIBLE_FORMAT = frozenset(
    [*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD]
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_PLAIN = re.compile(r"[\n -~]*\Z")


def _replace_character(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n":
        return "\n"
    if category == "Zs" or character == "\t":
        return " "
    if category == "Cs":
        return "\ufffd"
    if category == "Cc" or (category == "Cf" and ord(character) not in _VISIBLE_FORMAT):
        return ""
    return character


def normalise_text(text: str) -> str:
    """Return `text` as NFC with LF line ends, plain spaces, and no control or invisible characters.

    Lone surrogates become U+FFFD, as they cannot be written as UTF-8.

    >>> normalise_text("cafe\\u0301\\r\\n\\tau\\u200b lait")
    'café\\n au lait'
    """
    if _PLAIN.match(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    replacements = {ord(character): _replace_character(character) for character in set(text)}
    return unicodedata.normalize("NFC", text.translate(replacements))


def collapse_spaces(text: str) -> str:
    """Return `text` normalised, as one line with single spaces and none at its ends."""
    return " ".join(normalise_text(text).split())
