"""Golden questions as files an editor can own: CSV and JSON Lines, in and out without loss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from assistant.quality.golden import (
    FIELDS,
    MOST_GOLDEN,
    Golden,
    GoldenError,
    golden_as_dict,
    golden_from_dict,
    make_golden,
)
from assistant.quality.spreadsheet import SpreadsheetError, join_cell, read_table, split_cell, write_table
from assistant.quality.squad import read_squad

LARGEST_FILE = 20_000_000  # bytes
_YES = frozenset("true yes y 1 x wahr ja vrai oui verdadero sí si".split())
_NO = frozenset("false no n 0 falsch nein faux non falso".split())
_NAMES = {"expected quote": "expected_quote", "quote": "expected_quote", "evidence": "expected_quote"}


def write_csv(golden: Sequence[Golden]) -> str:
    """Golden questions as CSV; several expected quotes or earlier questions stand in one cell, " || " between."""
    return write_table(
        FIELDS,
        (
            (
                each.question,
                join_cell(each.quotes),
                each.section,
                "yes" if each.answerable else "no",
                each.language,
                join_cell(each.history),
                each.note,
                each.id,
            )
            for each in golden
        ),
    )


def write_jsonl(golden: Sequence[Golden]) -> str:
    """Golden questions as JSON Lines."""
    return "".join(json.dumps(golden_as_dict(each), ensure_ascii=False) + "\n" for each in golden)


def read_csv(data: bytes) -> tuple[Golden, ...]:
    """The golden questions of a CSV file; raises GoldenError with a sentence for every row that cannot be used.

    Only the column `question` is needed. What spreadsheets do to a file is put up with: a byte order mark,
    semicolons or tabs, any line ends, capitals in the header, TRUE and WAHR.
    """
    try:
        rows = read_table(data)
    except SpreadsheetError as error:
        raise GoldenError([str(error)]) from error
    if not rows:
        raise GoldenError(["the file is empty"])
    header = [" ".join(cell.replace("_", " ").split()).casefold() for cell in rows[0][1]]
    columns = [_NAMES.get(name, name.replace(" ", "_")) for name in header]
    unknown = [name for name in columns if name and name not in FIELDS]
    doubled = [name for name in FIELDS if columns.count(name) > 1]
    if "question" not in columns or unknown or doubled:
        problems = ["there is no column “question”"] if "question" not in columns else []
        problems += [f"the column “{name[:60]}” is not known" for name in unknown]
        problems += [f"the column “{name}” is there more than once" for name in doubled]
        raise GoldenError([f"row 1: {'; '.join(problems)}; the columns are {', '.join(FIELDS)}"])
    golden, problems = [], []
    for number, row in rows[1:]:
        try:
            if any(cell.strip() for cell in row[len(columns) :]):
                raise GoldenError(["it has more cells than the header; is a quotation mark missing?"])
            cells = dict(zip(columns, row, strict=False))
            golden.append(
                make_golden(
                    cells.get("question", ""),
                    split_cell(cells.get("expected_quote", "")),
                    cells.get("section", ""),
                    _read_answerable(cells.get("answerable", "")),
                    cells.get("language", ""),
                    split_cell(cells.get("history", "")),
                    cells.get("note", ""),
                    cells.get("id", ""),
                )
            )
        except GoldenError as error:
            problems += [f"row {number}: {problem}" for problem in error.problems]
    return _finish(golden, problems)


def _read_answerable(cell: str) -> bool | None:
    word = cell.strip().casefold()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise GoldenError([f"answerable is “{cell.strip()[:40]}”; write yes or no"])


def read_jsonl(data: bytes) -> tuple[Golden, ...]:
    """The golden questions of a JSON Lines file; raises GoldenError with a sentence for every line at fault."""
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise GoldenError(["it is not in UTF-8; save it as UTF-8 and import that"]) from error
    golden, problems = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict):
                raise GoldenError(["it is no JSON object"])
            golden.append(golden_from_dict(fields))
        except GoldenError as error:
            problems += [f"line {number}: {problem}" for problem in error.problems]
        except (ValueError, RecursionError) as error:
            problems.append(f"line {number}: it is not JSON ({error})")
    return _finish(golden, problems)


def _finish(golden: Sequence[Golden], problems: Sequence[str]) -> tuple[Golden, ...]:
    if problems:
        raise GoldenError(problems)
    if len(golden) > MOST_GOLDEN:
        raise GoldenError([f"it has {len(golden):,} questions; at most {MOST_GOLDEN:,} can be taken"])
    return tuple(golden)


def read_golden(data: bytes, name: str) -> tuple[Golden, ...]:
    """Golden questions of a file by what its name ends in: .csv, .tsv, .jsonl, or .json as SQuAD has it."""
    if len(data) > LARGEST_FILE:
        raise GoldenError([f"it is larger than {LARGEST_FILE // 1_000_000} MB"])
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".tsv", ".txt"):
        return read_csv(data)
    if suffix in (".jsonl", ".ndjson"):
        return read_jsonl(data)
    if suffix == ".json":
        return _finish(read_squad(data), ())
    raise GoldenError(["its name must end in .csv, .jsonl or .json (SQuAD)"])


def read_golden_file(path: Path) -> tuple[Golden, ...]:
    """Golden questions of a file on disk; raises GoldenError also when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldenError([f"{path}: cannot be read: {error.strerror}"]) from error
    return read_golden(data, path.name)
