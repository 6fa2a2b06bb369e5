"""Comparing two runs question by question: better, worse, or within noise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import comb

from assistant.quality.run import Result, Run

NOISE = 0.05  # two runs that are equally good differ this much, or more, less often than this share


class Change(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NOISE = "within noise"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The questions that ended rightly in one run only, as (before, now), and what that amounts to.

    `p` is the probability of at least so uneven a split if neither run were better. `only_now` and
    `only_before` count the questions that the other run does not have.
    """

    better: tuple[tuple[Result, Result], ...]
    worse: tuple[tuple[Result, Result], ...]
    same: int
    only_now: int
    only_before: int
    p: float

    @property
    def change(self) -> Change:
        if self.p >= NOISE or len(self.better) == len(self.worse):
            return Change.NOISE
        return Change.BETTER if len(self.better) > len(self.worse) else Change.WORSE


def compare_runs(before: Run, now: Run) -> Comparison:
    """The questions of both runs, paired by their text and history."""
    earlier = {_name(result): result for result in before.results}
    current = {_name(result): result for result in now.results}
    pairs = [(earlier[name], result) for name, result in current.items() if name in earlier]
    better = tuple(pair for pair in pairs if pair[1].verdict.right and not pair[0].verdict.right)
    worse = tuple(pair for pair in pairs if pair[0].verdict.right and not pair[1].verdict.right)
    return Comparison(
        better=better,
        worse=worse,
        same=len(pairs) - len(better) - len(worse),
        only_now=len(current) - len(pairs),
        only_before=len(earlier) - len(pairs),
        p=weigh_signs(len(better), len(worse)),
    )


def _name(result: Result) -> tuple[str, tuple[str, ...]]:
    return result.question, result.history


def weigh_signs(better: int, worse: int) -> float:
    """The two-sided probability of so uneven a split by chance: McNemar's exact test (1947).

    (0, 6) -> 2 * 1/64 = 0.03125; (2, 2) -> 1.0.
    """
    total = better + worse
    tail = sum(comb(total, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / 2**total)
