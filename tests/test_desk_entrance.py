"""The door of the editor's desk: who gets in, who does not, and what is there for whom."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from assistant.settings import Settings, SettingsError, read_settings
from assistant.web import create_app
from assistant.web import entrance as entrances
from assistant.web.corrections import publish_correction
from assistant.web.entrance import ALL_TRIES, TRIES, WINDOW, Entrance, LogIn
from assistant.web.key_file import read_key
from tests.conftest import TOWN

PASSWORD = "correct horse battery"
HOST = "http://testserver"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("articles")
    (place / "town.txt").write_text(TOWN, encoding="utf-8")
    return place


@pytest.fixture
def client(folder: Path, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(articles=folder, data_dir=tmp_path, reader=False, editor_password=PASSWORD)
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def log_in(client: TestClient, password: str = PASSWORD, **headers: str):
    return client.post(
        "/editor/login", data={"password": password, "editor": "Ann"}, headers={"Origin": HOST} | headers
    )


INSIDE = (
    ("GET", "gradio_api/queue/data?session_hash=x"), ("POST", "gradio_api/queue/join"), ("GET", "theme.css"),
("GET", "export/log/town.csv"), ("GET", "export/golden/town.csv"),
    ("GET", "export/run/town/x.html"), ("POST", "import/town"), ("POST", "draft/town"), ("POST", "logout"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), INSIDE)
def test_nothing_of_it_is_reachable_without_a_session(client: TestClient, method: str, path: str) -> None:
    reply = client.request(method, f"/editor/{path}", headers={"Origin": HOST}, content=b"{}")
    assert reply.status_code == 401
    assert (
        client.request(method, f"/editor/{path}", headers={"Origin": HOST}, cookies={"desk": "x"}).status_code
        == 401
    )


@pytest.mark.parametrize(
    "path",
    ["config", "gradio_api/info", "gradio_api/upload", "gradio_api/file=/etc/passwd", "gradio_api/call/x", "monitoring",
     "openapi.json", "gradio_api/queue/status", "export/../../etc/passwd", "nothing"],
)  # fmt: skip
def test_what_the_desk_does_not_use_is_not_there_even_inside(client: TestClient, path: str) -> None:
    log_in(client)
    for reply in (client.get(f"/editor/{path}"), client.post(f"/editor/{path}", headers={"Origin": HOST})):
        assert reply.status_code in (404, 405)


def test_the_password_opens_and_logging_out_closes(client: TestClient) -> None:
    assert client.get("/editor/").headers["location"] == "/editor/login"
    page = client.get("/editor/login")
    assert "<script" not in page.text and 'type="password"' in page.text
    reply = log_in(client)
    assert (reply.status_code, reply.headers["location"]) == (303, "/editor/")
    session, known = reply.headers.get_list("set-cookie")
    assert re.match(r"desk=[\w-]{43}; HttpOnly; Path=/editor; SameSite=strict$", session)
    assert re.match(
        r"desk-known=[\w-]{22}\.[0-9a-f]{64}; HttpOnly; Max-Age=15552000; Path=/editor; SameSite=strict$",
        known,
    )
    assert client.get("/editor/").status_code == 200
    assert client.get("/editor/export/log/town.csv").status_code == 200
    assert client.get("/editor/login").headers["location"] == "/editor/"
    left = client.post("/editor/logout", headers={"Origin": HOST})
    assert (left.status_code, left.headers["clear-site-data"]) == (303, '"cache", "storage"')
    assert client.get("/editor/").status_code == 303
    assert [cookie.name for cookie in client.cookies.jar] == ["desk-known"]


def test_a_stolen_cookie_is_worth_nothing_after_logging_out(client: TestClient) -> None:
    log_in(client)
    cookie = client.cookies["desk"]
    client.post("/editor/logout", headers={"Origin": HOST})
    assert client.get("/editor/", headers={"Cookie": f"desk={cookie}"}).status_code == 303


def test_behind_tls_the_cookies_are_secure(folder: Path, tmp_path: Path) -> None:
    tls = {"X-Forwarded-Proto": "https", "Origin": "https://testserver"}
    settings = Settings(
        articles=folder, data_dir=tmp_path, reader=False, editor_password=PASSWORD, trusted_proxies=1
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        session, known = log_in(client, **tls).headers.get_list("set-cookie")
        assert re.fullmatch(r"__Host-desk=[\w-]{43}; HttpOnly; Path=/; SameSite=strict; Secure", session)
        assert re.fullmatch(
            r"__Host-desk-known=[\w.-]+; HttpOnly; Max-Age=15552000; Path=/; SameSite=strict; Secure", known
        )
        token = session.split(";")[0].partition("=")[2]
        client.cookies.clear()
        for cookie, status in ((f"__Host-desk={token}", 200), (f"desk={token}", 303)):
            assert client.get("/editor/", headers=tls | {"Cookie": cookie}).status_code == status
        plain = log_in(client, **tls | {"Origin": "http://testserver"})
        assert plain.status_code == 403, "a page that came without TLS may have been written on the way"


def test_a_forged_scheme_counts_for_nothing(client: TestClient) -> None:
    reply = log_in(client, **{"X-Forwarded-Proto": "https"})
    assert reply.headers["set-cookie"].startswith("desk=")
    assert "strict-transport-security" not in reply.headers


def test_behind_a_proxy_wrong_passwords_count_for_who_sent_them(folder: Path, tmp_path: Path) -> None:
    settings = Settings(
        articles=folder, data_dir=tmp_path, reader=False, editor_password=PASSWORD, trusted_proxies=1
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        for _ in range(TRIES):
            assert log_in(client, "wrong word", **{"X-Forwarded-For": "203.0.113.7"}).status_code != 429
        forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
        assert log_in(client, **forged).status_code == 429
        assert log_in(client, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 303


@pytest.mark.parametrize(
    "password", ["", "wrong", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), "x" * 900]
)
def test_every_wrong_password_gets_one_and_the_same_answer(client: TestClient, password: str) -> None:
    reply = log_in(client, password)
    assert reply.status_code == 401 and "That is not the password." in reply.text
    assert "set-cookie" not in reply.headers


def test_trying_passwords_is_slowed_down(client: TestClient) -> None:
    for _ in range(TRIES):
        assert log_in(client, "wrong").status_code == 401
    reply = log_in(client)
    assert reply.status_code == 429 and 0 < int(reply.headers["retry-after"]) <= WINDOW
    assert "set-cookie" not in reply.headers


def test_many_addresses_share_one_allowance_and_a_known_browser_has_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(entrances, "time", SimpleNamespace(monotonic=lambda: now[0]))
    door = Entrance(PASSWORD, b"k" * 32)
    known = door.log_in(PASSWORD, "Ann", "10.1.1.1").known
    for number in range(ALL_TRIES):
        assert door.log_in("wrong", "Eve", f"10.0.0.{number}") == LogIn()
    assert door.log_in("wrong", "Eve", "10.9.9.9") == LogIn(wait=300)
    assert door.log_in(PASSWORD, "Ann", "10.9.9.9") == LogIn(wait=300), "an editor in a new browser waits"
    assert door.log_in(PASSWORD, "Ann", "10.9.9.9", known).token, "an editor in a known browser does not"
    for _ in range(TRIES):
        assert door.log_in("wrong", "Eve", "10.9.9.9", known) == LogIn()
    assert door.log_in(PASSWORD, "Ann", "10.8.8.8", known) == LogIn(wait=300)
    now[0] += WINDOW + 1
    assert door.log_in(PASSWORD, "Ann", "10.9.9.9").token


def test_a_browser_stays_known_over_a_restart_and_not_over_a_new_password() -> None:
    known = Entrance(PASSWORD, b"k" * 32).log_in(PASSWORD, "Ann", "10.1.1.1").known
    device = known.partition(".")[0]
    again, changed = Entrance(PASSWORD, b"k" * 32), Entrance(PASSWORD + "!", b"k" * 32)
    assert again.log_in(PASSWORD, "Ann", "a", known).known == known
    assert changed.log_in(PASSWORD + "!", "Ann", "a", known).known.partition(".")[0] != device
    for forged in ("", ".", device, known[:-1], known[1:], f"{device}.{'0' * 64}", "é." + known, "x" * 5000):
        assert again.log_in(PASSWORD, "Ann", "a", forged).known != known


def test_many_tries_at_once_are_counted_before_they_are_compared() -> None:
    door = Entrance(PASSWORD)
    tried: list[LogIn] = []
    threads = [
        threading.Thread(target=lambda: tried.append(door.log_in("wrong", "Eve", "a"))) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each == LogIn() for each in tried) == TRIES


def test_the_key_of_known_browsers_is_kept_and_readable_by_nobody_else(tmp_path: Path) -> None:
    key = read_key(tmp_path / "data")
    assert len(key) == 32 and read_key(tmp_path / "data") == key
    (file,) = (tmp_path / "data").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("desk.key", 0o600)
    file.write_bytes(b"short")
    assert len(read_key(tmp_path / "data")) == 32
    (tmp_path / "file").write_bytes(b"")
    assert len(read_key(tmp_path / "file")) == 32, "for this run alone"


def test_a_session_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(entrances, "time", SimpleNamespace(monotonic=lambda: now[0]))
    door = Entrance(PASSWORD)
    token = door.log_in(PASSWORD, "  Ann \n Lee ", "a").token
    assert door.find_editor({"desk": token}) == "Ann Lee"
    now[0] += entrances.SESSION - 1
    assert door.find_editor({"__Host-desk": token}) == "Ann Lee"
    now[0] += entrances.SESSION + 1
    assert door.find_editor({"desk": token}) is None
    token = door.log_in(PASSWORD, "", "a").token
    for _ in range(10):
        now[0] += entrances.LONGEST_SESSION / 8
        last = door.find_editor({"desk": token})
    assert last is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HOST},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": ""},
        {},
    ],
)
def test_other_sites_cannot_do_anything(client: TestClient, headers: dict[str, str]) -> None:
    log_in(client)
    for path in ("logout", "import/town", "gradio_api/queue/join", "login"):
        assert client.post(f"/editor/{path}", headers=headers, content=b"x").status_code == 403
    assert client.get("/editor/").status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": HOST}, {"Sec-Fetch-Site": "same-origin"}])
def test_one_of_the_two_headers_is_enough_for_an_old_browser(
    client: TestClient, headers: dict[str, str]
) -> None:
    log_in(client)
    assert client.post("/editor/logout", headers=headers).status_code == 303


def test_other_sites_cannot_read_and_may_link(client: TestClient) -> None:
    log_in(client)
    assert (
        client.get("/editor/export/log/town.csv", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    )
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/editor/", headers=link).status_code == 200
    assert client.get("/editor/", headers=link | {"Sec-Fetch-Dest": "document"}).status_code == 200
    assert client.get("/editor/", headers=link | {"Sec-Fetch-Dest": "iframe"}).status_code == 403


@pytest.mark.parametrize("path", ["login", "", "nothing"])
def test_it_is_never_framed_or_kept_by_caches(client: TestClient, path: str) -> None:
    for _ in range(2):
        reply = client.get(f"/editor/{path}")
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["cache-control"] == "no-store"
        log_in(client)


def test_without_a_password_there_is_no_desk(folder: Path, tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(articles=folder, data_dir=tmp_path, reader=False)))
    for path in (
        "/editor",
        "/editor/",
        "/editor/login",
        "/editor/export/log/town.csv",
        "/editor/gradio_api/queue/join",
    ):
        assert client.get(path).status_code == 404


def test_a_short_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_EDITOR_PASSWORD", "secret7")
    with pytest.raises(SettingsError, match=r"ASSISTANT_EDITOR_PASSWORD: .*at least 8") as caught:
        read_settings()
    assert "secret7" not in str(caught.value)


def test_golden_questions_are_imported_or_refused_by_row(client: TestClient) -> None:
    log_in(client)
    headers = {"Origin": HOST, "X-File-Name": "g.csv", "Content-Type": "application/octet-stream"}
    wrong = client.post("/editor/import/town", headers=headers, content=b"question,answerable\nWho?,yes\n")
    assert wrong.status_code == 422 and wrong.json()["problems"][0].startswith("row 2: ")
    right = client.post(
        "/editor/import/town", headers=headers, content=b"question,quote\nWho?,About 400 boats\n"
    )
    assert right.json() == {"message": "1 added, 0 were there already."}
    assert '"Who?","About 400 boats"' in client.get("/editor/export/golden/town.csv").text
    assert "About 400 boats" in client.get("/editor/export/golden/town.json").text
    assert client.get("/editor/export/golden/town.qrels").text.startswith("q1 0 p")
    large = client.post("/editor/import/town", headers=headers, content=b"question\n" + b"x" * 6_000_000)
    assert large.status_code == 413
    assert client.post("/editor/import/nothing", headers=headers, content=b"x").status_code == 404


def test_the_log_is_exported_safely(client: TestClient) -> None:
    typed = '=HYPERLINK("http://evil.example";"x")'
    client.post("/api/ask", json={"article": "town", "question": typed})
    client.post("/api/ask", json={"article": "town", "question": "How many boats took part?"})
    log_in(client)
    whole = client.get("/editor/export/log/town.csv")
    assert '"\'=HYPERLINK(""http' in whole.text and whole.text.count("\r\n") == 3
    assert whole.headers["content-disposition"] == 'attachment; filename="town-log.csv"'
    found = client.get(
        "/editor/export/log/town.jsonl", params={"words": "boats", "show": "answered", "days": 1}
    )
    assert found.text.count("\n") == 1 and "How many boats" in found.text
    assert client.get("/editor/export/log/town.exe").status_code == 404


def test_a_correction_survives_a_restart_and_a_newer_file_wins(folder: Path, tmp_path: Path) -> None:
    story, data = tmp_path / "town.txt", tmp_path / "data"
    story.write_text(TOWN, encoding="utf-8")
    settings = Settings(articles=story, data_dir=data, reader=False, editor_password=PASSWORD)
    corrected = TOWN.replace("About 400 boats", "About 390 boats")

    def quote_now() -> str:
        with TestClient(create_app(settings)) as client:
            body = {"article": "town", "question": "How many boats took part?"}
            return client.post("/api/ask", json=body).json()["quotes"][0]["text"]

    with TestClient(create_app(settings), follow_redirects=False) as client:
        log_in(client)
        headers = {"Origin": HOST, "X-File-Name": "new.txt", "Content-Type": "application/octet-stream"}
        assert client.post("/editor/draft/town", headers=headers, content=b"").status_code == 422
        assert (
            client.post("/editor/draft/town", headers=headers, content=corrected.encode()).status_code == 200
        )
        service = client.app.state.service
        desk = client.app.state.desk
        draft = desk.drafts["town"]
        body = {"article": "town", "question": "How many boats took part?"}
        assert "400" in client.post("/api/ask", json=body).json()["quotes"][0]["text"]
        publish_correction(
            service.library, desk.find_editorial("town"), data, draft.file, draft.assistant, "Ann"
        )
        assert "390" in client.post("/api/ask", json=body).json()["quotes"][0]["text"]
    assert "390" in quote_now()
    story.write_text(TOWN.replace("About 400 boats", "About 380 boats"), encoding="utf-8")
    assert "380" in quote_now()
