"""The page to try the widget on: the article as a publisher would have it, and the tag for the chosen options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.messages import LANGUAGES
from assistant.web.library import Shelved
from assistant.web.markup import escape, render_plain_article

# What can be chosen; the first is the default and is left out of the tag.
CHOICES: dict[str, tuple[str, ...]] = {
    "mode": ("floating", "inline"),
    "position": ("end", "start", "left", "right"),
    "theme": ("auto", "light", "dark"),
    "lang": ("", *LANGUAGES),
    "page": ("plain", "hostile"),
    "version": ("newest", "pinned"),
}
_LABELS = {
    "mode": "Appears", "position": "Corner", "theme": "Theme", "lang": "Language", "page": "Style of this page",
    "version": "Address",
}  # fmt: skip
_TYPED = {"accent": ("Accent colour", 40), "greeting": ("Greeting", 200)}  # with the longest text taken


def read_options(chosen: Mapping[str, str], choices: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What differs from the defaults; values that cannot be chosen are left out."""
    options = {
        name: chosen[name]
        for name, values in choices.items()
        if chosen.get(name) in values and chosen[name] != values[0]
    }
    typed = {name: chosen.get(name, "").strip()[:longest] for name, (_, longest) in _TYPED.items()}
    return options | {name: value for name, value in typed.items() if value}


def render_demo(
    shelf: Iterable[Shelved],
    shelved: Shelved,
    live: str,
    snippet: str,
    inline: bool,
    hostile: bool,
    chosen: Mapping[str, str],
) -> str:
    """The whole page; `live` is the tag it works with itself, `snippet` the one to copy."""
    article = render_plain_article(shelved.article)
    tag, script = live.split("\n") if inline else ("", live)
    if tag:  # after the first paragraph, where a publisher would put it
        head, end, rest = article.partition("</p>")
        article = f"{head}{end}{tag}{rest}"
    styles = ["demo.css", *(["demo-hostile.css"] if hostile else [])]
    links = "".join(f'<link rel="stylesheet" href="/static/{style}">' for style in styles)
    return (
        f'<!doctype html><html lang="{escape(shelved.article.language)}"><head><meta charset="utf-8">'
        f"<title>{escape(shelved.article.title)} – demonstration</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/favicon.ico">'
        f"{links}</head><body>{_render_form(shelf, shelved, snippet, chosen)}"
        f"<main><article>{article}</article></main>{script}</body></html>"
    )


def _render_form(shelf: Iterable[Shelved], shelved: Shelved, snippet: str, chosen: Mapping[str, str]) -> str:
    articles = [(each.slug, each.article.title) for each in shelf]
    fields = [_render_choice("article", "Article", articles, shelved.slug)]
    for name, values in CHOICES.items():
        options = [(value, value or "the page’s") for value in values]
        fields.append(_render_choice(name, _LABELS[name], options, chosen.get(name, values[0])))
    for name, (label, longest) in _TYPED.items():
        value = escape(chosen.get(name, "")[:longest])
        fields.append(f'<label>{label}<input name="{name}" value="{value}" maxlength="{longest}"></label>')
    return (
        f'<aside class="options" aria-label="Options"><form method="get" action="/demo">{"".join(fields)}'
        f'<button type="submit">Show</button></form><label class="snippet">The tag for your page'
        f'<textarea readonly rows="3" spellcheck="false">{escape(snippet)}</textarea></label></aside>'
    )


def _render_choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    listed = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(shown)}</option>'
        for value, shown in options
    )
    return f'<label>{label}<select name="{name}">{listed}</select></label>'
