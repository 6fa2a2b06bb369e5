"""Kill -9 in the middle of writing: what was acknowledged is there."""

import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_twenty_times_killed_among_four_writers_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    file, folder = tmp_path / "records.sqlite3", tmp_path / "told"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.keep_records", str(file), str(folder), "20", "220"],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line for each in folder.iterdir() for line in each.read_text().split("\n")[:-1]]
    told = set(lines)
    assert len(told) == len(lines) >= 4000
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = {row[0] for row in connection.execute("SELECT id FROM answers")}
    assert told - kept == set()
