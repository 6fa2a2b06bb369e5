"""Pages that need no script: the list of articles, an answer under its own address, what was not found."""

from __future__ import annotations

from typing import Any

from assistant.answer import Answer, Outcome, Quote
from assistant.messages import detect_language, messages_for
from assistant.records import Kept
from assistant.verbatim import keep_verbatim
from assistant.web.library import Library, Shelved
from assistant.web.markup import escape, render_quotes
from corpus import Article


def render_page(title: str, body: str, root: str = "/", head: str = "") -> str:
    """A whole plain page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="{root}favicon.ico"><link rel="stylesheet" href="{root}static/page.css">{head}</head>'
        f'<body class="plain"><main>{body}</main></body></html>'
    )


def render_front(library: Library) -> str:
    """Every article with its first sentence, and the files that could not be read."""
    items = "".join(
        f'<li><a href="/{shelved.slug}/">{escape(shelved.article.title)}</a><p>{escape(_open(shelved))}</p></li>'
        for shelved in library.shelves.values()
    )
    broken = "".join(f"<li>{escape(name)}</li>" for name in library.unreadable)
    told = f'<section class="broken"><h2>Could not be read</h2><ul>{broken}</ul></section>' if broken else ""
    return render_page(
        "Ask the article",
        '<h1>Ask the article</h1><p class="hint">Pick an article and ask it a question. It answers in its own '
        f'words, or says that it does not answer.</p><ul class="shelf">{items}</ul>{told}',
    )


def _open(shelved: Shelved) -> str:
    article = shelved.article
    return article.passages[0].sentences[0].cut(article.text) if article.passages else ""


def render_answer(kept: Kept, shelved: Shelved | None) -> str:
    """A kept answer; it says so when the article has changed since, or is no longer here."""
    answer = restore_answer(kept.answer)
    title = shelved.article.title if shelved else kept.article
    note = ""
    if shelved is None:
        note = '<p class="changed">The article is no longer published here.</p>'
    elif shelved.article.revision != kept.revision:
        note = (
            '<p class="changed">The article has changed since this answer was given. '
            "The quotation shows it as it was.</p>"
        )
    words = messages_for(detect_language(answer.read_as or answer.question))
    if shelved is not None:
        same = shelved.article.revision == kept.revision
        if same:
            answer = keep_verbatim(answer, shelved.article)
        body = render_quotes(shelved.article, shelved.slug, answer, words, linked=same)
    else:
        body = render_quotes(Article(title, "", (), ()), kept.article, answer, words, linked=False)
    read_as = f'<p class="read-as">Read as: <q>{escape(answer.read_as)}</q></p>' if answer.read_as else ""
    link = f'<p class="back"><a href="/{shelved.slug}/">Ask the article yourself</a></p>' if shelved else ""
    day = escape(kept.created[:10])
    return render_page(
        f"{kept.question} – {title}",
        f'<p class="hint">A question asked of <cite>{escape(title)}</cite> on <time datetime="{day}">{day}</time></p>'
        f'<h1 class="asked">{escape(kept.question)}</h1>{read_as}{note}{body}{link}',
    )


def restore_answer(fields: dict[str, Any]) -> Answer:
    """The Answer that was kept as a dict."""
    quotes = tuple(
        Quote(
            **{**quote, "section": tuple(quote["section"]), "marks": tuple(tuple(m) for m in quote["marks"])}
        )
        for quote in fields["quotes"]
    )
    return Answer(
        **{
            **fields,
            "outcome": Outcome(fields["outcome"]),
            "quotes": quotes,
            "suggestions": tuple(fields["suggestions"]),
        }
    )


def render_missing() -> str:
    return render_page(
        "Not found",
        '<h1>Not found</h1><p>There is nothing under this address.</p><p><a href="/">All articles</a></p>',
    )
