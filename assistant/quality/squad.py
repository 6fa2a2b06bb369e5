"""Golden questions as SQuAD 2.0 JSON (Rajpurkar et al. 2018), in and out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from assistant.quality.golden import Golden, GoldenError, make_golden
from corpus import Article


def read_squad(data: bytes) -> list[Golden]:
    """The questions of a SQuAD file, of all its articles; raises GoldenError naming the place at fault."""
    try:
        articles = json.loads(data.decode("utf-8-sig"))["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise GoldenError([f"it is no SQuAD file ({type(error).__name__}: {error})"]) from error
    golden, problems = [], []
    place = "data"
    try:
        for a, article in enumerate(articles):
            for p, paragraph in enumerate(article["paragraphs"]):
                for q, asked in enumerate(paragraph["qas"]):
                    place = f"data[{a}].paragraphs[{p}].qas[{q}]"
                    try:
                        golden.append(_read_question(asked))
                    except GoldenError as error:
                        problems += [f"{place}: {problem}" for problem in error.problems]
    except (KeyError, TypeError, AttributeError) as error:
        problems.append(f"after {place}: {type(error).__name__}: {error}")
    if problems:
        raise GoldenError(problems)
    return golden


def _read_question(asked: dict[str, Any]) -> Golden:
    answers = [answer["text"] for answer in asked["answers"]]
    impossible = bool(asked.get("is_impossible", not answers))
    texts = (asked["question"], *answers)
    if not all(isinstance(text, str) for text in texts):
        raise GoldenError(["question and answers must be text"])
    quotes = () if impossible else tuple(dict.fromkeys(answers))
    return make_golden(asked["question"], quotes, answerable=not impossible, id=str(asked.get("id", "")))


def write_squad(golden: Sequence[Golden], article: Article) -> str:
    """Golden questions as a SQuAD file of one article, whose text is one paragraph.

    `answer_start` is where the expected quote stands in it. Raises GoldenError naming the answerable questions
    of which no expected quote is in the article word for word, since there is no place to give for them.
    """
    asked, problems = [], []
    for at, each in enumerate(golden, 1):
        places = [(quote, article.text.find(quote)) for quote in each.quotes]
        answers = [{"text": quote, "answer_start": start} for quote, start in places if start >= 0]
        if each.answerable and not answers:
            problems.append(f"“{each.question}”: no expected quote stands in the article word for word")
        asked.append(
            {
                "id": each.id or str(at),
                "question": each.question,
                "answers": answers,
                "is_impossible": not answers,
            }
        )
    if problems:
        raise GoldenError(problems)
    paragraph = {"context": article.text, "qas": asked}
    return json.dumps(
        {"version": "v2.0", "data": [{"title": article.title, "paragraphs": [paragraph]}]},
        ensure_ascii=False,
        indent=1,
    )
