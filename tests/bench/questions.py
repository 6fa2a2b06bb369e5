"""The question sets that quality is measured on, each question with what a right first quote must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import Article, article_from_text, read_article
from index.reader_data import split_titles

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BUNDLED = ROOT / "corpus" / "articles" / "ice-confrontations-massachusetts.md"


@dataclass(frozen=True, slots=True)
class Question:
    """One question put to one article.

    `evidence` are texts of which a right quote holds at least one; none when the article does not answer.
    `place` is the range of the paragraph the answer stands in, where the data tells.
    """

    id: str
    text: str
    kind: str
    evidence: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """An article and the questions put to it; `article` names it in clustered intervals."""

    name: str
    article: Article
    questions: tuple[Question, ...]


def read_squad(path: Path, half: str, limit: int) -> Iterator[QuestionSet]:
    """Each article of a SQuAD file as one text of its paragraphs; at most `limit` questions an article.

    The questions taken are spread evenly over the article. `half` is "fit", "check" or "all".
    """
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    fit, check = split_titles([article["title"] for article in articles])
    wanted = {"fit": fit, "check": check, "all": (*fit, *check)}[half]
    for entry in articles:
        if entry["title"] not in wanted:
            continue
        paragraphs = [" ".join(p["context"].split()) for p in entry["paragraphs"]]
        article = article_from_text("\n\n".join(paragraphs), title=entry["title"].replace("_", " "))
        questions = []
        at = 0
        for paragraph, source in zip(paragraphs, entry["paragraphs"], strict=True):
            place = article.text.find(paragraph[:60], at)
            at = max(at, place)
            for qa in source["qas"]:
                impossible = bool(qa.get("is_impossible"))
                answers = tuple(dict.fromkeys(" ".join(answer["text"].split()) for answer in qa["answers"]))
                questions.append(
                    Question(
                        id=qa["id"],
                        text=qa["question"].strip(),
                        kind="near_miss" if impossible else "answerable",
                        evidence=() if impossible else answers,
                        place=None if impossible else (place, place + len(paragraph)),
                    )
                )
        step = max(1.0, len(questions) / limit)
        taken = tuple(questions[int(i * step)] for i in range(min(limit, len(questions))))
        yield QuestionSet(entry["title"], article, taken)


def read_golden(article: Path, golden: Path) -> QuestionSet:
    """A file of golden questions (JSON Lines) with its article."""
    lines = [json.loads(line) for line in golden.read_text(encoding="utf-8").splitlines() if line.strip()]
    return QuestionSet(
        name=golden.stem,
        article=read_article(article),
        questions=tuple(
            Question(
                id=line["id"],
                text=line["question"],
                kind=line["kind"],
                evidence=tuple(line["evidence"]),
                history=tuple(line.get("history", ())),
            )
            for line in lines
        ),
    )
