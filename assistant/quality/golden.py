"""A golden question: what is asked, and what must be quoted, or that the article does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus import normalise_text

FIELDS = ("question", "expected_quote", "section", "answerable", "language", "history", "note", "id")
LONGEST_QUESTION = 5000  # characters
MOST_GOLDEN = 20_000


class GoldenError(ValueError):
    """Golden questions that cannot be used; `problems` says what, a sentence with its row each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden question; made by `make_golden`, which brings every text into one form.

    `quotes` are the expected quotes: a right first quote holds one of them; empty when the article does not
    answer (`answerable` is then False). `history` are earlier questions, oldest first. `language` is a code
    such as "en", empty when nobody said.
    """

    question: str
    quotes: tuple[str, ...] = ()
    section: str = ""
    answerable: bool = True
    language: str = ""
    history: tuple[str, ...] = ()
    note: str = ""
    id: str = ""


def make_golden(
    question: str,
    quotes: Sequence[str] = (),
    section: str = "",
    answerable: bool | None = None,
    language: str = "",
    history: Sequence[str] = (),
    note: str = "",
    id: str = "",
) -> Golden:
    """A golden question in normal form; without `answerable`, it is when a quote is expected.

    Raises GoldenError when there is no question, or when quotes and answerable contradict each other.
    """
    golden = Golden(
        question=" ".join(_clean(question).split()),
        quotes=_clean_all(quotes),
        section=_clean(section),
        answerable=bool(_clean_all(quotes)) if answerable is None else answerable,
        language=_clean(language),
        history=_clean_all(history),
        note=_clean(note),
        id=_clean(id),
    )
    problem = find_problem(golden)
    if problem:
        raise GoldenError([problem])
    return golden


def find_problem(golden: Golden) -> str:
    """What is wrong with a golden question, in one sentence; empty when nothing is."""
    if not golden.question:
        return "the question is empty"
    if len(golden.question) > LONGEST_QUESTION:
        return f"the question has {len(golden.question)} characters; at most {LONGEST_QUESTION} can be asked"
    if golden.answerable and not golden.quotes:
        return "it is answerable, so the expected quote must say what has to be quoted"
    if not golden.answerable and golden.quotes:
        return "it has an expected quote, so answerable cannot be “no”"
    return ""


def _clean(text: str) -> str:
    return normalise_text(text).strip()


def _clean_all(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(cleaned for cleaned in map(_clean, texts) if cleaned)


def golden_as_dict(golden: Golden) -> dict[str, Any]:
    """The golden question as JSON has it; one expected quote is a text, several are a list."""
    quotes: str | list[str] = golden.quotes[0] if len(golden.quotes) == 1 else list(golden.quotes)
    return {
        "id": golden.id,
        "question": golden.question,
        "expected_quote": quotes or "",
        "section": golden.section,
        "answerable": golden.answerable,
        "language": golden.language,
        "history": list(golden.history),
        "note": golden.note,
    }


def golden_from_dict(fields: dict[str, Any]) -> Golden:
    """The golden question of a JSON object; raises GoldenError.

    "evidence" is read as expected_quote, "quote" too; "kind" becomes the note when there is none.
    """
    quotes = next((fields[key] for key in ("expected_quote", "quote", "evidence") if key in fields), ())
    quotes = [quotes] if isinstance(quotes, str) else quotes if quotes is not None else []
    history = fields.get("history") or ()
    history = [history] if isinstance(history, str) else history
    answerable = fields.get("answerable")
    texts = {
        key: "" if fields.get(key) is None else fields[key]
        for key in ("question", "section", "language", "note")
    }
    texts["note"] = texts["note"] or fields.get("kind") or ""
    wrong = [key for key, value in texts.items() if not isinstance(value, str)]
    for key, values in (("expected_quote", quotes), ("history", history)):
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            wrong.append(key)
    if wrong:
        raise GoldenError([f"{' and '.join(wrong)} must be text"])
    if not (answerable is None or isinstance(answerable, bool)):
        raise GoldenError(["answerable must be true or false"])
    golden_id = fields.get("id")
    return make_golden(
        texts["question"],
        quotes,
        texts["section"],
        answerable,
        texts["language"],
        history,
        texts["note"],
        "" if golden_id is None else str(golden_id),
    )


def holds_any(text: str, pieces: Sequence[str]) -> bool:
    """Whether a quote holds one of the expected pieces, white space and capitals aside.

    ("About 400\\nboats took part.", ["about 400 boats"]) -> True
    """
    folded = " ".join(text.split()).casefold()
    return any(" ".join(piece.split()).casefold() in folded for piece in pieces)
