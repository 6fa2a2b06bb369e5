"""What of an article is encoded and matched: each text with the context a reader has when reaching it."""

from __future__ import annotations

from dataclasses import dataclass

from corpus import Article, Passage, Span


@dataclass(frozen=True, slots=True)
class SearchTexts:
    """The texts of one article to be searched, and which passage each belongs to.

    `sentences` are with what introduces them (a lead-in, a question), `plain` without, `titled` with the title
    of their section too. `owner[i]` is the passage of sentence i; sentences are in reading order, so those of
    passage p are `first[p]` to `first[p + 1] - 1`. `asked[i]` is the passage of `questions[i]`.
    """

    passages: tuple[str, ...]
    sentences: tuple[str, ...]
    plain: tuple[str, ...]
    titled: tuple[str, ...]
    questions: tuple[str, ...]
    first: tuple[int, ...]
    owner: tuple[int, ...]
    asked: tuple[int, ...]


def describe_lead(article: Article, passage: Passage) -> str:
    """What introduces a passage: a list's lead-in or the question of a pair; empty for most."""
    lead: Span | None = passage.question or passage.lead_in
    return lead.cut(article.text) if lead else ""


def describe_passage(article: Article, passage: Passage) -> str:
    """A passage under the titles of its sections and after what introduces it."""
    titles = list_titles(article, passage)
    body = " ".join(span.cut(article.text) for span in passage.sentences)
    parts = (*(f"{title}." for title in titles), describe_lead(article, passage), body)
    return " ".join(part for part in parts if part)


def list_titles(article: Article, passage: Passage) -> list[str]:
    """The titles of a passage's sections, from the top, that stand in the text."""
    titles = []
    at: int | None = passage.section
    while at is not None:
        section = article.sections[at]
        if section.heading.end > section.heading.start:
            titles.append(section.title)
        at = section.parent
    return titles[::-1]


def collect_texts(article: Article) -> SearchTexts:
    """Every text of an article that a question is compared with."""
    sentences: list[str] = []
    plain: list[str] = []
    titled: list[str] = []
    owner: list[int] = []
    first = [0]
    for at, passage in enumerate(article.passages):
        lead = describe_lead(article, passage)
        title = list_titles(article, passage)[-1:]
        for span in passage.sentences:
            plain.append(span.cut(article.text))
            sentences.append(f"{lead} {plain[-1]}".strip())
            titled.append(" ".join((*title, sentences[-1])))
            owner.append(at)
        first.append(len(sentences))
    pairs = [(at, passage.question) for at, passage in enumerate(article.passages) if passage.question]
    return SearchTexts(
        passages=tuple(describe_passage(article, passage) for passage in article.passages),
        sentences=tuple(sentences),
        plain=tuple(plain),
        titled=tuple(titled),
        questions=tuple(question.cut(article.text) for _, question in pairs),
        first=tuple(first),
        owner=tuple(owner),
        asked=tuple(at for at, _ in pairs),
    )
