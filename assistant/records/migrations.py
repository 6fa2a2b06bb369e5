"""The database's form, as numbered steps that each run once."""

from __future__ import annotations

import sqlite3

# Step n takes the database from version n - 1 to n; a step that has been released is never changed.
STEPS = (
    """
    CREATE TABLE answers (
        id TEXT PRIMARY KEY,
        created TEXT NOT NULL,
        article TEXT NOT NULL,
        question TEXT NOT NULL,
        history TEXT NOT NULL,
        outcome TEXT NOT NULL,
        confidence REAL NOT NULL,
        revision TEXT NOT NULL,
        answer TEXT NOT NULL
    ) STRICT;
    CREATE INDEX answers_by_time ON answers (article, created);
    CREATE TABLE votes (
        answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
        vote INTEGER NOT NULL CHECK (vote IN (-1, 1)),
        reasons TEXT NOT NULL,
        note TEXT NOT NULL,
        updated TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE answers ADD COLUMN took_ms REAL NOT NULL DEFAULT 0;
    ALTER TABLE answers ADD COLUMN session TEXT NOT NULL DEFAULT '';
    ALTER TABLE answers ADD COLUMN decision TEXT;
    CREATE INDEX answers_by_age ON answers (created);
    CREATE TABLE golden (
        id TEXT PRIMARY KEY,
        article TEXT NOT NULL,
        created TEXT NOT NULL,
        editor TEXT NOT NULL,
        live INTEGER NOT NULL CHECK (live IN (0, 1)),
        question TEXT NOT NULL,
        entry TEXT NOT NULL,
        UNIQUE (article, question, entry)
    ) STRICT;
    CREATE TABLE thresholds (
        id INTEGER PRIMARY KEY,
        article TEXT NOT NULL,
        answered_from REAL CHECK (answered_from BETWEEN 0 AND 1),
        created TEXT NOT NULL,
        editor TEXT NOT NULL
    ) STRICT;
    CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        article TEXT NOT NULL,
        revision TEXT NOT NULL,
        base TEXT NOT NULL,
        file TEXT NOT NULL,
        created TEXT NOT NULL,
        editor TEXT NOT NULL
    ) STRICT;
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        article TEXT NOT NULL,
        created TEXT NOT NULL,
        editor TEXT NOT NULL,
        run TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_time ON runs (article, created);
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Run the steps the database has not seen, each in one transaction.

    Raises sqlite3.DatabaseError when the database is of a later version than this program.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise sqlite3.DatabaseError(f"the records are of version {version}, this program knows {len(STEPS)}")
    for number, step in enumerate(STEPS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
