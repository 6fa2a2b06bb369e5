"""The pages and the JSON interface as a client meets them, with the real encoder on a small article."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.settings import Settings
from assistant.web import create_app
from tests.conftest import TOWN

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = "Prices: <script>alert(1)</script> cost $$5$$ and ${x} and *more* {{y}}. The # sign stays."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("articles")
    (place / "Harbour Festival.txt").write_text(TOWN + "\n\nOdd Signs\n\n" + HOSTILE + "\n", encoding="utf-8")
    (place / "broken.txt").write_bytes(b"")
    (place / "README.md").write_text("# Not an article\n\nWords about this folder.\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(folder: Path, data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(articles=folder, data_dir=data, reader=False))) as client:
        yield client


def ask(client: TestClient, question: str, **more: object) -> dict:
    reply = client.post("/api/ask", json={"article": "harbour-festival", "question": question, **more})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_an_answer_quotes_the_article_and_has_a_page_of_its_own(client: TestClient) -> None:
    answer = ask(client, "How many boats took part?")
    assert answer["outcome"] == "answered"
    assert answer["quotes"][0]["text"].endswith("About 400 boats took part.")
    page = client.get(f"/answers/{answer['id']}")
    assert page.status_code == 200
    assert "How many boats took part?" in page.text
    assert "<blockquote" in page.text and "boats took part." in page.text
    assert "<script" not in page.text


def test_ready_once_a_question_could_be_answered(client: TestClient) -> None:
    ask(client, "boats")
    assert client.get("/healthz").json() == {"ready": True}


def test_the_front_page_lists_articles_and_what_could_not_be_read(client: TestClient) -> None:
    page = client.get("/").text
    assert 'href="/harbour-festival/"' in page
    assert "broken.txt" in page
    assert "README" not in page and "Words about this folder" not in page


def test_what_is_typed_comes_out_as_typed(client: TestClient) -> None:
    typed = "1. <script>alert(1)</script> $$x$$ *a* # ${y} prices sign?"
    page = client.get(f"/answers/{ask(client, typed)['id']}").text
    assert "<script" not in page
    assert "1. &lt;script&gt;alert(1)&lt;/script&gt; &#36;&#36;x&#36;&#36; *a* # &#36;&#123;y&#125;" in page


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"article": "harbour-festival", "question": " \u200b "}, 422, "bad_question"),
        ({"article": "harbour-festival", "question": "x" * 501}, 422, "bad_question"),
        ({"article": "nothing", "question": "Who?"}, 404, "unknown_article"),
        ({"article": "harbour-festival"}, 422, "bad_request"),
        ({"article": "harbour-festival", "question": 7}, 422, "bad_request"),
        ({"article": "harbour-festival", "question": "Who?", "history": ["x"] * 51}, 422, "bad_request"),
        ([], 422, "bad_request"),
    ],
)
def test_bad_input_is_refused_in_words(client: TestClient, body: object, status: int, code: str) -> None:
    reply = client.post("/api/ask", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert reply.json()["error"]["message"] and "Traceback" not in reply.text


def test_a_body_has_a_largest_size(client: TestClient) -> None:
    assert client.post("/api/ask", json="x" * 100_000).status_code == 413


def test_a_vote_is_kept_changed_and_taken_back(client: TestClient, data: Path) -> None:
    answer = ask(client, "Who paid for the festival?")["id"]

    def kept() -> list[tuple[int, str]]:
        with sqlite3.connect(data / "records.sqlite3") as db:
            return db.execute("SELECT vote, reasons FROM votes WHERE answer_id = ?", (answer,)).fetchall()

    def vote(value: int, **more: object) -> int:
        return client.post("/api/feedback", json={"answer_id": answer, "vote": value, **more}).status_code

    assert (vote(1), kept()) == (200, [(1, "[]")])
    assert (vote(-1, reasons=["other"]), kept()) == (200, [(-1, '["other"]')])
    assert (vote(0), kept()) == (200, [])
    assert vote(2) == 422
    assert vote(1, reasons=["made up"]) == 422
    assert client.post("/api/feedback", json={"answer_id": "no", "vote": 1}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "config", "openapi.json", "monitoring", "monitoring/summary", "login", "manifest.json",
        "gradio_api/info", "gradio_api/openapi.json", "gradio_api/file=/etc/passwd", "gradio_api/queue/status",
        "gradio_api/proxy=http://127.0.0.1/", "gradio_api/app_id", "gradio_api/deep_link",
    ],
)  # fmt: skip
def test_what_the_page_does_not_use_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/harbour-festival/{path}").status_code == 404


def test_nothing_can_be_uploaded_or_called(client: TestClient) -> None:
    for path in ("upload", "component_server", "call/ask", "run/predict", "api/ask"):
        assert client.post(f"/harbour-festival/gradio_api/{path}", json={}).status_code == 404


def test_headers_and_closed_cors(client: TestClient) -> None:
    page = client.get("/harbour-festival/", headers={"Origin": "https://evil.example"})
    assert page.status_code == 200
    assert "access-control-allow-origin" not in page.headers
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nothing/", "/answers/nothing", "/answers/" + "x" * 1500])
def test_an_unknown_address_is_a_plain_page(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert "There is nothing under this address." in reply.text


def test_an_answer_says_when_the_article_has_changed(
    folder: Path, data: Path, tmp_path: Path, client: TestClient
) -> None:
    answer = ask(client, "Who paid for the festival?")["id"]
    assert "has changed since" not in client.get(f"/answers/{answer}").text
    (tmp_path / "Harbour Festival.txt").write_text(
        TOWN + "\nOne more line stands here now.\n", encoding="utf-8"
    )
    later = TestClient(create_app(Settings(articles=tmp_path, data_dir=data, reader=False)))
    assert "has changed since" in later.get(f"/answers/{answer}").text


def test_readers_get_answers_when_nothing_can_be_kept(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "records.sqlite3").mkdir()  # where the file should be
    settings = Settings(articles=folder, data_dir=tmp_path / "data", reader=False)
    with TestClient(create_app(settings)) as client:
        answer = ask(client, "How many boats took part?")
        assert answer["outcome"] == "answered" and answer["id"] is None
        reply = client.post("/api/feedback", json={"answer_id": "x", "vote": 1})
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "not_kept")


def test_a_broken_article_ends_the_program_with_one_line(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "app.py", str(empty)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "empty.txt" in done.stderr and done.stderr.count("\n") == 1


def test_recording_can_be_switched_off(folder: Path, tmp_path: Path) -> None:
    settings = Settings(articles=folder, data_dir=tmp_path, reader=False, records=False)
    with TestClient(create_app(settings)) as client:
        answer = ask(client, "How many boats took part?")
        assert answer["outcome"] == "answered" and answer["id"] is None
    with sqlite3.connect(tmp_path / "records.sqlite3") as db:
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (0,)


def test_what_is_kept_names_no_one(client: TestClient, data: Path) -> None:
    answer = ask(client, "Write to ann@example.org?", session="s-123", history=["Call 978-555-0100"])["id"]
    with sqlite3.connect(data / "records.sqlite3") as db:
        row = db.execute("SELECT * FROM answers WHERE id = ?", (answer,)).fetchone()
    kept = " ".join(map(str, row))
    assert "s-123" in kept and "[e-mail]" in kept and "[phone]" in kept
    assert not any(word in kept for word in ("ann@", "978", "testclient", "127.0.0.1"))


def test_a_full_disk_gives_the_answer_and_no_false_thank_you(folder: Path, tmp_path: Path) -> None:
    app = create_app(Settings(articles=folder, data_dir=tmp_path, reader=False, rate="1000/minute"))
    with TestClient(app) as client:
        kept = ask(client, "How many boats took part?")["id"]
        store = app.state.service.store
        (pages,) = store._writer.connection.execute("PRAGMA page_count").fetchone()
        store._writer.connection.execute(f"PRAGMA max_page_count = {pages}")
        answers = [ask(client, f"How many boats took part? {'x' * 400}") for _ in range(40)]
        assert answers[-1]["quotes"] and answers[-1]["id"] is None
        assert "full" in store.warning
        note = {"answer_id": kept, "vote": -1, "note": "y" * 1000}
        reply = client.post("/api/feedback", json=note)
        if reply.status_code == 200:  # it may still have fitted into a page; then it is really there
            assert store.find_vote(kept)[2] == note["note"]
        else:
            assert (reply.status_code, reply.json()["error"]["code"]) == (503, "not_kept")
