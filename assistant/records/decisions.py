"""What editors decided: golden questions, thresholds, published corrections, and the runs they looked at."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.records.store import RecordError, Records, read_json, tell_time

MOST_RUNS = 50  # of an article


@dataclass(frozen=True, slots=True)
class KeptGolden:
    """A golden question of an article; `live`: readers who ask it are answered as it says.

    `entry` are the fields of an assistant.quality.Golden as JSON has them.
    """

    id: str
    article: str
    created: str
    editor: str
    live: bool
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptThreshold:
    """The confidence from which an article answers, since when and by whom; None: the assistant's own."""

    answered_from: float | None
    created: str
    editor: str


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A published correction: `file` holds it, `base` is the revision of the file it was a correction of."""

    revision: str
    base: str
    file: str
    created: str
    editor: str


@dataclass(frozen=True, slots=True)
class KeptRun:
    """An evaluation that was kept; `run` is an assistant.quality.Run as JSON has it."""

    id: str
    created: str
    editor: str
    run: dict[str, Any]


def keep_golden(
    records: Records, article: str, entries: Sequence[dict[str, Any]], editor: str, live: bool
) -> tuple[str, ...]:
    """Keep golden questions, all or none, and return their ids; raises RecordError.

    A live one takes the place of earlier live ones of the very same question; an entry that is there already
    is left as it is, and an imported one never makes a live one silent.
    """
    ids, statements = [], []
    for entry in entries:
        ids.append(secrets.token_urlsafe(9))
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
        if live:
            statements.append(
                (
                    "DELETE FROM golden WHERE article = ? AND question = ? AND (live = 1 OR entry = ?)",
                    (article, entry["question"], text),
                )
            )
        statements.append(
            (
                "INSERT OR IGNORE INTO golden VALUES (?, ?, ?, ?, ?, ?, ?)",
                (ids[-1], article, tell_time(), editor, int(live), entry["question"], text),
            )
        )
    if statements:
        records.write(*statements)
    return tuple(ids)


def list_golden(records: Records, article: str, live_only: bool = False) -> tuple[KeptGolden, ...]:
    """The golden questions of an article, oldest first."""
    rows = records.read(
        "SELECT id, article, created, editor, live, entry FROM golden WHERE article = ? AND live >= ? "
        "ORDER BY created, rowid",
        (article, int(live_only)),
    )
    return tuple(KeptGolden(*row[:4], bool(row[4]), read_json(row[5])) for row in rows)


def delete_golden(records: Records, golden_id: str) -> None:
    """Take a golden question away; raises RecordError when there is none of that id."""
    if not records.write(("DELETE FROM golden WHERE id = ?", (golden_id,))):
        raise RecordError("There is no such golden question any more.")


def keep_threshold(records: Records, article: str, answered_from: float | None, editor: str) -> None:
    """Keep a new threshold beside the earlier ones; raises RecordError."""
    records.write(
        (
            "INSERT INTO thresholds (article, answered_from, created, editor) VALUES (?, ?, ?, ?)",
            (article, answered_from, tell_time(), editor),
        )
    )


def list_thresholds(records: Records, article: str) -> tuple[KeptThreshold, ...]:
    """Every threshold an article had, newest first: the first is in force."""
    rows = records.read(
        "SELECT answered_from, created, editor FROM thresholds WHERE article = ? ORDER BY id DESC", (article,)
    )
    return tuple(KeptThreshold(*row) for row in rows)


def keep_revision(records: Records, article: str, revision: KeptRevision) -> None:
    """Keep that a correction was published; raises RecordError."""
    records.write(
        (
            "INSERT INTO revisions (article, revision, base, file, created, editor) VALUES (?, ?, ?, ?, ?, ?)",
            (article, revision.revision, revision.base, revision.file, revision.created, revision.editor),
        )
    )


def list_revisions(records: Records, article: str) -> tuple[KeptRevision, ...]:
    """Every correction published of an article, newest first."""
    rows = records.read(
        "SELECT revision, base, file, created, editor FROM revisions WHERE article = ? ORDER BY id DESC",
        (article,),
    )
    return tuple(KeptRevision(*row) for row in rows)


def keep_run(records: Records, article: str, run: dict[str, Any], editor: str) -> str:
    """Keep an evaluation and return its id; the oldest beyond MOST_RUNS go. Raises RecordError."""
    run_id = secrets.token_urlsafe(9)
    records.write(
        (
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?)",
            (run_id, article, tell_time(), editor, json.dumps(run, ensure_ascii=False)),
        ),
        (
            "DELETE FROM runs WHERE article = ? AND id NOT IN "
            "(SELECT id FROM runs WHERE article = ? ORDER BY created DESC, rowid DESC LIMIT ?)",
            (article, article, MOST_RUNS),
        ),
    )
    return run_id


def list_runs(records: Records, article: str) -> tuple[tuple[str, str, str], ...]:
    """The kept runs of an article, newest first: (id, when, by whom) each."""
    rows = records.read(
        "SELECT id, created, editor FROM runs WHERE article = ? ORDER BY created DESC, rowid DESC LIMIT ?",
        (article, MOST_RUNS),
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def find_run(records: Records, article: str, run_id: str) -> KeptRun | None:
    """A kept run of an article; None when there is none of that id."""
    row = records.read_one(
        "SELECT id, created, editor, run FROM runs WHERE article = ? AND id = ?", (article, run_id)
    )
    return KeptRun(*row[:3], read_json(row[3])) if row else None
