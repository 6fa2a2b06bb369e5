"""Who may use the interface from elsewhere, and how much: over the whole application, errors included."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from starlette.requests import HTTPConnection

from assistant.settings import Settings, read_origin
from assistant.web import create_app
from assistant.web.limits import RateLimit, name_client, pick_address, shorten
from tests.conftest import TOWN

NEWS = {"Origin": "https://news.example"}
STRANGER = {"Origin": "https://evil.example"}
ASK = {"article": "town", "question": "How many boats took part?"}


@pytest.fixture(scope="module")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("articles") / "town.txt"
    file.write_text(TOWN, encoding="utf-8")
    return file


@pytest.fixture
def make_client(town_file: Path, tmp_path: Path) -> Iterator[object]:
    """An application whose models are not loaded: enough for everything but an answer."""

    def make(**settings: object) -> TestClient:
        chosen = {"origins": "https://news.example, http://127.0.0.1:8000/", **settings}
        app = create_app(Settings(articles=town_file, data_dir=tmp_path, reader=False, **chosen))
        return TestClient(app, raise_server_exceptions=False)

    yield make


def granted(reply: object) -> str | None:
    return reply.headers.get("access-control-allow-origin")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/articles/town", None, 200),
        ("GET", "/api/articles/none", None, 404),
        ("GET", "/api/nothing", None, 404),
        ("POST", "/api/ask", {"article": "none", "question": "Who?"}, 404),
        ("POST", "/api/ask", {"article": 7}, 422),
        ("POST", "/api/ask", {"article": "x" * 70_000}, 413),
        ("POST", "/api/feedback", {"answer_id": "none", "vote": 1}, 404),
        ("GET", "/widget.js", None, 200),
        ("GET", "/widget/000000000000/widget.js", None, 404),
    ],
)
def test_one_list_holds_on_every_endpoint_and_every_status(
    make_client, method: str, path: str, body: object, status: int
) -> None:
    client = make_client()
    known = client.request(method, path, json=body, headers=NEWS)
    assert (known.status_code, granted(known)) == (status, "https://news.example")
    assert known.headers["access-control-expose-headers"] == "Retry-After"
    assert "access-control-allow-credentials" not in known.headers
    stranger = client.request(method, path, json=body, headers=STRANGER)
    assert stranger.status_code == status
    assert [name for name in stranger.headers if name.startswith("access-control")] == []
    assert "origin" in stranger.headers["vary"].lower()


def test_failures_of_ours_and_refusals_can_be_read_too(make_client, monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client(rate="2/minute")
    monkeypatch.setattr("assistant.web.api.list_starters", lambda _: 1 / 0)
    broken = client.get("/api/articles/town", headers=NEWS)
    assert (broken.status_code, granted(broken)) == (500, "https://news.example")
    for _ in range(2):
        assert (
            client.post("/api/ask", json={"article": "none", "question": "?"}, headers=NEWS).status_code
            == 404
        )
    refused = client.post("/api/ask", json=ASK, headers=NEWS)
    assert (refused.status_code, granted(refused)) == (429, "https://news.example")
    assert refused.json()["error"]["code"] == "too_many"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.post("/api/feedback", json={"answer_id": "a", "vote": 1}).status_code == 404, (
        "counted apart"
    )
    assert client.get("/widget.js").status_code == 200


def test_preflights(make_client) -> None:
    client = make_client()
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    known = client.options("/api/ask", headers=NEWS | asked)
    assert (known.status_code, granted(known)) == (204, "https://news.example")
    assert known.headers["access-control-allow-headers"] == "Content-Type"
    for path, origin in (("/api/ask", STRANGER), ("/api/ask", {"Origin": "null"}), ("/town/", NEWS)):
        refused = client.options(path, headers=origin | asked)
        assert refused.status_code == 403
        assert [name for name in refused.headers if name.startswith("access-control")] == []


def test_an_empty_list_lets_nobody_in(make_client) -> None:
    client = make_client(origins="")
    assert granted(client.get("/api/articles/town", headers=NEWS)) is None
    assert "frame-ancestors 'self'" in client.get("/town/").headers["content-security-policy"]


def test_who_may_frame_what(make_client) -> None:
    client = make_client()
    for path in ("/town/", "/answers/none"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' http://127.0.0.1:8000 https://news.example")
    for path in ("/", "/demo", "/nothing"):
        assert "frame-ancestors 'none'" in client.get(path).headers["content-security-policy"]


def test_over_the_number_at_once_the_next_is_told_to_wait_and_the_first_is_answered(
    town_file: Path, tmp_path: Path
) -> None:
    settings = Settings(
        articles=town_file, data_dir=tmp_path, reader=False, in_flight=1, origins=NEWS["Origin"]
    )
    with TestClient(create_app(settings)) as client:
        replies = []

        def ask() -> None:
            replies.append(client.post("/api/ask", json=ASK, headers=NEWS))

        asking = [threading.Thread(target=ask) for _ in range(2)]  # one of them waits for the models
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(120)
        answered, busy = sorted(replies, key=lambda reply: reply.status_code)
        assert answered.status_code == 200
        assert (busy.status_code, busy.json()["error"]["code"]) == (503, "busy")
        assert (busy.headers["retry-after"], granted(busy)) == ("2", NEWS["Origin"])
        assert client.post("/api/ask", json=ASK).status_code == 200, "the place is free again"


def test_a_window_moves_and_clients_are_apart() -> None:
    rate = RateLimit("2/second")
    assert [rate.count("a"), rate.count("a"), rate.count("a"), rate.count("b")] == [0, 0, 1, 0]
    time.sleep(1.1)
    assert rate.count("a") == 0


def test_clients_are_forgotten_when_their_window_is_past_and_when_they_are_too_many() -> None:
    rate = RateLimit("1/second", most_clients=3)
    for name in "abcd":
        assert rate.count(name) == 0
    assert len(rate) == 3
    assert [rate.count(name) for name in "dcb"] == [1, 1, 1]
    time.sleep(1.1)
    assert rate.count("e") == 0
    assert len(rate) == 1


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        (["9.9.9.9"], 0, None),
        (["1.1.1.1", " 2.2.2.2"], 1, "2.2.2.2"),
        (["1.1.1.1", "2.2.2.2"], 2, "1.1.1.1"),
        (["1.1.1.1"], 2, None),
        (["1.1.1.1", "not-an-ip"], 1, None),
        ([""], 1, None),
    ],
)
def test_the_address_no_trusted_proxy_wrote(forwarded: list[str], proxies: int, client: str | None) -> None:
    assert pick_address(forwarded, proxies) == client


def test_a_forged_header_counts_for_the_connection() -> None:
    scope = {"type": "http", "client": ("10.0.0.7", 1), "headers": [(b"x-forwarded-for", b"6.6.6.6")]}
    assert name_client(HTTPConnection(scope), 0) == "10.0.0.7"
    assert name_client(HTTPConnection(scope), 1) == "6.6.6.6"


def test_an_ipv6_household_is_one_client() -> None:
    assert shorten("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert shorten("::ffff:1.2.3.4") == "1.2.3.4"
    assert shorten("testclient") == "testclient"


def test_origins_are_read_as_browsers_send_them() -> None:
    assert read_origin(" HTTPS://News.Example:443/ ") == "https://news.example"
    assert read_origin("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    for wrong in (
        "*",
        "null",
        "news.example",
        "https://a.example/path",
        "https://u@a.example",
        "https://a;b.example",
    ):
        with pytest.raises(ValueError):
            read_origin(wrong)


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("https://a.example,https://b.example", '["https://a.example", "https://b.example"]'):
        monkeypatch.setenv("ASSISTANT_ORIGINS", text)
        assert Settings().origins == ("https://a.example", "https://b.example")
    monkeypatch.setenv("ASSISTANT_ORIGINS", "*")
    with pytest.raises(ValidationError):
        Settings()
    monkeypatch.setenv("ASSISTANT_ORIGINS", "")
    monkeypatch.setenv("ASSISTANT_RATE", "often")
    with pytest.raises(ValidationError):
        Settings()
