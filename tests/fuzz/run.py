"""`python -m tests.fuzz.run SECONDS [SEED]`: changes files at random and reads them, keeping those that behave anew.

What is kept goes to tests/fuzz/seeds; whatever breaks a rule goes to tests/fuzz/found, and the run ends with 1.
"""

from __future__ import annotations

import hashlib
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from corpus import Article
from corpus import read as reading
from tests.fuzz.check import check_article, check_refusal, read_here, read_markup_here
from tests.fuzz.mutate import mutate

SEEDS = Path(__file__).parent / "seeds"
FOUND = Path(__file__).parent / "found"


def load_seeds() -> dict[str, list[bytes]]:
    """The kept files by their suffix, always in the same order."""
    seeds: dict[str, list[bytes]] = {}
    for file in sorted(SEEDS.iterdir()):
        seeds.setdefault(file.suffix, []).append(file.read_bytes())
    return seeds


def describe(result: Article | str) -> str:
    """How a file behaved, roughly: two files that behave alike teach the same."""
    if isinstance(result, str):
        return re.sub(r"\d+|0x\w+|position.*|\(.*", "#", result.partition(": ")[2])
    kinds = sorted({passage.kind.value for passage in result.passages})
    counts = (len(result.sections), len(result.passages), max(len(p.sentences) for p in result.passages))
    depth = max(section.level for section in result.sections)
    spread = [count.bit_length() for count in counts]
    return f"{kinds} {spread} {depth} {any(p.lead_in for p in result.passages)}"


def fuzz(suffix: str, seeds: list[bytes], seed: int, folder: Path) -> Iterator[tuple[bytes, str, bool]]:
    """Endlessly: a file, how it behaved, whether nothing had behaved so; raises what a broken rule raises."""
    chance = random.Random(f"{seed}{suffix}")
    pool = list(seeds)
    known: set[str] = set()
    for data in pool:
        known.add(describe(read_here(f"a{suffix}", data, folder)))
    while True:
        data = mutate(chance.choice(pool), pool, chance)
        try:
            result = read_here(f"a{suffix}", data, folder)
            check_article(result) if isinstance(result, Article) else check_refusal(result)
        except Exception as error:
            error.add_note(f"the {suffix} file was {data!r}")
            error.data = data  # type: ignore[attr-defined]
            raise
        behaviour = describe(result)
        is_new = behaviour not in known
        if is_new:
            known.add(behaviour)
            pool.append(data)
        yield data, behaviour, is_new


def main() -> None:
    seconds = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    reading.read_markup = read_markup_here  # type: ignore[assignment]
    until = time.monotonic() + seconds
    read = kept = 0
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            suffix: fuzz(suffix, seeds, seed, Path(folder)) for suffix, seeds in sorted(load_seeds().items())
        }
        while time.monotonic() < until:
            for suffix, run in runs.items():
                try:
                    data, behaviour, is_new = next(run)
                except Exception as error:
                    broken: bytes = error.data  # type: ignore[attr-defined]
                    FOUND.mkdir(exist_ok=True)
                    file = FOUND / f"{hashlib.sha256(broken).hexdigest()[:12]}{suffix}"
                    file.write_bytes(broken)
                    print(f"seed {seed}: {file}: {error!r}", file=sys.stderr)
                    raise
                read += 1
                if is_new:
                    kept += 1
                    (SEEDS / f"{hashlib.sha256(data).hexdigest()[:12]}{suffix}").write_bytes(data)
                    print(f"{suffix} {behaviour}")
    print(f"seed {seed}: {read} files read, {kept} of them kept")


if __name__ == "__main__":
    main()
