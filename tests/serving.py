"""The server as a user starts it, and a browser that stays home: for the tests with Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

expect.set_options(timeout=120_000)  # milliseconds; five seconds, as it is, fail on a busy machine


@contextmanager
def serve(folder: Path, *words: str, **environment: str) -> Iterator[str]:
    """`python app.py` on a port of its own, or on ASSISTANT_PORT, with its data in `folder`; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(environment.get("ASSISTANT_PORT", free.getsockname()[1]))
    variables = os.environ | {"ASSISTANT_PORT": str(port), "ASSISTANT_DATA_DIR": str(folder)}
    variables |= {"ASSISTANT_MODEL_PROCESS": "true"} | environment
    told = folder / "server.log"
    with told.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "app.py", *words], cwd=ROOT, env=variables, stdout=log, stderr=log
        )
        until = time.monotonic() + 180
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
                    break
                except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                    assert server.poll() is None and time.monotonic() < until, f"{error}: {told.read_text()}"
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Debian's Chromium, told to leave the network alone."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "Chromium is needed: apt-get install chromium"
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


def open_page(browser: Browser, address: str, width: int, height: int) -> Page:
    """A page that fails the test when it asks another host, when its script fails, or when a dialog opens."""
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    page.set_default_timeout(120_000)
    page.on("request", lambda request: stay_home(request.url, address))
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(address)
    return page


def stay_home(url: str, address: str) -> None:
    """Fails the test for a request to another server than the page's."""
    web = urlsplit(url).scheme in ("http", "https", "ws", "wss")
    if web and urlsplit(url).netloc != urlsplit(address).netloc:
        pytest.fail(f"a request left for {url}")
