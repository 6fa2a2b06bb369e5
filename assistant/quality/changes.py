"""What another revision of an article would change: golden questions, and answers that were given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.assistant import Assistant, QuestionError
from assistant.decide import Rule
from assistant.quality.compare import Comparison, compare_runs
from assistant.quality.golden import Golden
from assistant.quality.run import run_golden
from assistant.records import Entry


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question readers asked `times` that ends otherwise: outcome and first quote before, and after."""

    question: str
    times: int
    outcome: str
    quote: str
    new_outcome: str
    new_quote: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Golden questions compared, and the answers of `asked` questions that would not be the same."""

    golden: Comparison
    answers: tuple[ChangedAnswer, ...]
    asked: int


def preview_changes(
    old: Assistant,
    new: Assistant,
    rule: Rule,
    golden: Sequence[Golden],
    entries: Sequence[Entry],
    progress: Callable[[int], None] | None = None,
) -> Changes:
    """Ask the golden questions of both revisions, and what was answered from the old one of the new one.

    `entries` are of the old revision; each wording is asked once. `progress` is called with the number of
    questions asked so far, of twice the golden ones plus the entries' wordings.
    """

    def tell(done: int) -> None:
        if progress is not None:
            progress(done)

    before = run_golden(old, golden, "before", rule=rule, progress=tell)
    after = run_golden(new, golden, "after", rule=rule, progress=lambda done: tell(len(golden) + done))
    wordings: dict[tuple[str, tuple[str, ...]], list[Entry]] = {}
    for entry in entries:
        wordings.setdefault((entry.question, entry.history), []).append(entry)
    changed = []
    for at, ((question, history), same) in enumerate(wordings.items(), 1):
        found = find_change(new, rule, same[0], len(same), question, history)
        if found is not None:
            changed.append(found)
        tell(2 * len(golden) + at)
    return Changes(compare_runs(before, after), tuple(changed), len(wordings))


def find_change(
    new: Assistant, rule: Rule, entry: Entry, times: int, question: str, history: tuple[str, ...]
) -> ChangedAnswer | None:
    """How a stored answer would change; None when its outcome and its first quote stay."""
    try:
        answer = new.examine(question, history, rule=rule).answer
    except QuestionError:
        return None
    old_quote = str(entry.quotes[0]["text"]) if entry.quotes else ""
    new_quote = answer.quotes[0].text if answer.quotes else ""
    if (entry.outcome, old_quote) == (answer.outcome.value, new_quote):
        return None
    return ChangedAnswer(question, times, entry.outcome, old_quote, answer.outcome.value, new_quote)
