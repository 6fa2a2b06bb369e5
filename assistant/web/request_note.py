"""What is known of the request under way, for its line in the log and the metrics: its id and how it ended."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class RequestNote:
    """Written by whoever answers the request, in whatever thread; read once it is answered."""

    id: str
    outcome: str = ""


_note: ContextVar[RequestNote | None] = ContextVar("request note", default=None)


def open_note(note: RequestNote) -> None:
    """Make this the note of everything that runs on behalf of the current request."""
    _note.set(note)


def note_outcome(outcome: str) -> None:
    """Say how the request ended; does nothing outside a request, as for a question of the chat page."""
    note = _note.get()
    if note is not None:
        note.outcome = outcome
