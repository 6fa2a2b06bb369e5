"""Every pattern in the code against long texts made to be slow: twice the text takes about twice the time.

Growth is compared, not seconds: 2 for linear time, 4 for a pattern that tries every end from every start.
"""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LENGTH = 1500  # characters at first
FASTEST = 0.0015  # seconds; what takes less says nothing about growth, and is fast
TOO_STEEP = 3.0
# Used where nobody hands in a text: preparing what the reader model is trained on, and the sources of the widget.
OURS = ("index/reading/", "index/reader_data.py", "assistant/embed.py")
# Lines longer than 200 characters are no headings (plain_lines._match_hashes), so this one never sees a long text.
GUARDED = {"corpus/plain_lines.py _HASHES"}
METHODS = ("match", "search", "fullmatch", "sub", "split", "findall", "finditer")
UNITS = (
    " ",
    "\n",
    "a",
    "A",
    "1",
    ".",
    "-",
    "'",
    '"',
    "<",
    "a ",
    "A ",
    "1.",
    " \n",
    "a.",
    "<a",
    "- ",
    "[1]",
    "“a",
    "a'",
    "#",
    "a@",
    "(1",
)


def find_patterns() -> Iterator[tuple[str, re.Pattern[str], set[str]]]:
    """Every pattern with its place and the methods it is used with: the compiled ones, and those written in a call."""
    for folder in ("assistant", "corpus", "index"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            if file.name == "__main__.py" or place.startswith(OURS):
                continue
            source = file.read_text(encoding="utf-8")
            module = importlib.import_module(
                place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            )
            for name, value in vars(module).items():
                used = set(re.findall(rf"\b{re.escape(name)}\.({'|'.join(METHODS)})\(", source))
                if isinstance(value, re.Pattern) and used:
                    yield f"{place} {name}", value, used
                elif isinstance(value, tuple):
                    for number, each in enumerate(value):
                        for part in each if isinstance(each, tuple) else (each,):
                            if isinstance(part, re.Pattern):
                                yield f"{place} {name}[{number}]", part, {"search", "fullmatch"}
            for node in ast.walk(ast.parse(source)):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func) in {f"re.{method}" for method in METHODS}
                    and isinstance(node.args[0], ast.Constant)
                ):
                    flags = (
                        re.IGNORECASE if re.search(r"re\.I(GNORECASE)?\b", ast.unparse(node)) else re.NOFLAG
                    )
                    method = ast.unparse(node.func).removeprefix("re.")
                    yield f"{place}:{node.lineno}", re.compile(node.args[0].value, flags), {method}


def list_units(pattern: re.Pattern[str]) -> list[str]:
    """What to repeat: the usual, and the pattern's own words and signs, alone and in pairs."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = (
        re.findall(r"[A-Za-z]{2,}", text)[:4]
        + [sign for sign in dict.fromkeys(text) if sign not in "\\^$*+?|a1"][:6]
    )
    return list(
        dict.fromkeys([*UNITS, *own, *(f"{word} " for word in own), *(f"{own[0]}{word}" for word in own)])
    )


def spend(pattern: re.Pattern[str], method: str, text: str) -> float:
    """Processor seconds of this thread, so that other work on the machine does not count."""
    subject = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    began = time.thread_time()
    if method in ("findall", "finditer"):
        for _ in pattern.finditer(subject):  # type: ignore[arg-type]
            pass
    elif method == "sub":
        pattern.sub(lambda found: found[0], subject)  # type: ignore[arg-type, return-value]
    else:
        getattr(pattern, method)(subject)
    return time.thread_time() - began


def find_steepest(pattern: re.Pattern[str], methods: set[str]) -> tuple[float, str]:
    """How steeply the time grows at worst, from a text to one twice as long, and for which text."""
    worst = (0.0, "")
    for method in methods:
        for unit in list_units(pattern):
            for start, end in (("", "\x01"), (f"{unit}a ", ""), ('a "', "\x01"), ("# a", "\x01")):
                times = LENGTH // len(unit)
                if spend(pattern, method, start + unit * times + end) < FASTEST:
                    continue
                once, twice = (
                    min(spend(pattern, method, start + unit * times * n + end) for _ in range(3))
                    for n in (2, 4)
                )
                worst = max(
                    worst, (twice / once if once >= FASTEST else 0.0, f"{method} {start!r} {unit!r} {end!r}")
                )
    return worst


def test_twice_the_text_takes_twice_the_time() -> None:
    patterns = list(find_patterns())
    assert len(patterns) >= 90, "the code has patterns that were not found"
    steep = {}
    for place, pattern, methods in patterns:
        growth, text = find_steepest(pattern, methods)
        if growth > TOO_STEEP and place not in GUARDED:
            steep[place] = f"{growth:.1f} times for {text}"
    assert steep == {}


@pytest.mark.parametrize(
    ("pattern", "method"),
    [(r"(a+)+$", "match"), (r"\s+$", "search"), (r"\s*-?\s*", "fullmatch")],
)
def test_a_pattern_that_is_slow_is_found(pattern: str, method: str) -> None:
    if pattern == r"(a+)+$":
        assert spend(re.compile(pattern), method, "a" * 22 + "!") > 4 * spend(
            re.compile(pattern), method, "a" * 18 + "!"
        )
    else:
        assert find_steepest(re.compile(pattern), {method})[0] > TOO_STEEP
