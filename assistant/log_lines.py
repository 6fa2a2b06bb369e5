"""How a line of the program's log looks: one event a line, as text or as JSON, with nobody's data in it."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from traceback import TracebackException, extract_tb
from types import TracebackType

from assistant.records import redact_text


class LogForm(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


request_id: ContextVar[str] = ContextVar("request id", default="")  # of the request that is being answered

# What could end a line, move a terminal's cursor or show something else than is written; half characters too.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F:]{2,40}:[0-9a-fA-F:.]{0,40}(?![\w:])")
_OWN = ("assistant.", "index.", "corpus.", "sqlite3")  # modules whose errors quote no reader
_NOISY = ("httpx", "sentence_transformers", "bm25s", "python_multipart", "asyncio")


def escape_line(text: str) -> str:
    """The text on one line, what a terminal would obey spelled out: "a\\nb\\x1b[2J" -> "a\\\\x0ab\\\\x1b[2J"."""
    return _UNSAFE.sub(
        lambda found: f"\\x{ord(found[0]):02x}" if ord(found[0]) < 256 else f"\\u{ord(found[0]):04x}", text
    )


def hide_persons(text: str) -> str:
    """The text without e-mail addresses, telephone numbers and the network addresses of others."""
    return redact_text(_IPV6.sub(_hide_address, _IPV4.sub(_hide_address, text)))


def _hide_address(found: re.Match[str]) -> str:
    try:
        address = ip_address(found[0].strip("."))
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else "[address]"


def tell_message(record: logging.LogRecord) -> str:
    """A record's message; also when a library gave it arguments that do not fit."""
    try:
        return record.getMessage()
    except Exception as error:  # whatever a library's __str__ raises must not lose the line
        return f"{record.msg!r} (its arguments do not fit: {type(error).__name__})"


def trace_error(error: BaseException | None) -> Iterator[str]:
    """Where an error came from, a line a frame, causes after what they caused.

    The message of an error is only given when its type is known to quote nobody: a library's may hold the very
    question it failed on.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        told = TracebackException(type(error), error, None)
        named = type(error).__module__.startswith(_OWN) or isinstance(error, (OSError, ImportError))
        yield f"{type(error).__name__}: {told._str if named else '(its message may quote a reader)'}"
        for frame in extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class LineFormatter(logging.Formatter):
    """One line a record, whatever is in it; `extra={"fields": {...}}` adds fields of its own to a line."""

    def __init__(self, form: LogForm) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = escape_line(hide_persons(tell_message(record)))
        fields = {
            key: escape_line(hide_persons(value)) if isinstance(value, str) else value
            for key, value in getattr(record, "fields", {}).items()
        }
        error = record.exc_info[1] if record.exc_info else None
        trace = [escape_line(hide_persons(line)) for line in trace_error(error)]
        request = request_id.get()
        if self.form is LogForm.JSON:
            line = {"time": when, "level": record.levelname, "logger": record.name, "message": message}
            line |= {"request": request} if request else {}
            line |= fields | ({"error": trace} if trace else {})
            return json.dumps(line, default=str)
        words = [when, record.levelname, f"{escape_line(record.name)}:", message]
        words += [f"request={request}"] if request else []
        words += [
            f"{key}={value if ' ' not in str(value) else json.dumps(value)}" for key, value in fields.items()
        ]
        return " ".join((*words, *(f"| {line}" for line in trace)))


def configure_logs(form: LogForm, level: int = logging.INFO) -> None:
    """Send every log line, warning and uncaught error of this process to standard error, in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(form))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    log = logging.getLogger("assistant")

    def tell_uncaught(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("the program ended by an error", exc_info=error)

    def tell_thread(ended: threading.ExceptHookArgs) -> None:
        name = ended.thread.name if ended.thread else "?"
        log.error("the thread %s ended by an error", name, exc_info=ended.exc_value)

    sys.excepthook = tell_uncaught
    threading.excepthook = tell_thread
