"""The files in deploy/, as far as they can be tried without the machine they are for."""

import json
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest

from tests.asking import join_page
from tests.confined import NOBODY, confine
from tests.conftest import TOWN
from tests.serving import serve

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
NAME = "assistant.example"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # where nginx is


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def configure_nginx(folder: Path, ports: dict[str, int]) -> Path:
    """nginx's main file around deploy/nginx.conf, whose ports and places alone are changed; and a certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={NAME} "
        f"-addext subjectAltName=DNS:{NAME} -keyout {key} -out {certificate}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:7860", f"127.0.0.1:{ports['app']}"),
        ("    listen [::]:443", "    #"),  # not every machine has it
        ("    listen [::]:80", "    #"),
        ("listen 443 ssl", f"listen 127.0.0.1:{ports['tls']} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{ports['plain']};"),
        ("/etc/ssl/certs/assistant.example.pem", str(certificate)),
        ("/etc/ssl/private/assistant.example.key", str(key)),
        ("/var/log/nginx/article-assistant.log", str(folder / "access.log")),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;"
        f"{'user root;' if os.geteuid() == 0 else ''}"
        f"events {{ worker_connections 256; }} http {{ access_log off; {places} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    return main


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, int]]]:
    """The assistant behind nginx, each on a port of its own; three questions a minute are anybody's share."""
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "harbour.txt").write_text(TOWN, encoding="utf-8")
    variables = {
        "ASSISTANT_TRUSTED_PROXIES": "1", "ASSISTANT_HOSTS": NAME, "ASSISTANT_RATE": "3/minute",
        "ASSISTANT_READER": "false", "ASSISTANT_EDITOR_PASSWORD": "correct horse battery",
        "ASSISTANT_LOG": "json",
    }  # fmt: skip
    ports = {"tls": find_port(), "plain": find_port()}
    with serve(folder, str(folder / "harbour.txt"), **variables) as address:
        ports["app"] = int(address.rpartition(":")[2])
        main = configure_nginx(folder, ports)
        command = ["nginx", "-c", str(main), "-e", str(folder / "error.log")]
        environment = os.environ | {"PATH": PATH}
        checked = subprocess.run(
            [*command, "-t"], env=environment, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        assert "warn" not in checked.stderr
        server = subprocess.Popen(command, env=environment)
        try:
            while server.poll() is None:
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", ports["tls"])) == 0:
                        break
                time.sleep(0.05)
            yield folder, ports
        finally:
            server.terminate()
            server.wait(timeout=30)


def connect(proxied: tuple[Path, dict[str, int]], source: str = "127.0.0.1") -> httpx.Client:
    """A reader's client at an address of its own."""
    folder, ports = proxied
    trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))

    def speak(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = NAME

    return httpx.Client(
        base_url=f"https://127.0.0.1:{ports['tls']}",
        headers={"Host": NAME},
        transport=httpx.HTTPTransport(verify=trust, local_address=source),
        event_hooks={"request": [speak]},
        timeout=60,
    )


def ask(client: httpx.Client, **headers: str) -> httpx.Response:
    body = {"article": "harbour", "question": "How many boats took part?"}
    return client.post("/api/ask", json=body, headers=headers)


def test_readers_come_by_tls_alone_and_by_the_name_alone(proxied: tuple[Path, dict[str, int]]) -> None:
    _, ports = proxied
    plain = httpx.get(f"http://127.0.0.1:{ports['plain']}/harbour/?a=b", headers={"Host": NAME})
    assert (plain.status_code, plain.headers["location"]) == (308, f"https://{NAME}/harbour/?a=b")
    with connect(proxied) as client:
        page = client.get("/harbour/")
        assert page.status_code == 200
        for header in ("strict-transport-security", "content-security-policy", "x-content-type-options"):
            assert len(page.headers.get_list(header)) == 1
        assert "nginx/" not in page.headers["server"]
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", ports["tls"])) as raw, pytest.raises(ssl.SSLError):
        anybody.wrap_socket(raw, server_hostname="other.example")


def test_a_client_is_who_it_is_and_not_who_it_says(proxied: tuple[Path, dict[str, int]]) -> None:
    with connect(proxied, "127.0.0.21") as one, connect(proxied, "127.0.0.22") as other:
        answered = [
            ask(one, **{"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"}).status_code
            for n in range(4)
        ]
        assert answered == [200, 200, 200, 429]
        assert ask(other).status_code == 200


def test_what_is_too_large_and_what_is_not_for_readers(proxied: tuple[Path, dict[str, int]]) -> None:
    _, ports = proxied
    with connect(proxied) as client:
        assert client.post("/api/ask", content=b"x" * 70_000).status_code == 413
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        # an editor's file passes nginx, and is refused by the assistant for want of a session
        assert client.post("/editor/import/harbour", content=b"x" * 70_000).status_code in (401, 403)
    machine = httpx.get(f"http://127.0.0.1:{ports['app']}/metrics")
    assert machine.status_code == 200 and "assistant_questions_total" in machine.text


def test_an_editor_gets_a_cookie_for_tls_alone(proxied: tuple[Path, dict[str, int]]) -> None:
    with connect(proxied) as client:
        reply = client.post(
            "/editor/login",
            data={"password": "correct horse battery"},
            headers={"Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"},
        )
        assert reply.status_code == 303
        cookie = reply.headers["set-cookie"]
        assert cookie.startswith("__Host-desk=") and "Secure" in cookie and "HttpOnly" in cookie


def test_the_chat_page_is_answered_as_it_comes(proxied: tuple[Path, dict[str, int]]) -> None:
    """The first message is read while the stream is still open: nginx holds nothing back."""
    with connect(proxied, "127.0.0.23") as client:
        assert join_page(client, "harbour", "How many boats took part?", "session23").status_code == 200
        seen = []
        query = {"session_hash": "session23"}
        with client.stream("GET", "/harbour/gradio_api/queue/data", params=query) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    seen.append(json.loads(line.removeprefix("data: ")))
                    if seen[-1]["msg"] in ("process_completed", "close_stream"):
                        break
        assert seen[-1]["success"] and "About 400 boats" in json.dumps(seen[-1]["output"])
        with client.stream("GET", "/harbour/gradio_api/heartbeat/session23") as stream:
            assert "ALIVE" in next(stream.iter_text())


def test_its_log_names_nobody(proxied: tuple[Path, dict[str, int]]) -> None:
    folder, _ = proxied
    with connect(proxied) as client:
        client.get("/answers/an-answer-nobody-may-know?question=Zaphod")
    until = time.monotonic() + 60
    while "/answers/..." not in (text := (folder / "access.log").read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"time", "request", "method", "path", "status", "bytes", "seconds", "upstream"} == set(lines[0])
    assert not re.search(
        r"127\.0\.0\.|nobody-may|Zaphod|session23|198\.51", re.sub(r'"upstream":"[^"]*"', "", text)
    )
    ids = {line["request"] for line in lines}
    told = [json.loads(line) for line in (folder / "server.log").read_text().splitlines()]
    assert ids & {line.get("request") for line in told}  # one id follows a request through both


def test_a_reader_is_told_while_the_assistant_is_away(tmp_path: Path) -> None:
    ports = {"app": find_port(), "tls": find_port(), "plain": find_port()}
    main = configure_nginx(tmp_path, ports)
    server = subprocess.Popen(
        ["nginx", "-c", str(main), "-e", str(tmp_path / "error.log")], env=os.environ | {"PATH": PATH}
    )
    try:
        with connect((tmp_path, ports)) as client:
            while server.poll() is None:
                try:
                    reply = client.get("/harbour/")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
        assert "being restarted" in reply.text
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    unit = (DEPLOY / "article-assistant.service").read_text(encoding="utf-8")
    python = "/opt/article-assistant/.venv/bin/python"
    assert python in unit
    unit = unit.replace(python, sys.executable).replace("/opt/article-assistant", str(ROOT))
    file = tmp_path / "article-assistant.service"
    file.write_text(unit, encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    closed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert closed.returncode == 0, closed.stdout[-200:]  # an exposure of 1.5 at most, of 10


def read_dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: ("RUN", "python -m venv /opt/venv"), …"""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines) if word]


def is_in_image(path: str) -> bool:
    """Whether a path passes Dockerfile.dockerignore, of whose rules the last that fits holds."""
    held = True
    for rule in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines():
        if rule and not rule.startswith("#"):
            pattern = rule.lstrip("!").replace("**/", "*")
            parts = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
            if any(fnmatch(part, pattern) or fnmatch(f"/{part}", pattern) for part in parts):
                held = rule.startswith("!")
    return held


def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, "--no-color", str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_image_is_built_of_what_is_in_the_lock_file(tmp_path: Path) -> None:
    """The RUN lines as the shell meets them, with a pip that only says what it was asked for."""
    stub = tmp_path / "pip"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >>asked.txt\n')
    stub.chmod(0o755)
    runs = [rest for word, rest in read_dockerfile() if word == "RUN"]
    assert runs[0] == "python -m venv /opt/venv"
    line = runs[1].replace("/opt/venv/bin/pip", str(stub))
    subprocess.run(
        ["sh", "-euc", line],
        cwd=tmp_path,
        check=True,
        env=os.environ | {"TORCH_INDEX": "https://torch.example/cpu"},
    )
    assert (tmp_path / "asked.txt").read_text() == (
        "install --no-cache-dir --require-hashes --extra-index-url https://torch.example/cpu -r requirements.lock\n"
    )


def test_the_image_holds_what_the_program_needs_and_nothing_that_is_secret() -> None:
    for path in ("app.py", "requirements.lock", "assistant/web/site.py", "index/weights/reader.safetensors"):
        assert is_in_image(path)
    for path in (".data/records.sqlite3", ".git/config", ".venv/bin/python", "tests/conftest.py", "key.pem", ".env",
                 "corpus/__pycache__/read.pyc"):  # fmt: skip
        assert not is_in_image(path)


def test_what_is_in_the_image_runs_as_nobody_on_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    """What COPY takes, with ENV, USER and CMD as they stand; the whole disk is read-only but for /data and /tmp."""
    image, data, scratch = tmp_path / "app", tmp_path / "data", tmp_path / "tmp"
    for folder in (image, data, scratch):
        folder.mkdir()
    variables: dict[str, str] = {}
    command: list[str] = []
    health: list[str] = []
    for word, rest in read_dockerfile():
        if word == "COPY" and not rest.startswith("--from") and "requirements" not in rest:
            source, target = rest.split()
            ignored = shutil.ignore_patterns("__pycache__")
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, image / target, **({"ignore": ignored} if copy is shutil.copytree else {}))
        elif word == "ENV":
            variables |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            assert rest == f"{NOBODY}:{NOBODY}"
        elif word == "CMD":
            command = json.loads(rest)
        elif word == "HEALTHCHECK":
            health = json.loads(rest.partition("CMD ")[2])
    assert command == ["/opt/venv/bin/python", "app.py"] and health[0] == "/opt/venv/bin/python"
    assert variables["ASSISTANT_DATA_DIR"] == "/data" and variables["HOME"] == "/tmp"
    port = find_port()
    variables |= {
        "ASSISTANT_DATA_DIR": str(data), "HOME": str(scratch), "TMPDIR": str(scratch), "PATH": os.environ["PATH"],
        "ASSISTANT_PORT": str(port), "ASSISTANT_HOST": "127.0.0.1",
    }  # fmt: skip
    healthy = [sys.executable, *health[1:-1], health[-1].replace("7860", str(port))]
    assert healthy[-1] != health[-1]
    told = tmp_path / "told.log"
    check = "; ".join((
        "import os, pathlib",
        f"assert os.getuid() == {NOBODY}",
        "open(os.environ['ASSISTANT_DATA_DIR'] + '/probe', 'w').close()",
        "\ntry: pathlib.Path('app.py').touch()\nexcept OSError as error: assert error.errno == 30\nelse: exit(9)",
    ))  # fmt: skip
    confined = {"writable": (data, scratch), "read_only": (Path("/"),), "as_nobody": True}
    subprocess.run(confine([sys.executable, "-c", check], **confined), cwd=image, env=variables, check=True)
    assert subprocess.run(healthy, capture_output=True, check=False).returncode != 0
    with told.open("w") as log:
        server = subprocess.Popen(
            confine([sys.executable, *command[1:]], **confined),
            cwd=image,
            env=variables,
            stdout=log,
            stderr=log,
        )
    try:
        while server.poll() is None and subprocess.run(healthy, capture_output=True, check=False).returncode:
            time.sleep(0.2)
        assert server.poll() is None, told.read_text()
        body = {"article": "ice-confrontations-massachusetts", "question": "What happened in Worcester?"}
        reply = httpx.post(f"http://127.0.0.1:{port}/api/ask", json=body, timeout=60).json()
        assert reply["outcome"] == "answered" and reply["id"]
    finally:
        server.terminate()
        assert server.wait(timeout=60) in (0, -15)
    assert "Read-only" not in told.read_text()
    assert (data / "records.sqlite3").exists() and list(data.glob("indexes/*/manifest.json"))
