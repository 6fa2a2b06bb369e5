"""Articles and answers as HTML; every text of theirs is escaped here and nowhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import quote as percent_encode

from assistant.answer import Answer, Quote
from assistant.messages import Messages, messages_for, tell_hint, tell_outcome, tell_searched
from corpus import Article, Passage, PassageKind, Span

_MARKER = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+")


def escape(text: str) -> str:
    """Text as HTML that shows it as typed.

    Braces and dollars too become references, since Gradio's HTML component reads templates:
    "<b> ${x} {{y}}" -> "&lt;b&gt; &#36;&#123;x&#125; &#123;&#123;y&#125;&#125;".
    """
    escaped = html.escape(text)
    return escaped.replace("$", "&#36;").replace("{", "&#123;").replace("}", "&#125;").replace("`", "&#96;")


def render_plain_article(article: Article) -> str:
    """The article as a publisher's page has it: headings, paragraphs and lists, no ranges."""
    return re.sub(r"</?span[^>]*>", "", render_article(article))  # what a text holds is escaped


def render_article(article: Article) -> str:
    """The article with every sentence in a span that carries its range, for highlighting."""
    parts: list[tuple[int, str]] = []
    for section in article.sections:
        if section.heading.end > section.heading.start:
            level = min(section.level + 1, 5)
            parts.append(
                (section.heading.start, f"<h{level}>{_render_span(article, section.heading)}</h{level}>")
            )
    headings = {section.heading for section in article.sections}
    covered = [passage.span for passage in article.passages]
    for span in dict.fromkeys(
        span for passage in article.passages for span in (passage.lead_in, passage.question) if span
    ):
        if span not in headings and not any(
            span in other and span != other for other in covered if not _is_pair(article, other)
        ):
            asked = next((passage.section for passage in article.passages if passage.question == span), None)
            tag = "p" if asked is None else f"h{min(article.sections[asked].level + 2, 6)}"
            parts.append((span.start, f"<{tag}>{_render_span(article, span)}</{tag}>"))
    for passage in article.passages:
        parts.append((passage.sentences[0].start, _render_passage(article, passage)))
    body = "".join(part for _, part in sorted(parts, key=lambda part: part[0]))
    body = body.replace("</ul><ul>", "")
    return f'<h1>{escape(article.title)}</h1><div class="text" lang="{escape(article.language)}">{body}</div>'


def _is_pair(article: Article, span: Span) -> bool:
    return any(p.span == span and p.kind is PassageKind.QUESTION_ANSWER for p in article.passages)


def _render_passage(article: Article, passage: Passage) -> str:
    sentences = " ".join(_render_span(article, span) for span in passage.sentences)
    if passage.kind is PassageKind.LIST_ITEM:
        return f"<ul><li>{sentences}</li></ul>"
    lines = [
        article.text[a.end : b.start] for a, b in zip(passage.sentences, passage.sentences[1:], strict=False)
    ]
    if any("\n" in between for between in lines):
        items = "".join(f"<li>{_render_span(article, span)}</li>" for span in passage.sentences)
        return f"<ul>{items}</ul>"
    return f"<p>{sentences}</p>"


def _render_span(article: Article, span: Span) -> str:
    return f'<span data-start="{span.start}" data-end="{span.end}">{escape(span.cut(article.text))}</span>'


def render_quote_text(quote: Quote) -> str:
    """A quote's own words, its lines and list items apart, the words that answer marked."""
    blocks: list[str] = []
    at = quote.start
    for line in quote.text.split("\n"):
        if line.strip():
            marker = _MARKER.match(line) if blocks else None
            if marker:
                shown = _mark_words(line[marker.end() :], at + marker.end(), quote.marks)
                blocks.append(f'<li><span class="marker">{escape(marker.group())}</span>{shown}</li>')
            else:
                blocks.append(f"<p>{_mark_words(line, at, quote.marks)}</p>")
        at += len(line) + 1
    return re.sub(r"((?:<li>.*?</li>)+)", r"<ul>\1</ul>", "".join(blocks))


def _mark_words(line: str, offset: int, marks: Sequence[tuple[int, int]]) -> str:
    out = []
    at = 0
    for start, end in marks:
        low, high = max(start - offset, at), min(end - offset, len(line))
        if low < high:
            out += [escape(line[at:low]), "<mark>", escape(line[low:high]), "</mark>"]
            at = high
    return "".join((*out, escape(line[at:])))


def link_quote(article: Article, slug: str, quote: Quote) -> str:
    """Where a quote stands: a text fragment of the publisher's page, or the place on ours.

    "https://example.org/story#:~:text=They%20met" or "/story/#at=10-18".
    """
    if article.source_url:
        words = quote.text.split("\n")[0].split()
        fragment = percent_encode(" ".join(words[:8]), safe="")
        if len(words) > 12:
            fragment += "," + percent_encode(" ".join(words[-4:]), safe="")
        return f"{article.source_url.split('#')[0]}#:~:text={fragment.replace('-', '%2D')}"
    return f"/{slug}/#at={quote.start}-{quote.end}"


def render_quote(article: Article, slug: str, quote: Quote, words: Messages, linked: bool = True) -> str:
    """A quotation with its citation, which carries the quote's range, and a button that copies both.

    Not `linked`, for a quote of a text that is no longer there, it has its section and no more.
    """
    path = " › ".join(quote.section)
    lead = f'<p class="lead-in">{escape(quote.lead_in)} …</p>' if quote.lead_in else ""
    body = f'<blockquote lang="{escape(article.language)}">{lead}{render_quote_text(quote)}</blockquote>'
    if not linked:
        return f'<figure class="quote">{body}<figcaption>{escape(path)}</figcaption></figure>'
    copied = f"“{quote.text}” — {article.title}, {path}"
    return (
        f'<figure class="quote">{body}<figcaption><a class="cite" href="/{slug}/#at={quote.start}-{quote.end}" '
        f'data-start="{quote.start}" data-end="{quote.end}">'
        f'{escape(path)}<span class="go">{escape(words.show_in_article)}</span></a>'
        f'<button type="button" class="quiet copy" data-copy="{escape(copied)}" '
        f'data-link="{escape(link_quote(article, slug, quote))}">{escape(words.copy)}</button></figcaption></figure>'
    )


def render_quotes(article: Article, slug: str, answer: Answer, words: Messages, linked: bool = True) -> str:
    """The verdict and the quotes of an answer, each outcome in its own dress."""
    quotes = "".join(render_quote(article, slug, quote, words, linked) for quote in answer.quotes)
    searched = tell_searched(words, article.language)
    note = f'<p class="searched">{escape(searched)}</p>' if searched else ""
    hint = tell_hint(words, answer.outcome, article.language)
    told = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    verdict = escape(tell_outcome(words, answer.outcome, article.language))
    look = answer.outcome.value.replace("_", "-")
    return f'<div class="card {look}"><p class="verdict">{verdict}</p>{note}{told}{quotes}</div>'


def render_suggestions(questions: Sequence[str], label: str) -> str:
    """Buttons that ask a question; nothing when there is none."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="ask" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in questions
    )
    return f'<div class="suggestions"><p>{escape(label)}</p><ul>{buttons}</ul></div>'


def render_turn(
    article: Article,
    slug: str,
    answer: Answer,
    answer_id: str | None,
    language: str,
    last: bool,
    linked: bool = True,
) -> str:
    """One question with its answer, the vote and the link to share; suggestions only under the last."""
    words = messages_for(language)
    read_as = ""
    if answer.read_as:
        read_as = (
            f'<p class="read-as">{escape(words.reading_as)} <q>{escape(answer.read_as)}</q> '
            f'<button type="button" class="quiet" data-ask="{escape(answer.question)}" data-typed="1">'
            f"{escape(words.ask_as_typed)}</button></p>"
        )
    tools = ""
    if answer_id:
        tools = (
            f'<div class="tools" role="group" aria-label="{escape(words.rate)}">'
            f'<button type="button" class="quiet vote" data-vote="1" aria-pressed="false">{_THUMB_UP}'
            f"<span>{escape(words.helpful)}</span></button>"
            f'<button type="button" class="quiet vote" data-vote="-1" aria-pressed="false">{_THUMB_DOWN}'
            f"<span>{escape(words.not_helpful)}</span></button>"
            f'<a class="quiet share" href="/answers/{escape(answer_id)}">{escape(words.share)}</a>'
            f'<span class="said" role="status" data-kept="{escape(words.kept)}" '
            f'data-not-kept="{escape(words.not_kept)}" data-copied="{escape(words.copied)}"></span></div>'
            f"{_render_reasons(words)}"
        )
    suggestions = render_suggestions(answer.suggestions, words.suggestions) if last else ""
    return (
        f'<article class="turn" data-answer="{escape(answer_id or "")}" lang="{words.language}">'
        f'<h2 class="asked" tabindex="-1">{escape(answer.question)}</h2>{read_as}'
        f"{render_quotes(article, slug, answer, words, linked)}{tools}{suggestions}</article>"
    )


def _render_reasons(words: Messages) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" value="{key}"> {escape(label)}</label>'
        for key, label in words.reasons.items()
    )
    return (
        f'<form class="reasons" hidden><fieldset><legend>{escape(words.what_was_wrong)}</legend>{boxes}</fieldset>'
        f'<label class="note">{escape(words.note)}<textarea rows="2" maxlength="1000"></textarea></label>'
        f'<button type="submit" class="send">{escape(words.send)}</button></form>'
    )


_ICON = (
    '<svg aria-hidden="true" viewBox="0 0 24 24" width="18" height="18"{turn}><path fill="none" '
    'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" d="M7 11v9H4v-9h3zm0 0 4-8c1.5 0 2.5 1 2.5 '
    '2.5V9H19c1 0 1.8 1 1.5 2l-2 7.5c-.2.9-1 1.5-1.9 1.5H7"/></svg>'
)
_THUMB_UP = _ICON.replace("{turn}", "")
_THUMB_DOWN = _ICON.replace("{turn}", ' style="transform:rotate(180deg)"')
