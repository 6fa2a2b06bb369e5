"""How long the desk takes: `python -m tests.bench.desk [--questions 1000] [--records 10000]`.

Runs golden questions over the bundled article as the desk does, and searches and pages a log, drawing the page's
HTML too; prints seconds and milliseconds, the median and the slowest.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from assistant import Assistant
from assistant.quality import run_golden
from assistant.quality.golden_files import read_golden_file
from assistant.records import Records, Show, list_log
from assistant.settings import Settings
from assistant.web.desk.log_tab import PAGE, render_log
from tests.bench.questions import BUNDLED

TURNS = 20


def time_run(count: int) -> float:
    """Seconds for `count` golden questions."""
    golden = read_golden_file(BUNDLED.with_suffix(".golden.jsonl"))
    assistant = Assistant.open(BUNDLED, Settings())
    assistant.ask(golden[0].question)
    began = time.perf_counter()
    run_golden(assistant, list(islice(cycle(golden), count)), "bench")
    return time.perf_counter() - began


def fill_log(records: Records, count: int) -> None:
    statement = (
        "INSERT INTO answers (id, created, article, question, history, outcome, confidence, revision, answer) "
        "VALUES (?, ?, 'bench', ?, '[]', ?, 0.5, 'rev', ?)"
    )
    quote = '{"quotes": [{"text": "' + "A sentence of the article. " * 8 + '", "start": 0, "end": 9}]}'
    records.write(
        *(
            (
                statement,
                (f"id{n}", f"2026-01-01T{n % 24:02}:{n % 60:02}:00.000+00:00", f"What of number {n}?",
                 ("answered", "nearest")[n % 2], quote),
            )
            for n in range(count)
        )
    )  # fmt: skip


def time_log(count: int) -> dict[str, list[float]]:
    """Milliseconds for a page of the log, by what was looked for."""
    looks = {
        "first page": ("", Show.ALL, 0),
        "last page": ("", Show.ALL, count - PAGE),
        "search": ("number 77", Show.ALL, 0),
        "filtered": ("", Show.UNANSWERED, 0),
        "nothing found": ("zebra giraffe", Show.ALL, 0),
    }
    times: dict[str, list[float]] = {name: [] for name in looks}
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder) / "records.sqlite3")
        fill_log(records, count)
        for _ in range(TURNS):
            for name, (words, show, first) in looks.items():
                began = time.perf_counter()
                total, entries = list_log(records, "bench", words, show, first=first, count=PAGE)
                render_log("bench", words, show, 0, total, first, entries, "")
                times[name].append(1000 * (time.perf_counter() - began))
        records.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--records", type=int, default=10_000)
    wanted = parser.parse_args()
    for name, times in time_log(wanted.records).items():
        print(f"{name}: {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms")
    print(f"{wanted.questions} golden questions: {time_run(wanted.questions):.0f} s")


if __name__ == "__main__":
    main()
