"""The log of what readers asked as CSV, safe to open in a spreadsheet, and as JSON Lines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator

from assistant.quality.spreadsheet import BYTE_ORDER_MARK, join_cell, write_row
from assistant.records import Entry

_COLUMNS = (
    "id", "created", "article", "question", "history", "read_as", "outcome", "confidence", "quotes", "revision",
    "milliseconds", "session", "decision", "vote", "reasons", "note",
)  # fmt: skip


def write_log_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """The header, then a line an entry."""
    yield BYTE_ORDER_MARK + write_row(_COLUMNS)
    for entry in entries:
        yield write_row(
            (
                entry.id,
                entry.created,
                entry.article,
                entry.question,
                join_cell(entry.history),
                entry.read_as or "",
                entry.outcome,
                f"{entry.confidence:.4f}",
                join_cell([str(quote.get("text", "")) for quote in entry.quotes]),
                entry.revision,
                f"{entry.took_ms:.1f}",
                entry.session,
                entry.decision or "",
                {1: "up", 0: "", -1: "down"}[entry.vote],
                join_cell(entry.reasons),
                entry.note,
            )
        )


def write_log_jsonl(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON object a line."""
    for entry in entries:
        yield json.dumps(dataclasses.asdict(entry), ensure_ascii=False) + "\n"
