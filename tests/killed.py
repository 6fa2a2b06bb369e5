"""Processes that are killed in the middle of something: `python -m tests.killed index|publish FOLDER ROUNDS`.

In each round a process writes indexes, or publishes corrections, one after another and tells each that was done;
then it is killed with SIGKILL, wherever it is, and what it left is looked at. Prints how many rounds were looked at.
"""

import itertools
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.assistant import Assistant
from assistant.editorial import Editorial
from assistant.records import Records
from assistant.settings import Settings
from assistant.web.corrections import publish_correction, read_correction, restore_corrections
from assistant.web.library import Library
from index.store import Fingerprint, IndexUnusable, load_index, make_flat, save_index
from tests.conftest import TOWN, ToyEncoder


def kill_among(work: Callable[[int], None], first: int, wait: float) -> int:
    """Let a process do `work` with numbers from `first` on, kill it, and return the last number it told as done."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for number in itertools.count(first):
                work(number)
                os.write(sender, number.to_bytes(4, "big"))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)  # it must never go on as a second parent
    os.close(sender)
    told = os.read(receiver, 4)  # one at least
    if told:
        time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert told and os.WIFSIGNALED(status), "the process failed by itself: see above"
    last = int.from_bytes(told, "big")
    while told := os.read(receiver, 4096):
        last = int.from_bytes(told[-4:], "big")
    os.close(receiver)
    return last


def make_print(number: int) -> Fingerprint:
    return Fingerprint(f"revision {number}", "toy", 64, "texts", {"passages": 500, "sentences": 500})


def save_numbered(folder: Path, number: int) -> None:
    rows = np.full((500, 64), number, dtype=np.float32)
    save_index(
        folder, make_print(number), {"passages": make_flat(rows, 64), "sentences": make_flat(-rows, 64)}
    )


def look_at_index(folder: Path, last: int) -> None:
    """The index that was told as done is there, or the one that was being written; whole, and no other."""
    for number in (last, last + 1):
        try:
            found = load_index(folder, make_print(number))
        except IndexUnusable as error:
            assert str(error).startswith("stale"), error
            continue
        assert found["passages"].reconstruct(499)[63] == number
        assert found["sentences"].reconstruct(0)[0] == -number
        return
    raise AssertionError("neither the index that was done nor the next one is there")


def publish_numbered(settings: Settings, number: int) -> None:
    library, encoder = Library(settings), ToyEncoder()
    records = Records(settings.data_dir / "records.sqlite3")
    restore_corrections(library, records, settings.data_dir)
    text = TOWN + "".join(f"\nThe mayor gave speech {part} of year {number}.\n" for part in range(300))
    draft, article = read_correction(settings.data_dir, "harbour", "new.txt", text.encode())
    assistant = Assistant.open(article, settings, encoder)
    editorial = Editorial(records, "harbour", assistant)
    publish_correction(library, editorial, settings.data_dir, draft, assistant, "editor")
    records.close()


def look_at_correction(settings: Settings, last: int) -> None:
    """What is served after a restart is the correction that was told as done, or the one under way, whole."""
    library = Library(settings)
    records = Records(settings.data_dir / "records.sqlite3")
    restore_corrections(library, records, settings.data_dir)
    records.close()
    text = library.shelves["harbour"].article.text
    served = next(number for number in (last, last + 1) if f"speech 0 of year {number}." in text)
    assert text.count(f"of year {served}.") == 300 == text.count("of year ")


def main() -> None:
    what, folder, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(0)
    (folder / "articles").mkdir()
    (folder / "articles" / "harbour.txt").write_text(TOWN, encoding="utf-8")
    settings = Settings(articles=folder / "articles", data_dir=folder / "data", reader=False)
    last, looked = 0, 0
    for number in range(rounds):
        wait = rng.uniform(0.0, 0.15)
        if what == "index":
            last = kill_among(lambda n: save_numbered(folder / "index", n), last + 2, wait)
            look_at_index(folder / "index", last)
        else:
            last = kill_among(lambda n: publish_numbered(settings, n), last + 2, wait)
            look_at_correction(settings, last)
            if number % 5 == 4:
                shutil.rmtree(folder / "data" / "indexes")
        looked += 1
    print(looked)


if __name__ == "__main__":
    main()
