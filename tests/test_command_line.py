"""The command line as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.__main__ import read_questions
from assistant.records import Records

ROOT = Path(__file__).resolve().parents[1]
STORY = "The harbour opened on 3 June 2024.\n\nAbout 400 boats took part in the parade.\n"


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"ASSISTANT_READER": "false"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_questions_from_a_file_come_back_as_json_lines(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    (tmp_path / "q.jsonl").write_text(
        '{"id": "a", "question": "How many boats took part?", "history": []}\n\n{"id": 2, "question": " "}\n'
    )
    done = run(
        "-m",
        "assistant",
        "ask",
        str(tmp_path / "story.txt"),
        "--questions",
        str(tmp_path / "q.jsonl"),
        "--json",
    )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.returncode, first["id"], first["outcome"]) == (0, "a", "answered")
    assert first["quotes"][0]["text"] == "About 400 boats took part in the parade."
    assert second["id"] == 2 and "empty" in second["error"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.txt", None, "missing.txt"),
        ("empty.md", b"", "empty"),
        ("binary.txt", b"\x00\x01" * 50, "binary"),
    ],
)
def test_what_cannot_be_read_ends_with_status_2_and_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("-m", "assistant", "build", str(tmp_path / name))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and reason in done.stderr


@pytest.mark.parametrize("words", [("app.py",), ("-m", "assistant", "build", "corpus/articles/x.md")])
def test_a_setting_that_cannot_be_used_is_named(words: tuple[str, ...]) -> None:
    done = run(*words, ASSISTANT_PORT="abc")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ASSISTANT_PORT: ")


def test_a_line_that_is_no_question_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "q.jsonl"
    for line in ("[]", '{"id": 1}', "not json", '{"question": 7}', '{"question": "x", "history": [1]}'):
        file.write_text('{"question": "fine"}\n' + line)
        with pytest.raises(SystemExit) as ended:
            list(read_questions(file))
        assert ended.value.code == 2
        assert "line 2" in capsys.readouterr().err


def test_evaluate_gates_on_getting_worse(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    asked = [
        f'{{"question": "How many boats took part{"?" * n}", "evidence": "400 boats"}}' for n in range(1, 8)
    ]
    (tmp_path / "story.golden.jsonl").write_text("\n".join(asked))
    words = ("-m", "assistant", "evaluate", str(tmp_path / "story.txt"))
    kept = run(*words, "--format", "json", "--out", str(tmp_path / "run.json"))
    assert kept.returncode == 0, kept.stderr
    same = run(*words, "--against", str(tmp_path / "run.json"))
    assert same.returncode == 0 and "within noise" in same.stdout and "answered rightly" in same.stdout
    worse = run(*words, "--against", str(tmp_path / "run.json"), "--answered-from", "1", "--format", "junit")
    assert worse.returncode == 1
    assert worse.stdout.startswith("<?xml") and "0 better, 7 worse" in worse.stderr
    broken = run(*words, "--against", str(tmp_path / "story.txt"))
    assert broken.returncode == 2 and "cannot be compared" in broken.stderr


def test_golden_questions_and_the_log_go_in_and_out(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "story.txt").write_text(STORY)
    (tmp_path / "g.csv").write_text("question;expected quote\nHow many?;About 400 boats\nWho sang?;\n")
    golden = ("-m", "assistant", "golden")
    done = run(*golden, "import", str(tmp_path / "g.csv"), str(tmp_path / "story.txt"))
    assert done.stdout == "2 golden questions added to story, 0 were there already\n", done.stderr
    done = run(*golden, "import", str(tmp_path / "g.csv"), str(tmp_path / "story.txt"))
    assert "0 golden questions added to story, 2 were there already" in done.stdout
    done = run(*golden, "export", str(tmp_path / "story.txt"), "--format", "jsonl")
    assert [json.loads(line)["question"] for line in done.stdout.splitlines()] == ["How many?", "Who sang?"]
    (tmp_path / "g.csv").write_text("question,answerable\nHow many?,yes\n")
    done = run(*golden, "import", str(tmp_path / "g.csv"), str(tmp_path / "story.txt"))
    assert done.returncode == 2 and "g.csv: row 2: " in done.stderr
    records = Records(data_dir / "records.sqlite3")
    kept = records.keep_answer("story", "=1+1?", (), "nearest", 0.1, "rev", {"quotes": []})
    records.close()
    assert '"\'=1+1?"' in run("-m", "assistant", "export").stdout
    assert json.loads(run("-m", "assistant", "export", "--format", "jsonl").stdout)["id"] == kept
    assert run("-m", "assistant", "purge").stdout == "0 deleted\n"
    assert run("-m", "assistant", "purge", "--id", kept).stdout == "1 deleted\n"
