"""An answer from memory is never an old one: decisions and corrections hold at once, and the metrics tell of both."""

import re
from pathlib import Path

from fastapi.testclient import TestClient

from assistant.settings import Settings
from assistant.web import create_app
from assistant.web.corrections import publish_correction, read_correction
from tests.conftest import TOWN

BOATS, PAID = "How many boats took part?", "Who paid for the festival?"
PAYERS = "The port authority paid two thirds of the bill. Local firms paid the rest."
LEASH = "Dogs: Lead dogs on a leash near the stage."


def ask(client: TestClient, question: str) -> str:
    """The text of the first quote."""
    return client.post("/api/ask", json={"article": "town", "question": question}).json()["quotes"][0]["text"]


def count(client: TestClient) -> tuple[int, int]:
    """Hits and misses as Prometheus reads them."""
    told = client.get("/metrics").text
    hits, misses = (
        re.search(rf'^assistant_recalls_total{{result="{result}"}} (\d+)\.0$', told, re.M)[1]
        for result in ("hit", "miss")
    )
    return int(hits), int(misses)


def test_a_decision_and_a_correction_hold_at_once_for_what_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    settings = Settings(articles=tmp_path / "town.txt", data_dir=tmp_path / "data", reader=False)
    with TestClient(create_app(settings), client=("127.0.0.1", 50000)) as client:
        service = client.app.state.service
        editorial = service.find_editorial("town")
        assert count(client) == (0, 0)
        assert {ask(client, BOATS) for _ in range(3)} == {"About 400 boats took part."}
        assert {ask(client, PAID) for _ in range(2)} == {PAYERS}
        assert count(client) == (3, 2)

        editorial.decide(PAID, [LEASH], "Ann")
        assert ask(client, PAID) == LEASH
        assert ask(client, BOATS) == "About 400 boats took part."
        assert count(client) == (5, 2), "a decision is applied to what is remembered"

        corrected = TOWN.replace("About 400 boats", "About 390 boats").encode()
        draft, article = read_correction(settings.data_dir, "town", "new.txt", corrected)
        assistant = service.library.open_draft("town", article)
        publish_correction(service.library, editorial, settings.data_dir, draft, assistant, "Ann")
        assert ask(client, BOATS) == "About 390 boats took part."
        assert count(client) == (5, 3), "counted on across a correction"
        assert ask(client, BOATS) == "About 390 boats took part."
        assert ask(client, PAID) == LEASH
        assert count(client) == (6, 4)
