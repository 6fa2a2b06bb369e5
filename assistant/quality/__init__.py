"""Golden questions, running them, and telling whether a change helped."""

from assistant.quality.compare import Change, Comparison, compare_runs
from assistant.quality.golden import Golden, GoldenError, find_problem
from assistant.quality.run import Result, Run, Verdict, restore_run, run_golden

__all__ = [
    "Change",
    "Comparison",
    "Golden",
    "GoldenError",
    "Result",
    "Run",
    "Verdict",
    "compare_runs",
    "find_problem",
    "restore_run",
    "run_golden",
]
