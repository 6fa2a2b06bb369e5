"""Looking through what was asked: searching, filtering, paging, and the questions that need an editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from assistant.records.store import Records, read_json

LARGEST_PAGE = 500
_COLUMNS = (
    "a.id, a.created, a.article, a.question, a.history, a.outcome, a.confidence, a.revision, a.answer, a.took_ms, "
    "a.session, a.decision, COALESCE(v.vote, 0), COALESCE(v.reasons, '[]'), COALESCE(v.note, '')"
)
_TABLES = "answers a LEFT JOIN votes v ON v.answer_id = a.id"


class Show(StrEnum):
    """Which answers of the log are wanted."""

    ALL = "all"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    VOTED_DOWN = "voted down"
    VOTED_UP = "voted up"
    WITH_NOTE = "with a note"
    DECIDED = "settled by an editor"


_CONDITIONS = {
    Show.ALL: "1",
    Show.UNANSWERED: "a.outcome <> 'answered'",
    Show.ANSWERED: "a.outcome = 'answered'",
    Show.VOTED_DOWN: "v.vote = -1",
    Show.VOTED_UP: "v.vote = 1",
    Show.WITH_NOTE: "v.note <> ''",
    Show.DECIDED: "a.decision IS NOT NULL",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the log, with the vote on it."""

    id: str
    created: str
    article: str
    question: str
    history: tuple[str, ...]
    outcome: str
    confidence: float
    revision: str
    quotes: tuple[dict[str, Any], ...]
    read_as: str | None
    took_ms: float
    session: str
    decision: str | None
    vote: int
    reasons: tuple[str, ...]
    note: str


def _make_entry(row: tuple[Any, ...]) -> Entry:
    answer = read_json(row[8])
    return Entry(
        *row[:4],
        tuple(read_json(row[4])),
        *row[5:8],
        tuple(answer.get("quotes", ())),
        answer.get("read_as"),
        *row[9:13],
        tuple(read_json(row[13])),
        row[14],
    )


def search_log(
    article: str, words: str = "", show: Show = Show.ALL, days: int = 0
) -> tuple[str, tuple[Any, ...]]:
    """The condition, and its values, that picks entries: every word in question or note, `days` back (0: all)."""
    conditions, values = [_CONDITIONS[show]], []
    if article:
        conditions.append("a.article = ?")
        values.append(article)
    for word in words.split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append("(a.question LIKE ? ESCAPE '\\' OR v.note LIKE ? ESCAPE '\\')")
        values += [pattern, pattern]
    if days:
        conditions.append("a.created >= ?")
        values.append((datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds"))
    return " AND ".join(conditions), tuple(values)


def list_log(
    records: Records,
    article: str = "",
    words: str = "",
    show: Show = Show.ALL,
    days: int = 0,
    first: int = 0,
    count: int = 50,
) -> tuple[int, tuple[Entry, ...]]:
    """How many entries there are in all, and a page of them, newest first."""
    condition, values = search_log(article, words, show, days)
    total = records.read_one(f"SELECT count(*) FROM {_TABLES} WHERE {condition}", values)
    rows = records.read(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {condition} ORDER BY a.created DESC, a.id LIMIT ? OFFSET ?",
        (*values, min(count, LARGEST_PAGE), first),
    )
    return (total[0] if total else 0), tuple(map(_make_entry, rows))


def walk_log(
    records: Records, article: str = "", words: str = "", show: Show = Show.ALL, days: int = 0
) -> Iterator[Entry]:
    """Every entry, newest first, read a page at a time; what is asked meanwhile is not among them."""
    condition, values = search_log(article, words, show, days)
    last: tuple[str, str] = ("9", "")
    while True:
        rows = records.read(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {condition} AND (a.created < ? OR (a.created = ? AND a.id > ?)) "
            "ORDER BY a.created DESC, a.id LIMIT ?",
            (*values, last[0], last[0], last[1], LARGEST_PAGE),
        )
        yield from map(_make_entry, rows)
        if len(rows) < LARGEST_PAGE:
            return
        last = (rows[-1][1], rows[-1][0])


def list_troubled(records: Records, article: str, sure_from: float, count: int = 1000) -> tuple[Entry, ...]:
    """The newest answers an editor should see: unanswered, voted down, or answered below `sure_from`.

    What an editor's decision has settled is only among them when a reader voted it down since.
    """
    rows = records.read(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE a.article = ? AND (v.vote = -1 OR (a.decision IS NULL AND "
        "(a.outcome <> 'answered' OR (a.confidence < ? AND COALESCE(v.vote, 0) <> 1)))) "
        "ORDER BY a.created DESC LIMIT ?",
        (article, sure_from, count),
    )
    return tuple(map(_make_entry, rows))


def count_quoted(records: Records, article: str, revision: str) -> dict[tuple[int, int], int]:
    """How often each range of this revision was quoted in an answer shown as one: {(start, end): times}."""
    rows = records.read(
        "SELECT json_extract(q.value, '$.start'), json_extract(q.value, '$.end'), count(*) "
        "FROM answers a, json_each(a.answer, '$.quotes') q "
        "WHERE a.article = ? AND a.revision = ? AND a.outcome = 'answered' GROUP BY 1, 2",
        (article, revision),
    )
    return {(start, end): times for start, end, times in rows}
