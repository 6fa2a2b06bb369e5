"""The questions that need an editor, those that ask the same thing together, the most pressing first."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

import numpy as np

from assistant.editorial import Editorial
from assistant.records import Entry, Records, list_troubled
from assistant.same_question import ask_the_same
from index import Encoder

# Cosine of all-MiniLM-L6-v2 from which questions are shown as one group. An editor sees every wording in it, so
# a group may be wider than what a decision holds for (`assistant.same_question`).
ALIKE = 0.8
UNSURE = 0.15  # how far above the threshold an answer still counts as unsure
TREND = 14  # days
MOST_VECTORS = 20_000


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same thing, newest first; `question` is the wording met most, as it was understood.

    `trend` counts the questions of each of the last TREND days, today last. `settled`: readers voted down what
    an editor decided.
    """

    question: str
    entries: tuple[Entry, ...]
    unanswered: int
    voted_down: int
    unsure: int
    trend: tuple[int, ...]
    settled: bool

    @property
    def recent(self) -> int:
        """How many of the last seven days."""
        return sum(self.trend[-7:])

    @property
    def before(self) -> int:
        """How many of the seven days before those."""
        return sum(self.trend[-14:-7])


class QuestionVectors:
    """Vectors of questions, kept so that the inbox opens at once; safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = Lock()

    def encode(self, questions: Sequence[str]) -> np.ndarray:
        """(len(questions), dimension) float32, unit rows."""
        with self._lock:
            missing = list(dict.fromkeys(question for question in questions if question not in self._kept))
            for question, vector in zip(missing, self._encoder.encode(missing), strict=True):
                self._kept[question] = vector
            rows = [self._kept[question] for question in questions]
            while len(self._kept) > MOST_VECTORS:
                self._kept.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self._encoder.dimension), dtype=np.float32)


def gather_inbox(
    records: Records, editorial: Editorial, vectors: QuestionVectors, now: datetime | None = None
) -> tuple[Group, ...]:
    """The groups an editor has not settled yet, those with the most trouble first."""
    threshold = editorial.rule.answered_from
    entries = list_troubled(records, editorial.slug, threshold + UNSURE)
    rows = vectors.encode([tell_wording(entry) for entry in entries])
    opened = [at for at, entry in enumerate(entries) if needs_editor(entry, editorial, rows[at])]
    entries, rows = tuple(entries[at] for at in opened), rows[opened]
    groups = (
        make_group([entries[at] for at in members], now or datetime.now(UTC))
        for members in gather_alike([tell_wording(entry) for entry in entries], rows)
    )
    return tuple(sorted(groups, key=_weigh, reverse=True))


def tell_wording(entry: Entry) -> str:
    """The question as it was understood."""
    return entry.read_as or entry.question


def needs_editor(entry: Entry, editorial: Editorial, vector: np.ndarray) -> bool:
    """Whether no decision holds for a question, or the one that does was given and voted down."""
    decision = editorial.find(tell_wording(entry), vector)
    return decision is None or (decision.kept.id == entry.decision and entry.vote < 0)


def _weigh(group: Group) -> tuple[bool, int, str]:
    """Unanswered or voted down before unsure; then how many readers; then the newest."""
    pressing = 2 * group.voted_down + group.unanswered
    return pressing > 0, pressing or group.unsure, group.entries[0].created


def gather_alike(wordings: Sequence[str], rows: np.ndarray) -> list[list[int]]:
    """Numbers of questions that ask the same thing, together; each joins the group whose first is nearest.

    Three unit rows with cosines 0.9 (1, 2) and 0.1 to the third -> [[0, 1], [2]].
    """
    groups: list[list[int]] = []
    firsts = np.zeros_like(rows)
    for at, row in enumerate(rows):
        cosines = firsts[: len(groups)] @ row
        best = int(np.argmax(cosines)) if groups else -1
        if groups and (
            cosines[best] >= ALIKE
            or ask_the_same(wordings[groups[best][0]], wordings[at], float(cosines[best]))
        ):
            groups[best].append(at)
        else:
            firsts[len(groups)] = row
            groups.append([at])
    return groups


def make_group(entries: Sequence[Entry], now: datetime) -> Group:
    """The group of entries, newest first."""
    wordings = Counter(map(tell_wording, entries))
    question = wordings.most_common(1)[0][0]
    today = now.astimezone(UTC).date()
    days = Counter(datetime.fromisoformat(entry.created).date() for entry in entries)
    return Group(
        question=question,
        entries=tuple(entries),
        unanswered=sum(entry.outcome != "answered" for entry in entries),
        voted_down=sum(entry.vote < 0 for entry in entries),
        unsure=sum(entry.outcome == "answered" and entry.vote >= 0 for entry in entries),
        trend=tuple(days[today - timedelta(days=back)] for back in range(TREND - 1, -1, -1)),
        settled=any(entry.decision is not None for entry in entries),
    )
