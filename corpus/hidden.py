"""Find what a page holds and does not show: it is no part of the article, and whoever publishes it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree  # type: ignore[import-untyped]

from corpus.markup import text_of

MOST_TOLD = 20
LONGEST_TOLD = 120  # characters of one text
SMALLEST_FONT = 2.0  # CSS pixels
FARTHEST = 1_000.0  # CSS pixels beyond an edge; what slides in is nearer

_SHOWN_TAGS = ("html", "body")  # hidden until a script has run
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16, "vw": 10.0, "vh": 10.0}
_LENGTH = re.compile(r"(-?\d{0,9}(?:\.\d{1,9})?)(px|pt|em|rem|%|vw|vh)?")
_CLIPPED = re.compile(
    r"rect\((?:[01](?:px)?[\s,]*){4}\)|inset\((?:50|100)%\)|circle\(0\w{0,2}\)|polygon\(0 0\)"
)


def empty_hidden(root: etree._Element) -> list[tuple[etree._Element, str]]:
    """Empty every element below `root` that is not shown; returns each with the text it had.

    Seen is what the markup itself says (`hidden`, and styles in it); style sheets are not read. What is written in
    white on white, or covered, is not found out, and what is only transparent is kept: many pages have what slides
    into view so.
    """
    found: list[tuple[etree._Element, str]] = []
    walker = etree.iterwalk(root, events=("start",))
    for _, element in walker:
        if element.tag not in _SHOWN_TAGS and _is_hidden(element):
            walker.skip_subtree()
            found.append((element, text_of(element)))
    for element, _ in found:
        del element[:]
        element.text = None
    return [(element, text) for element, text in found if text]


def tell_hidden(texts: Iterable[str]) -> tuple[str, ...]:
    """The beginnings of texts that were left out, each once, at most `MOST_TOLD`; then how many more there are."""
    told = list(dict.fromkeys(map(_shorten, texts)))
    more = len(told) - MOST_TOLD
    return tuple(told if more <= 0 else [*told[:MOST_TOLD], f"… and {more} more"])


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else text[: LONGEST_TOLD - 1].rstrip() + "…"


def _is_hidden(element: etree._Element) -> bool:
    style = _read_style(element)
    if element.get("hidden") is not None or _is_folded(style):
        # Answers that unfold are hidden until their question is clicked.
        return element.get("role") not in ("region", "tabpanel") and not element.get("aria-labelledby")
    return _is_out_of_sight(style) or (
        _is_tiny(style)
        and not any("font-size" in s and not _is_tiny(s) for s in map(_read_style, element.iter()))
    )


def _read_style(element: etree._Element) -> dict[str, str]:
    """`font-size: 0 !important; LEFT:-9px` -> {"font-size": "0", "left": "-9px"}."""
    pairs = (part.partition(":") for part in (element.get("style") or "").lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def _is_folded(style: dict[str, str]) -> bool:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    clips = {style.get(name) for name in ("overflow", "overflow-x", "overflow-y")} & {"hidden", "clip"}
    sizes = (_measure(style.get(name)) for name in ("height", "max-height", "width", "max-width"))
    return bool(clips) and any(size is not None and size <= 1 for size in sizes)


def _is_out_of_sight(style: dict[str, str]) -> bool:
    moved = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in ("absolute", "fixed"):
        if _CLIPPED.search(f"{style.get('clip')} {style.get('clip-path')}"):
            return True
        moved += ["left", "top", "right", "bottom"]
    return any((_measure(style.get(name)) or 0) <= -FARTHEST for name in moved)


def _is_tiny(style: dict[str, str]) -> bool:
    size = _measure(style.get("font-size"))
    return size is not None and size < SMALLEST_FONT


def _measure(value: str | None) -> float | None:
    """A length in CSS pixels, about: "1.5em" -> 24.0; None for "auto" and all that is no length."""
    found = _LENGTH.fullmatch(value or "")
    if not found or not found[1].strip("-."):
        return None
    return float(found[1]) * _PIXELS[found[2] or ""]
