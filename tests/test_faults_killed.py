"""Kill -9 while an index is written, and while a correction is published: what was there is there, or the new one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("what", ["index", "publish"])
def test_twenty_times_killed_and_never_anything_half(tmp_path: Path, what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", what, str(tmp_path), "20"],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr[-2000:]
