"""Tables as CSV that a spreadsheet opens without executing anything, and that come back as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What makes a spreadsheet take a cell for a formula, the full-width forms included.
_ACTIVE = "=+-@\t\r\n＝＋－＠"
_GUARDED = re.compile(rf"'(?=[{re.escape(_ACTIVE)}'])")
BYTE_ORDER_MARK = "\ufeff"
_BAR = re.compile(r"\\([\\|])|\|\|")


class SpreadsheetError(ValueError):
    """A file that is no table; the message says what to do about it."""


def guard_cell(text: str) -> str:
    """A cell that no spreadsheet executes: "=1+1" -> "'=1+1"; `unguard_cell` undoes it."""
    return f"'{text}" if text.startswith(tuple(_ACTIVE)) or _GUARDED.match(text) else text


def unguard_cell(text: str) -> str:
    """The cell as it was before `guard_cell`: "'=1+1" -> "=1+1", "'tis" -> "'tis"."""
    return text[1:] if _GUARDED.match(text) else text


def join_cell(texts: Sequence[str]) -> str:
    """Several texts in one cell: ["a", "b|c"] -> "a || b\\|c"."""
    return " || ".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def split_cell(cell: str) -> list[str]:
    """The texts of a cell: "a || b\\|c" -> ["a ", " b|c"]; whoever reads them strips them."""
    texts = [""]
    at = 0
    for match in _BAR.finditer(cell):
        texts[-1] += cell[at : match.start()]
        if match.group(1):
            texts[-1] += match.group(1)
        else:
            texts.append("")
        at = match.end()
    texts[-1] += cell[at:]
    return texts


def write_row(cells: Sequence[str]) -> str:
    """A line of CSV as RFC 4180 has it, every cell quoted and guarded."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(guard_cell, cells))
    return out.getvalue()


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV with a header; begins with a byte order mark, by which Excel knows UTF-8."""
    return BYTE_ORDER_MARK + "".join(map(write_row, (header, *rows)))


def decode_table(data: bytes) -> str:
    """The text of a file a spreadsheet wrote; raises SpreadsheetError."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SpreadsheetError("this is a workbook, not a CSV file; save it as “CSV UTF-8” and import that")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SpreadsheetError(
            "it is not in UTF-8 (it looks like Windows-1252, as older spreadsheets write); "
            "save it as “CSV UTF-8” and import that"
        ) from error


def read_table(data: bytes) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file with their row numbers, from 1, header included; blank rows are left out.

    Commas, semicolons and tabs are told apart by the header. Raises SpreadsheetError.
    """
    text = decode_table(data)
    first = text.splitlines()[0] if text.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:  # a line Excel writes and reads
        text, separator = text[text.index("\n") + 1 :], first[4]
    else:
        separator = max(",;\t", key=first.count)
    rows = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            if any(cell.strip() for cell in row):
                rows.append((number, [unguard_cell(cell) for cell in row]))
    except csv.Error as error:
        raise SpreadsheetError(f"it cannot be read as a table: {error}") from error
    return rows
