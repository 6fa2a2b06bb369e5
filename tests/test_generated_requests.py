"""Thousands of requests that nobody would think of, made from the interface's own description: no server error."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode

from assistant.settings import Settings
from assistant.web import create_app
from assistant.web import library as libraries
from tests.conftest import TOWN, ToyEncoder

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://testserver"}
ALL = 5000  # requests at least
MANY = {"POST /api/ask": 690, "POST /api/feedback": 345}  # of each kind; of the rest FEW
FEW = 50
AT_ONCE = 4
EITHER = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The whole application with an editor's session; its vectors are made by hand, all else is as it is."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    chosen = Settings(
        articles=folder,
        data_dir=folder / "data",
        reader=False,
        editor_password=PASSWORD,
        rate="1000000/second",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(libraries, "load_encoders", lambda *_, **__: (ToyEncoder(), None))
        app = create_app(chosen)
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            asked = client.post("/api/ask", json={"article": "town", "question": "How many boats took part?"})
            assert asked.json()["outcome"] == "answered"
            client.post("/editor/login", data={"password": PASSWORD, "editor": "Ann"}, headers=OWN)
            yield client


def describe(client: TestClient, aimed: bool) -> dict[str, Any]:
    """The interface's OpenAPI description; `aimed`, with names and ids that there are, so that routes are reached."""
    schema = copy.deepcopy(client.app.openapi())  # type: ignore[attr-defined]
    if aimed:
        kept = client.post(
            "/api/ask", json={"article": "town", "question": "Who paid for the festival?"}
        ).json()["id"]
        known = {"article": ["town"], "answer_id": [kept, "none"], "slug": ["town", "none"],
                 "name": ["town.csv", "town.jsonl", "town.json", "town.qrels", "x.html", "town.exe"]}  # fmt: skip
        for body in schema["components"]["schemas"].values():
            for name in body.get("properties", {}).keys() & known:
                body["properties"][name] = {"type": "string", "enum": known[name]}
        for path in schema["paths"].values():
            for operation in path.values():
                for parameter in operation.get("parameters", ()):
                    if parameter["name"] in known:
                        parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    return schema


def generate(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    """The requests, each with the operation it is of: half of them as described, half of them not."""
    made: list[tuple[str, dict[str, Any]]] = []

    def keep(case: Case) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        made.append((case.operation.label, {**sent, "headers": {**sent["headers"], **OWN}, "cookies": None}))

    for aimed in (True, False):
        schema = schemathesis.openapi.from_dict(describe(client, aimed))
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.label == "POST /editor/logout":
                continue  # what comes after would meet the log-in page
            for mode in GenerationMode:
                if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
                    continue  # there is nothing that could be wrong
                count = MANY.get(operation.label, FEW)
                case = operation.as_strategy(generation_mode=mode)
                seed(7)(settings(EITHER, max_examples=count)(given(case)(keep)))()
    return made


def test_five_thousand_generated_requests_meet_no_server_error(client: TestClient) -> None:
    made = generate(client)
    waiting = iter(made)
    answered: Counter[int] = Counter()
    wrong: list[str] = []

    async def ask_on(asker: httpx.AsyncClient) -> None:
        for _, sent in waiting:
            reply = await asker.request(**sent)
            answered[reply.status_code] += 1
            fine = reply.status_code < 500 or (reply.status_code == 503 and "retry-after" in reply.headers)
            if not fine or "Traceback" in reply.text or 'File "' in reply.text:
                wrong.append(
                    f"{sent['method']} {sent['url']} {sent.get('json')!r}: {reply.status_code} {reply.text[:300]}"
                )

    async def ask_all() -> None:
        transport = httpx.ASGITransport(client.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        session = dict(client.cookies)
        async with httpx.AsyncClient(transport=transport, cookies=session, timeout=None) as asker:
            await asyncio.gather(*(ask_on(asker) for _ in range(AT_ONCE)))

    assert client.portal is not None
    client.portal.call(ask_all)
    print(Counter(label for label, _ in made), answered)
    assert wrong == []
    assert sum(answered.values()) == len(made) >= ALL
    assert answered[200] >= ALL // 10 and answered[422] >= ALL // 10
    assert client.get("/editor/").status_code == 200, "the session has been there all along"


def test_what_the_log_out_takes(client: TestClient) -> None:
    assert client.post("/editor/logout", headers=OWN, content=b"x" * 9000).status_code in (413, 415)
    assert client.get("/editor/").status_code == 200
