"""One bounded place for questions of the JSON interface and of the chat page; the others are told at once."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.settings import Settings
from assistant.web import create_app
from assistant.web.admission import ARRIVAL, CALM, Admission, BusyError
from tests.asking import FRESH, ask_page, join_page, read_page
from tests.conftest import TOWN

ASK = {"article": "town", "question": "How many boats took part?"}


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    opened = []

    def make(**more: object) -> TestClient:
        settings = Settings(articles=tmp_path / "town.txt", data_dir=tmp_path / "data", reader=False, **more)
        client = TestClient(create_app(settings))
        client.__enter__()
        opened.append(client)
        client.app.state.service.library.find_assistant("town")
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


def wait_until_empty(admission: Admission) -> None:
    until = time.monotonic() + 30
    while admission.inside:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_crowd_is_let_in_and_lasting_load_is_held_at_what_is_steady() -> None:
    now = [100.0]
    admission = Admission(crowd=4, steady=2, clock=lambda: now[0])
    for _ in range(4):
        admission.enter()
    with pytest.raises(BusyError):
        admission.enter()
    admission.leave()
    admission.leave()
    with pytest.raises(BusyError):  # two inside are as many as the load that lasts allows
        admission.enter()
    admission.leave()
    admission.enter()
    now[0] += CALM - 0.1
    with pytest.raises(BusyError):
        admission.check()
    now[0] += CALM - 0.1  # since the last refusal
    with pytest.raises(BusyError):
        admission.check()
    now[0] += CALM
    admission.check()
    for _ in range(2):
        admission.enter()
    assert (admission.inside, admission.admitted, admission.refused) == (4, 7, 4)


def test_a_place_is_held_for_a_question_on_its_way_until_it_comes_or_is_not_coming() -> None:
    now = [100.0]
    admission = Admission(crowd=2, steady=2, clock=lambda: now[0])
    admission.expect()
    admission.expect()
    with pytest.raises(BusyError):
        admission.check()
    admission.enter(expected=True)
    admission.forget()
    admission.check()
    admission.expect()
    now[0] += ARRIVAL + 0.1
    admission.enter()
    with pytest.raises(BusyError):  # it comes too late, and its place is taken
        admission.enter(expected=True)
    assert (admission.inside, admission.admitted) == (2, 2)


def test_after_the_end_nobody_comes_in_and_those_inside_may_finish() -> None:
    admission = Admission(4, 2)
    admission.enter()
    admission.close()
    with pytest.raises(BusyError, match="being restarted"):
        admission.enter()
    admission.leave()
    assert (admission.inside, admission.open) == (0, False)


def test_the_interface_and_the_page_share_one_bound(make_client) -> None:
    client = make_client(in_flight=2)
    admission = client.app.state.service.admission
    admission.enter()
    assert client.post("/api/ask", json=ASK).status_code == 200, "one more has room"
    admission.enter()
    busy = client.post("/api/ask", json=ASK)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
    assert busy.json()["error"] == {
        "code": "busy", "message": "Many are asking at the moment. Please try again."
    }  # fmt: skip
    joined = join_page(client, "town", "Who paid?", "one")
    assert (joined.status_code, joined.headers["retry-after"]) == (503, "2")
    assert joined.json()["detail"] == "Many are asking at the moment. Please try again."
    assert client.get("/town/").status_code == 200, "what asks nothing is not held up"
    admission.leave()
    admission.leave()
    assert "About 400 boats took part." in ask_page(client, "town", ASK["question"], "one")[1]
    assert client.post("/api/ask", json=ASK).status_code == 200
    wait_until_empty(admission)
    assert admission.admitted == 5


def test_a_question_of_the_page_that_finds_no_place_any_more_stays_in_the_box(make_client) -> None:
    """When it took longer from the call that joins Gradio's queue to the answering than a place is held."""
    client = make_client(in_flight=1)
    admission = client.app.state.service.admission
    expect, admission.expect = admission.expect, lambda: None
    admission.enter()
    box, talk = ask_page(client, "town", "Who paid for the festival?", "one")
    assert box == "Who paid for the festival?"
    assert '<p class="problem" role="alert">Many are asking at the moment. Please try again.</p>' in talk
    admission.leave()
    admission.expect = expect
    box, talk = ask_page(client, "town", box, "one")
    assert box == "" and "The port authority paid two thirds of the bill." in talk and "problem" not in talk


def test_one_rate_for_the_interface_and_the_page_and_another_for_each_client(make_client) -> None:
    client = make_client(rate="3/minute", trusted_proxies=1)
    client.headers["X-Forwarded-For"] = "198.51.100.7"
    assert client.post("/api/ask", json=ASK).status_code == 200
    ask_page(client, "town", "Who paid for the festival?", "one")
    assert ask_page(client, "town", "", "one", FRESH)[0] == ""
    joined = join_page(
        client, "town", "Who paid for the festival?", "two"
    )  # another session is no other client
    wait = int(joined.headers["retry-after"])
    assert joined.status_code == 429 and 50 <= wait <= 60
    assert joined.json()["detail"] == f"That was a lot at once. Please wait {wait} s."
    assert client.post("/api/ask", json=ASK).status_code == 429
    forged = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
    assert join_page(client, "town", "Who?", "two").status_code == 429
    assert client.post("/api/ask", json=ASK, headers=forged).status_code == 429
    client.headers["X-Forwarded-For"] = "198.51.100.8"
    assert client.post("/api/ask", json=ASK).status_code == 200
    ask_page(client, "town", "Who paid for the festival?", "three")


def test_what_is_not_answered_in_time_is_refused_and_its_place_comes_free(make_client) -> None:
    client = make_client(patience=0.05)
    service = client.app.state.service
    admission = service.admission
    gate = threading.Event()  # until it opens every thread that answers is held, however fast the machine is
    for _ in range(service.settings.in_flight):
        service._threads.submit(gate.wait, 60)
    late = client.post("/api/ask", json=ASK)
    assert (late.status_code, late.json()["error"]["code"], late.headers["retry-after"]) == (503, "busy", "2")
    box, talk = ask_page(client, "town", ASK["question"], "one")
    assert box == ASK["question"] and "Many are asking at the moment." in talk
    gate.set()
    wait_until_empty(admission)
    assert (admission.admitted, admission.late, admission.refused) == (2, 2, 0)


def test_what_the_page_could_not_have_sent_and_a_new_conversation_hold_no_place(make_client) -> None:
    client = make_client(in_flight=1)
    for _ in range(2):
        bad = client.post(
            "/town/gradio_api/queue/join", json={"fn_index": 77, "session_hash": "one", "data": []}
        )
        assert bad.status_code == 400
        assert ask_page(client, "town", "", "one", FRESH)[0] == ""
    assert "About 400 boats took part." in ask_page(client, "town", ASK["question"], "one")[1]


def test_a_failure_gives_the_place_back(make_client) -> None:
    client = make_client(in_flight=1)
    admission = client.app.state.service.admission
    for _ in range(3):
        assert client.post("/api/ask", json=ASK | {"question": " "}).status_code == 422
        wait_until_empty(admission)
    assert read_page(client, "town", "nobody")[-1]["msg"] == "unexpected_error"
    assert client.post("/api/ask", json=ASK).status_code == 200
