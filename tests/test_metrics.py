"""What is counted, who may read it, and that it names nobody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import HTTPConnection

from assistant.settings import Settings
from assistant.web import create_app
from assistant.web.limits import may_read_metrics
from tests.conftest import TOWN

DOCS = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
SECRET = "Is ann@example.org or 978-555-0100 the mayor of harbour?"


def start(folder: Path, client: str = "127.0.0.1", **more: object) -> TestClient:
    more = {"rate": "1000/minute"} | more
    settings = Settings(articles=folder / "articles", data_dir=folder / "data", reader=False, **more)
    return TestClient(create_app(settings), client=(client, 50000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("served")
    (place / "articles").mkdir()
    (place / "articles" / "harbour.txt").write_text(TOWN, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with start(folder) as client:
        yield client


def read(client: TestClient) -> dict[str, float]:
    """Every sample: {'assistant_votes_total{vote="up"}': 1.0}."""
    reply = client.get("/metrics")
    assert reply.status_code == 200
    return {
        f"{sample.name}{{{','.join(f'{key}={value}' for key, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def ask(client: TestClient, question: str, article: str = "harbour") -> dict:
    return client.post("/api/ask", json={"article": article, "question": question}).json()


def test_questions_votes_refusals_and_stages_are_counted(client: TestClient) -> None:
    answer = ask(client, "Who paid for the festival?")
    before = read(client)
    ask(client, "How many boats took part?")
    ask(client, "What is the boiling point of mercury?")
    ask(client, " ")
    ask(client, "Who?", article="elsewhere")
    client.post("/api/ask", content=b"{")
    client.post("/api/ask", content=b"x" * 100_000)
    client.get("/nowhere/at/all")
    client.post("/api/feedback", json={"answer_id": answer["id"], "vote": 1})
    after = read(client)
    grown = {
        name: round(after[name] - before.get(name, 0.0), 9)
        for name in after
        if after[name] != before.get(name, 0.0)
    }
    counted = {
        name: value
        for name, value in grown.items()
        if name.startswith("assistant_") and "_seconds" not in name
    }
    counted.pop("assistant_data_free_bytes{}", None)
    assert counted == {
        "assistant_questions_total{article=harbour,outcome=answered}": 1,
        "assistant_questions_total{article=harbour,outcome=off_topic}": 1,
        "assistant_recalls_total{result=miss}": 2,
        "assistant_refusals_total{reason=bad_question}": 1,
        "assistant_refusals_total{reason=bad_request}": 1,
        "assistant_refusals_total{reason=not_found}": 2,
        "assistant_refusals_total{reason=too_large}": 1,
        "assistant_votes_total{vote=up}": 1,
    }
    stages = {
        name: value for name, value in grown.items() if name.startswith("assistant_stage_seconds_count")
    }
    assert stages == {
        f"assistant_stage_seconds_count{{stage={stage}}}": 2
        for stage in ("understand", "encode", "search", "decide", "keep", "whole")
    }
    seconds = {
        name.partition("=")[2].rstrip("}"): value
        for name, value in grown.items()
        if name.startswith("assistant_stage_seconds_sum")
    }
    assert 0 < sum(value for stage, value in seconds.items() if stage != "whole") <= seconds["whole"]
    assert grown["assistant_request_seconds_count{route=api/ask,status=200}"] == 2


def test_what_is_so_now(client: TestClient) -> None:
    ask(client, "boats")
    samples = read(client)
    assert samples["assistant_ready{}"] == 1
    assert samples["assistant_articles{state=answering}"] == 1
    assert samples["assistant_articles{state=failed}"] == 0
    assert samples["assistant_questions_in_flight{}"] == 0
    assert samples["assistant_records_failing{}"] == 0
    assert samples["assistant_data_free_bytes{}"] > 0


def test_nobody_is_named_and_no_path_makes_a_series(client: TestClient) -> None:
    ask(client, SECRET)
    client.get("/metrics")
    series = len(read(client))
    for number in range(20):
        client.get(f"/nobody-{number}/x")
        client.get(f"/harbour/nobody-{number}")
        client.request(f"M{number}", "/")
        ask(client, "Who?", article=f"nobody-{number}")
    assert len(read(client)) <= series + 3 * 17  # three kinds of route and status at most, each a histogram
    text = client.get("/metrics").text
    assert not re.search(r"nobody|ann@|978-555|mayor|127\.0\.0\.1", text)


@pytest.mark.parametrize(
    ("near", "forwarded", "settings", "status"),
    [
        ("127.0.0.1", None, {}, 200),
        ("::ffff:127.0.0.1", None, {}, 200),
        ("192.0.2.7", None, {}, 404),
        ("192.0.2.7", "127.0.0.1", {}, 404),  # forged
        ("127.0.0.1", "192.0.2.7", {}, 404),  # a proxy nobody told us of
        ("127.0.0.1", "127.0.0.1", {}, 404),
        ("127.0.0.1", "192.0.2.7", {"trusted_proxies": 1}, 404),
        ("127.0.0.1", "127.0.0.1, 192.0.2.7", {"trusted_proxies": 1}, 404),  # forged before a trusted proxy
        ("127.0.0.1", "192.0.2.7", {"trusted_proxies": 2}, 404),  # a header that is too short
        ("127.0.0.1", "nonsense", {"trusted_proxies": 1}, 404),
        ("127.0.0.1", "192.0.2.7", {"trusted_proxies": 1, "metrics_from": "192.0.2.0/24"}, 200),
        ("127.0.0.1", None, {"metrics_from": "192.0.2.0/24"}, 404),
        ("127.0.0.1", None, {"metrics_from": ""}, 404),
    ],
)  # fmt: skip
def test_who_may_read_them(near: str, forwarded: str | None, settings: dict, status: int) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = HTTPConnection({"type": "http", "client": (near, 50000), "headers": headers})
    assert may_read_metrics(request, Settings(**settings)) is (status == 200)


@pytest.mark.parametrize(("near", "forwarded", "status"), [
    ("127.0.0.1", "", 200), ("192.0.2.7", "", 404), ("127.0.0.1", "127.0.0.1", 404),
])  # fmt: skip
def test_to_others_there_is_no_such_address(
    client: TestClient, near: str, forwarded: str, status: int
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    reply = TestClient(client.app, client=(near, 50000)).get("/metrics", headers=headers)
    assert reply.status_code == status
    if status == 404:
        assert "There is nothing under this address." in reply.text and "assistant_" not in reply.text


def test_every_name_is_documented_and_every_documented_name_is_there(client: TestClient) -> None:
    families = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}
    exposed = {name for name in families if name.startswith("assistant_")}
    documented = set(re.findall(r"^\| `(assistant_\w+)", DOCS.read_text(encoding="utf-8"), re.M))
    assert {name.removesuffix("_total") for name in documented} == exposed


def test_a_question_that_fails_is_an_error_and_no_refusal(folder: Path) -> None:
    client = start(folder)
    client = TestClient(client.app, client=("127.0.0.1", 50000), raise_server_exceptions=False)
    with client:
        ask(client, "boats")
        service = client.app.state.service
        service.library._assistants["harbour"].index.vectors.clear()
        assert client.post("/api/ask", json={"article": "harbour", "question": "boats?"}).status_code == 500
        samples = read(client)
    assert samples["assistant_errors_total{what=question}"] == 1
    assert samples["assistant_errors_total{what=request}"] == 1
    assert sum(value for name, value in samples.items() if name.startswith("assistant_refusals_total")) == 0
