"""The application on a bad day: `python -m tests.bad_day WHAT ARTICLES DATA`, run where a disk is full or read-only.

Prints, as JSON, what a reader is told on the way, what the editor's desk warns of, and the lines of the log.
"""

import json
import logging
import sys
from pathlib import Path

from fastapi.testclient import TestClient

from assistant.settings import Settings
from assistant.web import create_app


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


def ask(client: TestClient) -> dict:
    """What becomes of a question: its status, whether the answer quotes, and the id it is kept under."""
    reply = client.post("/api/ask", json={"article": "harbour", "question": "How many boats took part?"})
    body = reply.json()
    quotes = [quote["text"] for quote in body.get("quotes", ())]
    return {"status": reply.status_code, "quotes": quotes, "id": body.get("id"), "error": body.get("error")}


def vote(client: TestClient, answer_id: str) -> dict:
    body = {"answer_id": answer_id, "vote": -1, "note": "n" * 1000}
    reply = client.post("/api/feedback", json=body)
    return {"status": reply.status_code, "code": reply.json().get("error", {}).get("code")}


def fill(place: Path) -> Path:
    """A file that takes the rest of the disk."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (65536, 4096, 1):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError as error:
                assert error.errno == 28, error
    return filler


def main() -> None:
    what, articles, data = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    heard = Lines()
    logging.getLogger().addHandler(heard)
    told: dict[str, object] = {}
    filler = fill(data) if what == "full from the start" else None
    app = create_app(
        Settings(articles=articles, data_dir=data, reader=what == "no reader", rate="1000/minute")
    )
    service = app.state.service
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        told["first"] = ask(client)
        told["health"] = client.get("/healthz").status_code
        if what == "full":
            filler = fill(data)
            # what is left of the last page may still take a little; then the disk is full for the records, too
            answers = [ask(client) for _ in range(40)]
            told["full"] = answers[-1]
            told["vote"] = vote(client, told["first"]["id"])
            told["warning"] = service.store.warning
            kept = [answer["id"] for answer in answers if answer["id"]]
            told["all kept are there"] = all(service.store.find_answer(each) for each in kept)
            filler.unlink()
            told["vote again"] = vote(client, told["first"]["id"])
            told["again"] = ask(client)
            told["kept vote"] = service.store.find_vote(told["first"]["id"])[2] == "n" * 1000
        else:
            told["vote"] = vote(client, "x")
            told["warning"] = service.problem
        told["metrics"] = client.get("/metrics").text
    told["log"] = heard.lines
    told["left"] = sorted(str(each.relative_to(data)) for each in data.rglob("*") if each.is_file())
    print(json.dumps(told))


if __name__ == "__main__":
    main()
