"""The log: one event a line in either form, whatever is in it, and nobody's data."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.log_lines import LineFormatter, LogForm, escape_line, hide_persons
from tests.conftest import TOWN

ROOT = Path(__file__).resolve().parents[1]
FORGED = "harmless\n2026-01-01T00:00:00.000+00:00 CRITICAL root: forged\r\x1b[2J\x9b1m\u202egnp\u2028\x00"
KEPT = "on 127.0.0.1:7860 and ::1 at 11:08:41, version 1.22.1"
QUESTION = "Who is Zaphod at zaphod@example.org and 978-555-0100?"


class Treacherous:
    """An argument whose text is an attack, and one that cannot be shown at all."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __str__(self) -> str:
        if self.text is None:
            raise RuntimeError("no text")
        return self.text


def make_record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("some.library", logging.ERROR, "file.py", 1, message, args, info)


def raise_chained() -> BaseException:
    try:
        try:
            raise ValueError(QUESTION)
        except ValueError as error:
            raise OSError(28, FORGED) from error
    except OSError as error:
        return error


@pytest.mark.parametrize("form", list(LogForm))
@pytest.mark.parametrize(
    "record",
    [
        make_record(FORGED),
        make_record("asked %s, then %r", FORGED, FORGED),
        make_record("%s", Treacherous(FORGED)),
        make_record("failed", error=raise_chained()),
        make_record("failed", error=ExceptionGroup(FORGED, [ValueError(FORGED)])),
    ],
)
def test_a_line_stays_one_line_and_moves_no_terminal(form: LogForm, record: logging.LogRecord) -> None:
    line = LineFormatter(form).format(record)
    assert line.isprintable()
    if form is LogForm.JSON:
        told = json.loads(line)
        assert all(str(value).isprintable() for value in (told["message"], *told.get("error", ())))


@given(st.text())
def test_any_text_is_made_printable_for_a_terminal(text: str) -> None:
    line = escape_line(text)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in line)
    line.encode("utf-8")
    assert line.splitlines() in ([line], [])


def test_how_a_line_looks() -> None:
    record = make_record("the disk is %s", "full")
    record.created = 1_800_000_000.0
    record.fields = {"article": "ice", "ms": 3.5, "path": "/a b"}
    assert LineFormatter(LogForm.TEXT).format(record) == (
        '2027-01-15T08:00:00.000+00:00 ERROR some.library: the disk is full article=ice ms=3.5 path="/a b"'
    )
    assert json.loads(LineFormatter(LogForm.JSON).format(record)) == {
        "time": "2027-01-15T08:00:00.000+00:00", "level": "ERROR", "logger": "some.library",
        "message": "the disk is full", "article": "ice", "ms": 3.5, "path": "/a b",
    }  # fmt: skip


def test_arguments_that_do_not_fit_lose_no_line() -> None:
    text = LineFormatter(LogForm.TEXT)
    assert "its arguments do not fit: TypeError" in text.format(make_record("%s and %s", "one"))
    assert "its arguments do not fit: RuntimeError" in text.format(make_record("%s", Treacherous(None)))


def test_an_error_tells_where_it_was_and_quotes_no_question() -> None:
    line = LineFormatter(LogForm.TEXT).format(make_record("failed", error=raise_chained()))
    assert "ValueError: (its message may quote a reader)" in line
    assert "OSError: [Errno 28] harmless" in line
    assert "in raise_chained" in line
    assert "Zaphod" not in line


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("from 192.0.2.7:443, ok", "from [address]:443, ok"),
        ("from 2001:db8:1:2:3::4 again", "from [address] again"),
        ("mail ann@example.org", "mail [e-mail]"),
        ("call +1 (978) 555-0100", "call [phone]"),
        (KEPT, KEPT),
    ],
)  # fmt: skip
def test_persons_are_taken_out(text: str, hidden: str) -> None:
    assert hide_persons(text) == hidden


@contextmanager
def run_server(folder: Path, form: str) -> Iterator[tuple[str, Path]]:
    """`python app.py` with its standard output and error in a file of their own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "harbour.txt").write_text(TOWN, encoding="utf-8")
    told = folder / "told.log"
    variables = {
        "ASSISTANT_PORT": str(port), "ASSISTANT_DATA_DIR": str(folder / "data"), "ASSISTANT_READER": "false",
        "ASSISTANT_LOG": form, "ASSISTANT_EDITOR_PASSWORD": "correct horse battery",
    }  # fmt: skip
    with told.open("wb") as file:
        server = subprocess.Popen(
            [sys.executable, "app.py", str(folder / "harbour.txt")],
            cwd=ROOT, env=os.environ | variables, stdout=file, stderr=file,
        )  # fmt: skip
        try:
            while server.poll() is None and fetch(f"http://127.0.0.1:{port}/healthz") != 200:
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", told
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def fetch(url: str, body: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(
        url, body, {name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        return 0


@pytest.mark.parametrize("form", list(LogForm))
def test_a_server_tells_each_request_on_a_line_and_names_nobody(form: LogForm, tmp_path: Path) -> None:
    asked = json.dumps({"article": "harbour", "question": QUESTION}).encode()
    with run_server(tmp_path, form.value) as (address, told):
        json_type = {"Content_Type": "application/json"}
        sent = [
            fetch(f"{address}/api/ask", asked, X_Forwarded_For="198.51.100.23", **json_type),
            fetch(f"{address}/api/ask", b'{"article": "harbour", "question": " "}', **json_type),
            fetch(f"{address}/no%0aCRITICAL%1b[2J/zaphod@example.org?question=Zaphod"),
            fetch(f"{address}/answers/an-answer-id-nobody-may-know"),
            fetch(f"{address}/editor/login", b"password=wrong-Zaphod", Sec_Fetch_Site="same-origin"),
            fetch(f"{address}/harbour/"),
            fetch(f"{address}/healthz"),
        ]
    assert sent == [200, 422, 404, 404, 401, 200, 200]
    text = told.read_text(encoding="utf-8")
    for word in (
        "Zaphod",
        "zaphod@",
        "555-0100",
        "198.51",
        "may-know",
        "question=",
        "correct horse",
        "Traceback",
    ):
        assert word not in text
    lines = text.splitlines()
    assert all(line.isprintable() for line in lines)
    if form is LogForm.TEXT:
        told_requests = [line for line in lines if " assistant.web.watch: request request=" in line]
        ended = [line.partition("status=")[2].split()[0] for line in told_requests if "/healthz" not in line]
        assert ended == ["200", "422", "404", "404", "401", "200"]
        return
    records = [json.loads(line) for line in lines]
    requests = [
        record for record in records if record["message"] == "request" and record["path"] != "/healthz"
    ]
    assert [(each["method"], each["path"], each["status"], each["outcome"]) for each in requests] == [
        ("POST", "/api/ask", 200, "off_topic"),
        ("POST", "/api/ask", 422, "bad_question"),
        ("GET", "/no\\x0aCRITICAL\\x1b[2J/[e-mail]", 404, "not_found"),
        ("GET", "/answers/…", 404, "not_found"),
        ("POST", "/editor/login", 401, "forbidden"),
        ("GET", "/harbour/", 200, "done"),
    ]
    assert all(each["ms"] > 0 and len(each["request"]) == 16 for each in requests)
    (question,) = [record for record in records if record["message"] == "question"]
    assert (question["article"], question["outcome"], question["kept"]) == ("harbour", "off_topic", True)
    assert question["request"] == requests[0]["request"]
    assert any(record["message"].startswith("a wrong password") for record in records)
