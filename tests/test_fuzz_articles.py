"""Files changed at random, from a fixed beginning: each is an article in order, or is refused in one sentence.

`make fuzz SECONDS=600` goes on from another beginning each time and keeps what behaves anew.
"""

from itertools import islice
from pathlib import Path

import pytest

from corpus import read as reading
from tests.fuzz.check import read_markup_here
from tests.fuzz.run import FOUND, fuzz, load_seeds

COUNTS = {".txt": 500, ".md": 500, ".html": 150}


@pytest.mark.parametrize("suffix", list(COUNTS))
def test_changed_files_are_articles_or_refused(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_markup", read_markup_here)
    seen = list(islice(fuzz(suffix, load_seeds()[suffix], 2026, tmp_path), COUNTS[suffix]))
    articles = sum("[" in behaviour for _, behaviour, _ in seen)
    assert articles >= COUNTS[suffix] // 10, "else only the refusals are tried"
    assert len({behaviour for _, behaviour, _ in seen}) >= 8


def test_nothing_that_was_found_is_left() -> None:
    assert not FOUND.exists(), "make it a seed, and the readers right"
