"""Serving: slow clients lose their connection, and the end answers whoever has asked, over real connections."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from assistant.settings import Settings
from assistant.web import bodies, create_app, serving
from assistant.web.serving import Serving
from tests.asking import join_page, read_page
from tests.conftest import TOWN

ASK = {"article": "town", "question": "How many boats took part?"}
HEAD = (
    b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 90\r\n"
)


class Holding:
    """An encoder that works only once it is let go."""

    def __init__(self, encoder: object) -> None:
        self.encoder = encoder
        self.go = threading.Event()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        assert self.go.wait(60)
        return self.encoder.encode(texts)


@contextmanager
def serve_here(folder: Path) -> Iterator[tuple[Serving, str, threading.Thread]]:
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(articles=folder / "town.txt", data_dir=folder / "data", reader=False, port=port)
    server = Serving(create_app(settings), settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        server.app.state.service.library.find_assistant("town")
        wait_until(lambda: server.started)
        yield server, f"http://127.0.0.1:{port}", thread
    finally:
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive()


def wait_until(true) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_the_end_answers_whoever_has_asked_and_lets_nobody_else_in(tmp_path: Path) -> None:
    with serve_here(tmp_path) as (server, base, thread):
        service = server.app.state.service
        assert httpx.get(f"{base}/healthz").status_code == 200
        encoder = service.library.encoder
        encoder._encoder = holding = Holding(encoder._encoder)
        told: dict[str, object] = {}

        def ask_interface(name: str) -> None:
            told[name] = httpx.post(f"{base}/api/ask", json=ASK | {"question": f"{name} boats?"}, timeout=60)

        def ask_chat() -> None:
            with httpx.Client(base_url=base, timeout=60) as client:
                assert join_page(client, "town", ASK["question"], "one").status_code == 200
                told["chat"] = read_page(client, "town", "one")

        def keep_page_open() -> None:
            with httpx.stream("GET", f"{base}/town/gradio_api/heartbeat/one", timeout=60) as stream:
                told["page"] = list(stream.iter_raw())

        asking = [threading.Thread(target=ask_interface, args=(name,)) for name in ("two", "three")]
        asking += [threading.Thread(target=ask_chat), threading.Thread(target=keep_page_open)]
        for each in asking:
            each.start()
        wait_until(lambda: service.admission.inside == 3)
        with httpx.Client(base_url=base, timeout=60) as open_before:
            assert open_before.get("/healthz").status_code == 200
            server.should_exit = True
            wait_until(lambda: not service.admission.open)
            with pytest.raises(
                httpx.TransportError
            ):  # its connection was idle: closed, and no new one is taken
                open_before.post("/api/ask", json=ASK)
        assert service.admission.inside == 3 and thread.is_alive()
        holding.go.set()
        for each in asking:
            each.join(60)
        thread.join(60)
        assert not thread.is_alive()
        for name in ("two", "three"):
            assert told[name].status_code == 200 and told[name].json()["quotes"][0]["text"]
            assert told[name].json()["id"], "it was kept before the records were closed"
        assert [message["msg"] for message in told["chat"]][-2:] == ["process_completed", "close_stream"]
        assert "About 400 boats took part." in str(told["chat"])
        assert told["page"]


def test_a_client_that_sends_its_headers_or_its_body_slowly_loses_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "HEADERS", 0.3)
    monkeypatch.setattr(bodies, "SLOWEST", 0.3)
    with serve_here(tmp_path) as (server, base, _):
        address = ("127.0.0.1", int(base.rpartition(":")[2]))
        admission = server.app.state.service.admission
        for sent, answered in (
            (b"", b""),
            (HEAD, b""),
            (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + HEAD, b"HTTP/1.1 200 OK"),
            (HEAD + b"\r\n" + b'{"article": "to', b"HTTP/1.1 408 "),
        ):
            with socket.create_connection(address, timeout=60) as slow:
                slow.sendall(sent)
                received = b""
                while part := slow.recv(65536):
                    received += part
            assert received.startswith(answered) and bool(received) == bool(answered)
        assert b'"code":"too_slow"' in received and b"connection: close" in received.lower()
        assert admission.admitted == 0, "a slow client has no place"
        assert httpx.post(f"{base}/api/ask", json=ASK, timeout=60).status_code == 200


def test_a_page_that_is_open_is_not_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for headers is over when they are there, however long the response takes."""
    monkeypatch.setattr(serving, "HEADERS", 0.3)
    with serve_here(tmp_path) as (_, base, _):
        silence = httpx.Timeout(60, read=1.0)
        with httpx.stream("GET", f"{base}/town/gradio_api/heartbeat/one", timeout=silence) as stream:
            parts = stream.iter_raw()
            assert next(parts) == b"data: ALIVE\n\n"
            with pytest.raises(httpx.ReadTimeout):  # open and silent, and not at its end
                next(parts)
