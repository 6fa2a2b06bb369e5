"""What was asked, answered and voted, in SQLite."""

from assistant.records.redact import redact_text
from assistant.records.store import Kept, RecordError, Records, Vote

__all__ = ["Kept", "RecordError", "Records", "Vote", "redact_text"]
