"""The reader's training data: which questions it may see, and how they become examples."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from index.reading import exercises, sources
from index.reading.examples import Mixtures, Written, write_examples
from index.reading.exercises import Exercise, write_exercises
from index.reading.sources import Question

MIN_SHARED_SENTENCE = 40  # characters, letters and digits only; shorter sentences are shared by chance
HELD_OUT_EVERY = 12  # of the fit half's texts, this many-th is kept back to watch training by
SIBLINGS = 8


def split_titles(titles: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fit and the check half of an evaluation file's articles: every other title in alphabetical order.

    >>> split_titles(["d", "b", "a", "c"])
    (('a', 'c'), ('b', 'd'))
    """
    ordered = sorted(titles)
    return tuple(ordered[0::2]), tuple(ordered[1::2])


LICENCES = {
    "squad-fit": ("SQuAD 1.1 and 2.0, the fit half of the tuning articles", "CC BY-SA 4.0"),
    "squadshifts-new_wiki": ("SQuADShifts, new Wikipedia articles", "CC BY 4.0"),
    "squadshifts-reddit": ("SQuADShifts, Reddit posts", "CC BY 4.0"),
    "squadshifts-amazon_reviews": ("SQuADShifts, product reviews", "CC BY 4.0"),
    "sentence-questions": ("sentence and question pairs of SQuAD 1.1", "CC BY-SA 4.0"),
    "qamr": ("QAMR", "MIT"),
    "policyqa": ("PolicyQA", "MIT"),
    "covidqa": ("COVID-QA", "Apache-2.0"),
    "fairytaleqa": ("FairytaleQA", "Apache-2.0"),
    "selqa": ("SelQA", "Apache-2.0"),
    "qed": ("QED", "CC BY-SA 3.0"),
    "clapnq": ("CLAP NQ", "Apache-2.0"),
    "exercises": ("articles and questions of our own, index/reading/exercises", "this project's"),
}


@dataclass(frozen=True, slots=True)
class ReaderData:
    """`fit` to train on, `watch` kept back from it, `check` for the final figures, `dropped` per source."""

    fit: tuple[Question, ...]
    watch: tuple[Question, ...]
    check: tuple[Question, ...]
    dropped: dict[str, int]
    exercises: tuple[Exercise, ...] = ()


def load_reader_data(folder: Path) -> ReaderData:
    """Everything under the evaluation folder, split so that nothing of the check half is trained on.

    A question is dropped when its text shares a sentence of at least `MIN_SHARED_SENTENCE` characters with
    a check article, or when the question itself is asked there. Raises FileNotFoundError for a missing file.
    """
    squad = folder / "squad-tune.json"
    fit_titles, check_titles = split_titles([str(a["title"]) for a in sources.read_json(squad)["data"]])
    check = tuple(sources.load_squad(squad, "squad-check", frozenset(check_titles)))
    is_shared = make_sharing_test(check)
    kept: list[Question] = []
    dropped: Counter[str] = Counter()
    for question in _load_every(folder, frozenset(fit_titles)):
        if is_shared(question):
            dropped[question.source] += 1
        else:
            kept.append(question)
    texts = sorted({q.text for q in kept if q.source == "squad-fit"})
    back = set(texts[::HELD_OUT_EVERY])
    wiki = sorted({q.text for q in kept if q.source == "squadshifts-new_wiki"})
    back.update(wiki[:: HELD_OUT_EVERY * 3])
    return ReaderData(
        tuple(q for q in kept if q.text not in back),
        tuple(q for q in kept if q.text in back),
        check,
        dict(dropped),
    )


def _load_every(folder: Path, fit_titles: frozenset[str]) -> Iterator[Question]:
    reader = folder / "reader"
    yield from sources.load_squad(folder / "squad-tune.json", "squad-fit", fit_titles)
    for name in ("new_wiki", "reddit", "amazon_reviews"):
        yield from sources.load_squad(reader / f"squadshifts-{name}.json", f"squadshifts-{name}")
    for path in sorted(reader.glob("policyqa-*.json")):
        yield from sources.load_squad(path, "policyqa")
    yield from sources.load_squad(reader / "covidqa.json", "covidqa")
    yield from sources.load_fairytales(reader / "fairytaleqa-train.json")
    for path in sorted(reader.glob("selqa-*.json")):
        yield from sources.load_selqa(path)
    yield from sources.load_qed(reader / "qed-dev.jsonl")
    for path in sorted(reader.glob("clapnq-*.jsonl")):
        yield from sources.load_clapnq(path)
    yield from sources.load_qamr(reader / "qamr.jsonl")
    yield from sources.load_sentence_questions(reader / "sentence-questions.jsonl")


def _normalise(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def make_sharing_test(check: Sequence[Question]) -> Callable[[Question], bool]:
    """A test for whether a question shares itself or a sentence of its text with `check`; case is ignored."""
    questions = {_normalise(question.question) for question in check}
    texts = {question.text: question.sentences for question in check}
    everything = "\n".join(_normalise(text) for text in texts)
    sentences = [_normalise(text[a:b]) for text, ranges in texts.items() for a, b in ranges]
    sentences = [sentence for sentence in sentences if len(sentence) >= MIN_SHARED_SENTENCE]
    heads = {sentence[:MIN_SHARED_SENTENCE] for sentence in sentences}
    known: dict[str, bool] = {}

    def shares_sentence(text: str, ranges: Sequence[sources.Range]) -> bool:
        if text not in known:
            own = [_normalise(text[a:b]) for a, b in ranges]
            known[text] = any(
                len(sentence) >= MIN_SHARED_SENTENCE
                and (sentence in everything or sentence[:MIN_SHARED_SENTENCE] in heads)
                for sentence in own
            )
        return known[text]

    return lambda question: (
        _normalise(question.question) in questions or shares_sentence(question.text, question.sentences)
    )


def find_siblings(
    table: np.ndarray, tokenizer: Tokenizer, asked: frozenset[str]
) -> Callable[[str], Sequence[str]]:
    """For a word of `asked`, the words whose embeddings in `table` (vocabulary, dim) lie closest, best first.

    Only whole lower-case words of the tokenizer's vocabulary have any: "river" has "rivers", "creek", "lake".
    """
    vocabulary = tokenizer.get_vocab()
    words = sorted(word for word in vocabulary if re.fullmatch(r"[a-z]{4,}", word))
    rows = table[[vocabulary[word] for word in words]]
    rows = rows - rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    nearest: dict[str, list[str]] = {}
    wanted = [number for number, word in enumerate(words) if word in asked]
    for first in range(0, len(wanted), 2048):
        block = wanted[first : first + 2048]
        scores = rows[block] @ rows.T
        best = np.argpartition(-scores, SIBLINGS, axis=1)[:, : SIBLINGS + 1]
        for number, line, columns in zip(block, scores, best, strict=True):
            ordered = sorted(columns, key=lambda column: -line[column])
            nearest[words[number]] = [words[column] for column in ordered if column != number][:SIBLINGS]
    return lambda word: nearest.get(word, ())


def make_examples(
    data: ReaderData, mixtures: Mixtures, tokenizer: Tokenizer, table: np.ndarray, seed: int
) -> list[Written]:
    """One round of training examples; another seed gives other windows, near misses and order."""
    used = [question for question in data.fit if question.source in mixtures]
    asked = frozenset(word for question in used for word in re.findall(r"[a-z]{4,}", question.question))
    siblings, rng = find_siblings(table, tokenizer, asked), random.Random(seed)
    written = write_examples(used, mixtures, siblings, rng)
    if exercises.SOURCE in mixtures:
        written += write_exercises(data.exercises, mixtures[exercises.SOURCE], siblings, rng)
        rng.shuffle(written)
    return written


def list_licences(data: ReaderData, mixtures: Mixtures) -> list[dict[str, str | int]]:
    """For the manifest: every source with its licence and the number of questions used of it in one round."""
    counts = Counter(question.source for question in data.fit)
    counts["exercises"] = sum(len(exercise.asked) for exercise in data.exercises)
    return [
        {"name": name, "licence": licence, "questions": min(counts[source], mixtures[source].cap)}
        for source, (name, licence) in LICENCES.items()
        if source in mixtures
    ]
