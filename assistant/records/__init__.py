"""What was asked, answered, voted and decided, in SQLite."""

from assistant.records.log import Entry, Show, count_quoted, list_log, list_troubled, walk_log
from assistant.records.purge import Purging
from assistant.records.redact import redact_text
from assistant.records.store import Kept, RecordError, Records, Vote, tell_time

__all__ = [
    "Entry",
    "Kept",
    "Purging",
    "RecordError",
    "Records",
    "Show",
    "Vote",
    "count_quoted",
    "list_log",
    "list_troubled",
    "redact_text",
    "tell_time",
    "walk_log",
]
