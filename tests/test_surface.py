"""What is reachable and what is not, how much of it is read, and what browsers are told about each response."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from assistant.settings import Settings
from assistant.web import create_app
from assistant.web.hosts import Hosts, is_secure, read_name
from assistant.web.json_shape import DEEPEST, MOST_KEYS, MOST_VALUES, ShapeError, check_shape
from assistant.web.surface import LARGEST_BODY, LARGEST_HEADERS, MOST_HEADERS, TABLE, find_row
from tests.conftest import TOWN

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("articles")
    (place / "town.txt").write_text(TOWN, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def client(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application with a desk; its models are not loaded, which nothing here needs."""
    settings = Settings(
        articles=folder,
        data_dir=tmp_path_factory.mktemp("data"),
        reader=False,
        editor_password=PASSWORD,
        trusted_proxies=1,
        origins="https://news.example",
        hosts="testserver,News.Example",
        rate="1000/second",
    )
    yield TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def editor(client: TestClient) -> Iterator[TestClient]:
    """The same, with an editor's session for one test."""
    reply = client.post("/editor/login", data={"password": PASSWORD, "editor": "Ann"}, headers=OWN)
    assert reply.status_code == 303
    yield client
    client.cookies.clear()


def find_asset(client: TestClient, page: str) -> str:
    """The address of one of the scripts of a Gradio page."""
    found = re.search(r"assets/[\w.@-]+[.]js", client.get(page).text)
    assert found is not None
    return page + found[0]


def join(**changes: object) -> dict[str, object]:
    """A call as the chat page sends it, seen in Chromium."""
    return {
        "data": ["Who?", None],
        "fn_index": 0,
        "trigger_id": None,
        "session_hash": "3kvjh12dj6p",
    } | changes


# Each of these was asked for by a page in Chromium, or stands in the interface; a row of the table a line.
USED = [
    ("GET", "/", 200), ("GET", "/favicon.ico", 200), ("GET", "/static/page.css", 200), ("GET", "/healthz", 503),
    ("GET", "/answers/F7QGnedCz_nx_1Sx", 404), ("GET", "/demo", 200), ("GET", "/widget.js", 200),
    ("GET", "/api/articles/town", 200), ("GET", "/town", 308), ("GET", "/town/", 200),
    ("GET", "/town/theme.css?v=d032891b7e", 200), ("GET", "/town/static/js/iframeResizer.contentWindow.min.js", 200),
    ("GET", "/editor", 308), ("GET", "/editor/", 200), ("GET", "/editor/login", 303), ("GET",
    "/editor/theme.css", 200),
    ("GET", "/editor/static/js/iframeResizer.contentWindow.min.js", 200),
    ("GET", "/editor/export/log/town.csv", 200), ("GET", "/editor/export/golden/town.csv", 200),
    ("GET", "/editor/export/run/town/none.html", 404),
]  # fmt: skip
FED = [
    ("/api/ask", {"article": "none", "question": "Who?"}, 404),
    ("/api/feedback", {"answer_id": "none", "vote": 1}, 404),
    ("/town/gradio_api/queue/join", join(), 200),
]
# Streams that only the page reads to their end; that they are let through is told by their row.
STREAMS = ("/town/gradio_api/queue/data", "/town/gradio_api/heartbeat/3kvjh12dj6p",
           "/editor/gradio_api/queue/data", "/editor/gradio_api/heartbeat/3kvjh12dj6p")  # fmt: skip
ELSEWHERE = ("/metrics", "/town/gradio_api/queue/join", "/editor/gradio_api/queue/join", "/editor/logout",
             "/editor/import/town", "/editor/draft/town", "/api/ask", "/api/feedback")  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), USED)
def test_what_the_pages_use_is_there(editor: TestClient, method: str, path: str, status: int) -> None:
    assert editor.request(method, path).status_code == status


@pytest.mark.parametrize(("path", "body", "status"), FED)
def test_what_the_pages_send_is_taken(client: TestClient, path: str, body: object, status: int) -> None:
    assert client.post(path, json=body).status_code == status


@pytest.mark.parametrize("page", ["/town/", "/editor/"])
def test_scripts_of_the_pages_are_there_and_kept_for_good(editor: TestClient, page: str) -> None:
    reply = editor.get(find_asset(editor, page))
    assert reply.status_code == 200
    assert "immutable" in reply.headers["cache-control"]
    assert editor.get(f"{page}assets/none.js").headers["cache-control"] == "no-store", "a failure is not"


def test_every_row_is_used() -> None:
    paths = {path.partition("?")[0] for _, path, _ in USED} | set(STREAMS) | set(ELSEWHERE)
    paths |= {"/town/assets/x.js", "/editor/assets/x.js", "/widget/0123456789ab/widget.js"}
    found = {row.path for path in paths if (row := find_row(path, {"town"}))}
    assert [row.path for row in TABLE if row.path not in found] == []


GRADIO = (
    "config", "info", "openapi.json", "monitoring", "monitoring/", "monitoring/summary", "monitoring/abc", "login",
    "logout", "login_check", "login_check/", "token", "app_id", "dev/reload", "manifest.json", "docs", "redoc",
    "api", "call", "queue/join", "queue/data", "queue/status", "user", "vibe-editor", "pwa_icon", "robots.txt",
    "gradio_api", "gradio_api/", "gradio_api/info", "gradio_api/openapi.json", "gradio_api/upload",
    "gradio_api/upload_progress", "gradio_api/file=/etc/passwd", "gradio_api/file/etc/passwd", "gradio_api/file",
    "gradio_api/proxy=http://127.0.0.1/", "gradio_api/component_server", "gradio_api/component_server/",
    "gradio_api/process_recording", "gradio_api/stream/a/b/c/playlist.m3u8", "gradio_api/stream/a/b/c/1.ts",
    "gradio_api/call/ask", "gradio_api/call/v2/ask", "gradio_api/call/ask/0", "gradio_api/run/ask",
    "gradio_api/run/predict", "gradio_api/api/ask", "gradio_api/api/predict", "gradio_api/queue/status",
    "gradio_api/queue/join/", "gradio_api/queue", "gradio_api/cancel", "gradio_api/reset", "gradio_api/reset/",
    "gradio_api/deep_link", "gradio_api/app_id", "gradio_api/startup-events", "gradio_api/dev/reload",
    "gradio_api/vibe-edit", "gradio_api/vibe-code", "gradio_api/vibe-edit-history", "gradio_api/vibe-starter-queries",
    "gradio_api/undo-vibe-edit", "gradio_api/run-history", "gradio_api/run_history", "gradio_api/custom_component",
    "gradio_api/custom_component/x/component/index.js", "gradio_api/heartbeat", "gradio_api/heartbeat/",
    "gradio_api/heartbeat/a/b", "gradio_api/heartbeat/" + "a" * 33, "gradio_api/mcp", "gradio_api/mcp/sse",
    "gradio_api/login", "gradio_api/monitoring", "gradio_api/config", "custom_component/x/y/z", "svelte/svelte.js",
    "static/img/logo.svg", "static/../../etc/passwd", "static/js/../../config", "assets/../config", "assets/",
    "assets/a/b", "assets/..%2fconfig", "assets/%2e%2e/config", "assets/a%00.js", "theme.css/", "theme.css%0a",
    "%2e%2e/editor/", "..;/editor", "\\..\\editor", "file=/etc/passwd", "proxy=http://127.0.0.1/", "stream",
)  # fmt: skip


@pytest.mark.parametrize("path", GRADIO)
def test_everything_else_of_gradio_is_not_there(editor: TestClient, path: str) -> None:
    for page in ("town", "editor"):
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            reply = editor.request(method, f"/{page}/{path}", headers=OWN)
            if f"/{page}/{path}" in ("/editor/login", "/editor/logout"):
                continue
            if path in ("assets/../config", "static/../../etc/passwd", "static/js/../../config"):
                assert reply.status_code in (401, 404, 405), "the client itself has shortened the path"
            else:
                assert (reply.status_code, reply.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path",
    ["//", "/.", "/..", "//evil.example", "/%2f/evil.example", "/town//", "/town/%2e%2e/", "/Town/",
    "/town%20/", "/town.txt",
     "/static/", "/static/../site.py", "/static/..%2fsite.py", "/static/page.css/", "/static/%2e%2e/site.py",
     "/static/page.js%00.css", "/static/.env", "/answers/", "/answers/a/b", "/answers/..",
     "/answers/a%0d%0ab", "/api", "/api/",
     "/api/ask/", "/api/articles/", "/api/articles/../ask", "/api/articles/TOWN", "/api/articles/tow%6e%00",
     "/widget",
     "/widget/../static/page.css", "/widget/0/../../x.js", "/widget.js/", "/docs", "/redoc", "/openapi.json",
     "/gradio_api/info",
     "/gradio_api/queue/join", "/config", "/robots.txt/", "/.git/config", "/.env", "/favicon.ico/x", "/metrics/",
     "/editor/export/log/../../../records.sqlite3", "/editor/export/run/x/y/z", "/editor/draft/", "/editor/desk.key",
     "/\u0442own/", "/town\u202e/", "/" + "a" * 1900],
)  # fmt: skip
def test_paths_that_lead_nowhere(client: TestClient, path: str) -> None:
    scope = {"type": "http", "path": path}
    assert find_row(scope["path"], {"town"}) is None
    reply = client.get(path)
    assert reply.status_code in (401, 404, 405, 200, 308)
    if reply.status_code == 200:
        assert str(reply.url.path) in ("/", "/static/page.css"), "the client itself has shortened the path"
    assert "root:" not in reply.text and "sqlite" not in reply.text


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO"]
)
def test_methods_that_nothing_takes(client: TestClient, method: str) -> None:
    for path, allowed in (("/", "GET, HEAD"), ("/api/ask", "POST"), ("/town/", "GET, HEAD"),
                          ("/town/gradio_api/queue/data", "GET"), ("/editor/login", "GET, HEAD, POST")):  # fmt: skip
        reply = client.request(method, path, headers=OWN)
        assert (reply.status_code, reply.headers["allow"]) == (405, allowed)
    assert client.get("/api/ask").json()["error"]["code"] == "not_possible"


def test_the_head_of_a_page_is_its_headers(client: TestClient) -> None:
    for path in ("/", "/town/", "/static/page.css", "/widget.js", "/healthz"):
        whole, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/town/", "/town/gradio_api/queue/join", "/editor/", "/api/ask"])
def test_websockets_are_refused(client: TestClient, path: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(path):
        pass
    assert refused.value.code == 1008


# Security headers ---------------------------------------------------------------------------------------------------

PUBLIC = ("/", "/demo", "/town/", "/answers/none", "/nothing", "/api/articles/town", "/api/nothing",
"/static/page.css",
          "/widget.js", "/editor/login", "/editor/", "/favicon.ico", "/healthz", "/town/theme.css")  # fmt: skip
FRAMED = ("/town/", "/answers/none")


@pytest.mark.parametrize("path", PUBLIC)
def test_every_response_says_what_browsers_may_do_with_it(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    gradio = path in ("/town/", "/editor/")  # it sets its own base
    assert policy["default-src"] == "'none'" and policy["base-uri"] == ("'self'" if gradio else "'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert (
        "camera=()" in headers["permissions-policy"]
        and "clipboard-write" not in headers["permissions-policy"]
    )
    assert headers["cache-control"]
    assert "strict-transport-security" not in headers
    if path in FRAMED:
        assert policy["frame-ancestors"] == "'self' https://news.example"
        assert "x-frame-options" not in headers, (
            "it could not name the publisher, and would win in old browsers"
        )
    else:
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-frame-options"] == "DENY"
    discreet = path.startswith(("/answers", "/editor"))
    assert headers["referrer-policy"] == ("same-origin" if discreet else "strict-origin-when-cross-origin")
    anyones = path in FRAMED or path == "/widget.js"
    assert headers["cross-origin-resource-policy"] == ("cross-origin" if anyones else "same-origin")
    for name in ("content-security-policy", "x-content-type-options", "cache-control"):
        assert len(client.get(path).headers.get_list(name)) == 1


@pytest.mark.parametrize("path", ["/", "/answers/none", "/editor/login", "/nothing"])
def test_pages_without_a_script_allow_none(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "script-src" not in policy and "unsafe" not in policy


def test_refusals_of_every_kind_are_dressed_too(client: TestClient) -> None:
    for reply in (
        client.get("/", headers={"Host": "evil.example"}), client.delete("/"), client.get("/?" + "x" * 3000),
        client.get("/", headers={"X-Long": "x" * 20_000}), client.post("/api/ask", content=b"x"),
        client.post("/api/ask", json="x" * 70_000), client.post("/api/ask", json={"article": 7}),
        client.post("/town/gradio_api/queue/join", json={}),
    ):  # fmt: skip
        assert reply.status_code >= 400
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "frame-ancestors" in reply.headers["content-security-policy"]


def test_behind_tls_browsers_are_told_to_come_back_by_tls(client: TestClient) -> None:
    for told, secure in (("https", True), ("http", False), ("https, http", False), ("http, HTTPS", True)):
        reply = client.get("/", headers={"X-Forwarded-Proto": told})
        assert ("strict-transport-security" in reply.headers) is secure
    forged = {"type": "http", "scheme": "http", "headers": [(b"x-forwarded-proto", b"https")]}
    assert is_secure(forged, 1) and not is_secure(forged, 0)
    assert is_secure({"type": "http", "scheme": "https", "headers": []}, 0)


# The host's name ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [("testserver", 200), ("testserver:8443", 200), ("NEWS.example.", 200), ("127.0.0.1:7860", 200),
    ("localhost", 200),
     ("[::1]:80", 200), ("evil.example", 421), ("news.example.evil.example", 421),
     ("evil.example:80@news.example", 421),
     ("203.0.113.9", 421), ("", 421), ("news.example:80:80", 421), ("news.example:x", 421), ("[::1", 421),
     ("[::1]x", 421),
     ("news.example/path", 421), ("news.example,evil.example", 421)],
)  # fmt: skip
def test_the_assistant_answers_to_its_own_names(client: TestClient, host: str, status: int) -> None:
    assert client.get("/", headers={"Host": host}).status_code == status


def test_two_host_headers_are_refused(client: TestClient) -> None:
    assert client.get("/", headers=[("Host", "testserver"), ("Host", "testserver")]).status_code == 421


def test_without_names_any_address_in_numbers_will_do() -> None:
    hosts = Hosts((), "Laptop.local")
    for known in (
        "127.0.0.1:7860",
        "192.168.1.20:7860",
        "[2001:db8::1]:7860",
        "localhost:7860",
        "laptop.local",
    ):
        assert hosts.accept(known)
    for foreign in ("evil.example", "laptop", "", None, "0x7f.1", "2130706433"):
        assert not hosts.accept(foreign), "a name that was rebound to this address"
    assert read_name("[2001:DB8::1]:7860") == "2001:db8::1"


def test_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_HOSTS", "News.Example, www.news.example,news.example")
    assert Settings().hosts == ("news.example", "www.news.example")
    for wrong in ("https://news.example", "news.example:80", "*", "news example"):
        monkeypatch.setenv("ASSISTANT_HOSTS", wrong)
        with pytest.raises(ValidationError):
            Settings()


# Limits before parsing ----------------------------------------------------------------------------------------------


def test_addresses_and_headers_have_a_largest_size(client: TestClient) -> None:
    assert client.get("/demo?" + "x" * 2040).status_code == 200
    assert client.get("/demo?" + "x" * 2050).status_code == 414
    assert client.get("/", headers={"X-Long": "x" * (LARGEST_HEADERS - 500)}).status_code == 200
    assert client.get("/", headers={"X-Long": "x" * LARGEST_HEADERS}).status_code == 431
    many = [(f"X-{number}", "x") for number in range(MOST_HEADERS)]
    assert client.get("/", headers=many[: MOST_HEADERS - 10]).status_code == 200
    assert client.get("/", headers=many).status_code == 431


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [({"Content-Type": "text/plain"}, b"{}", 415), ({}, b"{}", 415),
     ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
     ({"Content-Type": "application/json", "Content-Encoding": "identity"}, b"{}", 422),
     ({"Content-Type": "Application/JSON; charset=utf-8"}, b"{}", 422),
     ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b", 415),
     ({"Content-Type": "application/json", "Content-Length": "-1"}, b"{}", 400),
     ({"Content-Type": "application/json", "Content-Length": "99999999999999999999"}, b"{}", 413),
     ({"Content-Type": "application/json"}, b"\xff\xfe", 400),
     ({"Content-Type": "application/json"}, '{"article": "é"}'.encode("latin-1"), 400),
     ({"Content-Type": "application/json"}, '{"article": "x"}'.encode("utf-16"), 400),
     ({"Content-Type": "application/json"}, b'{"article": "\x00"}', 400),
     ({"Content-Type": "application/json"}, b"[" * 60_000, 400),
     ({"Content-Type": "application/json"}, b'{"a":' * 10_000, 400),
     ({"Content-Type": "application/json"}, json.dumps({f"k{n}": n for n in range(4000)}).encode(), 400),
     ({"Content-Type": "application/json"}, b"[" + b"1," * 30_000 + b"1]", 400),
     ({"Content-Type": "application/json"}, b"", 422), ({"Content-Type": "application/json"}, b"{", 422)],
)  # fmt: skip
def test_bodies_are_refused_before_they_are_parsed(
    client: TestClient, headers: dict[str, str], content: bytes, status: int
) -> None:
    reply = client.post("/api/ask", headers=headers, content=content)
    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"code", "message"}


def call(app: object, path: str, parts: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """POST a body in parts, without its length; gives the status and how many parts were taken."""
    taken = 0
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": parts[taken - 1], "more_body": taken < len(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"testserver"), *headers], "client": ("127.0.0.1", 1), "http_version": "1.1",
        "server": ("testserver", 80), "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[operator]
    return sent[0]["status"], taken


@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback", "/town/gradio_api/queue/join"])
def test_a_streamed_body_is_not_read_beyond_its_largest_size(client: TestClient, path: str) -> None:
    kind = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    status, taken = call(client.app, path, [b" " * 10_000] * 2000, kind)
    assert (status, taken) == (413, LARGEST_BODY // 10_000 + 1), "20 MB were sent, 70 kB were read"
    assert call(client.app, path, [b"{", b"}"], kind)[0] in (400, 422)


def test_an_editor_may_hand_in_more_and_a_stranger_nothing(client: TestClient) -> None:
    kind = [(b"content-type", b"application/octet-stream"), (b"origin", b"http://testserver")]
    status, taken = call(client.app, "/editor/draft/town", [b"x" * 10_000] * 2000, kind)
    assert (status, taken) == (401, 0)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
        (b"[" * (DEEPEST + 1), "nests more than 8 deep"),
        (b"[]" * 500, None),
        (b'{"a\\"{[": "]}}}}{{{{{{{{{{{{{"}', None),
        (b'"' + b"[" * 5000, None),
        (b"{" + b'"a":1,' * MOST_KEYS + b"}", None),
        (b"{" + b'"a":1,' * (MOST_KEYS + 1) + b"}", "more than 64 keys"),
        (b"[" + b"0," * MOST_VALUES + b"0]", "more than 1024 values"),
        (b"[{}," * 300, "nests more than"),
        (b"\xc3(", "not UTF-8 (byte 0xc3 at 0)"),
        (b"[\x00]", "NUL"),
    ],
)
def test_the_shape_of_a_body_is_told_from_its_bytes(data: bytes, told: str | None) -> None:
    if told is None:
        check_shape(data)
    else:
        with pytest.raises(ShapeError, match=re.escape(told)):
            check_shape(data)


@pytest.mark.parametrize(
    "body",
    [
        [], "x", 7, None, {},
        join(fn_index=3), join(fn_index=-1), join(fn_index="0"), join(fn_index=None), join(fn_index=True),
        join(fn_index=0.0),
        join(data=[]), join(data=["Who?"]), join(data=["Who?", None, None]), join(data={"0": "Who?", "1": None}),
        join(data=["Who?", []]), join(data=["Who?", [{"answer": 1}]]), join(data=[["Who?"], None]),
        join(data=[7, None]),
        join(data=[{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, None]),
        join(session_hash=None), join(session_hash=""), join(session_hash="x" * 33), join(session_hash="../x"),
        join(session_hash="a\n"), join(session_hash=["a"]), join(trigger_id="7"), join(trigger_id=10_000),
        join(trigger_id=True),
        join(event_data={"value": "x"}), join(simple_format=True), join(batched=True), join(oauth_token="x"),
        join(event_id="x"), join(request={}),
    ],
)  # fmt: skip
def test_the_queue_takes_only_what_the_page_sends(client: TestClient, body: object) -> None:
    assert client.post("/town/gradio_api/queue/join", json=body).status_code == 400


def test_the_desk_queue_takes_only_what_the_page_sends(editor: TestClient) -> None:
    events = editor.app.user_middleware[-1].kwargs["events"]
    assert sorted(events) == ["editor", "town"] and len(events["town"]) == 3
    number, chosen = next(
        (n, e) for n, e in events["editor"].items() if e.inputs == ("dropdown",) and e.about
    )
    right = {"data": ["town"], "event_data": {"value": "Inbox", "index": 0}, "fn_index": number,
             "trigger_id": min(chosen.triggers), "session_hash": "jqqob67ib2n"}  # fmt: skip
    post = "/editor/gradio_api/queue/join"
    assert editor.post(post, json=right, headers=OWN).status_code == 200
    for wrong in (
        {"data": [["town"]]},
        {"event_data": "x"},
        {"trigger_id": 99_999},
        {"data": ["town", "town"]},
    ):
        assert editor.post(post, json=right | wrong, headers=OWN).status_code == 400
