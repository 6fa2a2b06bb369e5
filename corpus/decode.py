"""Turn a file's bytes into text, or say why they are none."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from corpus.errors import ArticleError

LARGEST_FILE = 5_000_000
# Text has line ends and tabs, and now and then a form feed; files that are no text have far more than this.
MOST_CONTROL_SHARE = 0.01

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_bytes(path: Path) -> bytes:
    """Return what the file holds; raises ArticleError where there is none, or more than 5 MB."""
    try:
        if path.is_dir():
            raise ArticleError("it is a directory")
        if not path.exists():
            raise ArticleError("there is no such file")
        if not path.is_file():
            raise ArticleError("it is not a regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArticleError(f"the system says: {reason}") from error
    if len(data) > LARGEST_FILE:
        raise ArticleError(f"it is larger than {LARGEST_FILE // 1_000_000} MB")
    return data


def decode_text(data: bytes, is_html: bool = False) -> str:
    """Decode UTF-8, UTF-16 with its mark, or the encoding that a web page names.

    Nothing is guessed: a wrong guess would be quoted as the article's words. Raises ArticleError.
    """
    if not data.strip():
        raise ArticleError("it is empty")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _check_text(_decode(data, "utf-16"))
    if b"\x00" in data or data.startswith(b"%PDF-"):
        raise ArticleError("it is a binary file, not text")
    declared = _CHARSET.search(data[:4096]) if is_html else None
    try:
        return _check_text(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if declared:
            return _check_text(_decode(data, declared[1].decode("ascii")))
        raise ArticleError(
            f"it is not UTF-8 text (byte 0x{data[error.start]:02x} at position {error.start:,})"
        ) from error


def _decode(data: bytes, encoding: str) -> str:
    # Pages that say Latin-1 mean Windows-1252, and browsers read them so.
    name = (
        "cp1252" if encoding.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii") else encoding
    )
    try:
        return data.decode(name)
    except (UnicodeError, LookupError) as error:
        raise ArticleError(f"it is not the {encoding} text it says it is") from error


def _check_text(text: str) -> str:
    if len(_CONTROLS.findall(text)) > MOST_CONTROL_SHARE * len(text):
        raise ArticleError("it is a binary file, not text")
    return text
