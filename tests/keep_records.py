"""Processes that keep answers until they are killed: `python -m tests.keep_records FILE FOLDER ROUNDS LEAST`.

In each round four processes, eight threads each, write to one database and note in FOLDER every id that was
acknowledged; once LEAST are, all four are killed with SIGKILL, wherever they are.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from assistant.records import Records

WRITERS = 4
THREADS = 8


def write_until_killed(file: Path, told: Path) -> None:
    records = Records(file)
    out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def keep(name: int) -> None:
        number = 0
        while True:
            number += 1
            kept = records.keep_answer(
                "slug", f"{name}, {number}?", (), "answered", 0.5, "rev", {"quotes": []}
            )
            os.write(out, f"{kept}\n".encode())

    threads = [threading.Thread(target=keep, args=(name,)) for name in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    file, folder, rounds, least = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    Records(file).close()
    for number in range(rounds):
        told = [folder / f"{number}-{writer}.txt" for writer in range(WRITERS)]
        children = []
        for place in told:
            child = os.fork()
            if child == 0:
                write_until_killed(file, place)
            children.append(child)
        while sum(len(place.read_bytes().splitlines()) for place in told if place.exists()) < least:
            time.sleep(0.02)
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
