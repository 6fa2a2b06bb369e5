"""The widget's two files as they are served, filled in and hashed; and the tag for a page."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.messages import LANGUAGES, messages_for

SOURCES = Path(__file__).parent / "web" / "static"
LOADER, PANEL = "widget.js", "widget-panel.js"
# What the loader has to say before the rest is there; everything else comes with the article.
LOADER_WORDS = ("ask_this", "ask_about", "unreachable")


@dataclass(frozen=True)
class Script:
    """One file: what is sent, and its SHA-384 in the form of an integrity attribute."""

    name: str
    body: bytes

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def integrity(self) -> str:
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()


@dataclass(frozen=True)
class Widget:
    """Loader and panel; `version` is twelve hexadecimal digits of the hash of both."""

    version: str
    scripts: Mapping[str, Script]

    def address(self, name: str) -> str:
        """ "widget.js" -> "/widget/0123456789ab/widget.js", whose content never changes."""
        return f"/widget/{self.version}/{name}"

    def keep(self, folder: Path) -> None:
        """Write this version beside the earlier ones, so that pages that name it still find it after an update."""
        place = folder / self.version
        place.mkdir(parents=True, exist_ok=True)
        for script in self.scripts.values():
            written = place / f"{script.name}.{self.version}"
            written.write_bytes(script.body)
            written.replace(place / script.name)


def build_widget() -> Widget:
    """The widget of this release: both files without indentation and lines of comment, a seventh of their weight,
    the loader with the panel's address, hash and texts.

    Raises ValueError when the loader has no place for one of them.
    """
    panel = Script(PANEL, _read_lean(PANEL).encode())
    source = _read_lean(LOADER)
    words = {
        language: {name: getattr(messages_for(language), name) for name in LOADER_WORDS}
        for language in LANGUAGES
    }
    source = _fill(source, "WORDS", "{}", words)
    version = hashlib.sha256(source.encode() + panel.body).hexdigest()[:12]
    source = _fill(source, "PANEL", '"widget-panel.js"', f"widget/{version}/{PANEL}")
    source = _fill(source, "INTEGRITY", '""', panel.integrity)
    return Widget(version, {LOADER: Script(LOADER, source.encode()), PANEL: panel})


def read_kept(folder: Path, version: str, name: str) -> Script | None:
    """A file of an earlier version; None when it was never kept."""
    if name not in (LOADER, PANEL) or not version.isalnum():
        return None
    file = folder / version / name
    return Script(name, file.read_bytes()) if file.is_file() else None


def write_tag(
    host: str, slug: str, options: Mapping[str, str], widget: Widget | None = None, inline: bool = False
) -> str:
    """The lines to paste: with `widget` the address of just this version, which the browser checks.

    An inline tag stands where the widget should appear; otherwise a button floats over the page.
    """
    name = LOADER if widget is None else widget.address(LOADER).lstrip("/")
    checked = (
        "" if widget is None else f' integrity="{widget.scripts[LOADER].integrity}" crossorigin="anonymous"'
    )
    source = f'<script async src="{html.escape(f"{host}/{name}")}"{checked}'
    if inline:
        told = "".join(f' {key}="{html.escape(value)}"' for key, value in options.items())
        return (
            f'<article-assistant article="{html.escape(slug)}"{told}></article-assistant>\n{source}></script>'
        )
    told = "".join(f' data-{key}="{html.escape(value)}"' for key, value in options.items())
    return f'{source} data-article="{html.escape(slug)}"{told}></script>'


def _read_lean(name: str) -> str:
    """A source without what only its reader needs: "  // why\n  act();\n" -> "act();\n"."""
    return re.sub(r"^\s*(?://.*\n)?\s*", "", (SOURCES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)


def _fill(source: str, name: str, placeholder: str, value: object) -> str:
    line = f"const {name} = {placeholder};"
    if source.count(line) != 1:
        raise ValueError(f"{LOADER} must say “{line}” once")
    return source.replace(line, f"const {name} = {json.dumps(value, ensure_ascii=False)};")
