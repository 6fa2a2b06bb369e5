"""The question sets that quality is measured on, each question with what a right first quote must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from corpus import Article, article_from_text, read_article
from index.reader_data import split_titles
from index.reading.exercises import read_exercise, split_exercises

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
# The second set was written by somebody who knew the article alone, and nothing was chosen by it.
SHARED_GOLDEN = {
    "shared article": Path(__file__).with_name("golden_shared_article.jsonl"),
    "shared article, second set": Path(__file__).with_name("golden_shared_article_second.jsonl"),
}
BUNDLED = ROOT / "corpus" / "articles" / "ice-confrontations-massachusetts.md"
FOREIGN_GOLDEN = Path(__file__).with_name("golden_bundled_foreign.jsonl")
FOREIGN_EXERCISES = Path(__file__).with_name("exercises_foreign.jsonl")
LANGUAGES = ("es", "pt", "ht", "zh", "vi")


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
    as_typed: bool = False


class Reading(StrEnum):
    """What of a conversation its last question is understood from."""

    AS_TYPED = "as typed"
    UNDERSTOOD = "as understood"
    ALL_TURNS = "all turns in one"


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


def read_foreign_golden(language: str) -> QuestionSet:
    """The bundled article's golden questions that stand alone, translated; near misses and off-topic ones too."""
    golden = read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl"))
    return replace(translate_set(golden, FOREIGN_GOLDEN, language), name=f"bundled, {language}")


def read_foreign_exercises(language: str) -> Iterator[QuestionSet]:
    """Questions of some of the exercises held back, half of them near misses, translated."""
    for each in read_exercises():
        translated = translate_set(each, FOREIGN_EXERCISES, language)
        if translated.questions:
            yield translated


def translate_set(questions: QuestionSet, file: Path, language: str) -> QuestionSet:
    """The questions that a file (JSON Lines of id, language, question) has in a language, in its order."""
    originals = {question.id: question for question in questions.questions}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return replace(
        questions,
        questions=tuple(
            replace(originals[line["id"]], text=line["question"])
            for line in lines
            if line["language"] == language and line["id"] in originals
        ),
    )


def read_exercises() -> Iterator[QuestionSet]:
    """The exercises that the reader was not trained on, with their questions."""
    _, held_out = split_exercises()
    for path in held_out:
        article, asked = read_exercise(path)
        questions = []
        for number, one in enumerate(asked):
            kind = "answerable" if one.answers else "near_miss"
            evidence = tuple(span.cut(article.text) for span in one.answers)
            questions.append(Question(f"{path.stem}-{number}", one.question, kind, evidence))
        yield QuestionSet(path.stem, article, tuple(questions))


def read_crosslingual(path: Path, squad: Path, half: str, language: str) -> Iterator[QuestionSet]:
    """Questions in another language ("es", "vi" or "zh") about the articles of a SQuAD file."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for each in read_squad(squad, half, 1):
        questions = []
        for line in lines:
            if line["title"] == each.name and line["lang"] == language:
                paragraph = " ".join(line["paragraph"].split())
                low = each.article.text.find(paragraph[:60])
                place = (low, low + len(paragraph))
                evidence = tuple(line["answers"])
                questions.append(Question(line["id"], line["question"], language, evidence, place=place))
        yield QuestionSet(each.name, each.article, tuple(questions))


def read_followups(path: Path, reading: Reading, conversations: int = 15) -> Iterator[QuestionSet]:
    """Last questions of conversations, one article a collection, made of the passages of its conversations.

    The data does not mark the answer, so `place` is the range of the conversation's own passages: a question
    well understood finds its way there. Only answerable questions that follow on others are taken, the first
    `conversations` of each collection.
    """
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wanted = [
        line
        for line in lines
        if line["answerability"] == ["ANSWERABLE"]
        and line["multi_turn"] == ["Follow-up"]
        and line["contexts"]
    ]
    for collection in sorted({line["collection"] for line in wanted}):
        chosen = [line for line in wanted if line["collection"] == collection][:conversations]
        paragraphs = [[" ".join(context.split()) for context in line["contexts"]] for line in chosen]
        article = article_from_text("\n\n".join(p for own in paragraphs for p in own), title=collection)
        questions = []
        at = 0
        for line, own in zip(chosen, paragraphs, strict=True):
            asked = [turn["text"] for turn in line["turns"] if turn["speaker"] == "user"]
            low = article.text.find(own[0][:40], at)
            at = max(article.text.find(paragraph[-40:], low) + 40 for paragraph in own)
            together = reading is Reading.ALL_TURNS
            questions.append(
                Question(
                    id=line["id"],
                    text=" ".join(asked)[-500:] if together else asked[-1][:500],
                    kind="follow_up",
                    history=() if together else tuple(asked[:-1]),
                    place=(low, at),
                    as_typed=reading is not Reading.UNDERSTOOD,
                )
            )
        yield QuestionSet(collection, article, tuple(questions))
