"""Training the reader: `python -m index.train_reader ../shared/eval --seed 0` makes index/weights again.

Two courses. The first starts from the sentence encoder and is closed twice, early and late, and the two networks'
weights are averaged (Wortsman et al. 2022, "Model soups"). The second goes on from that average with all the data
there is and with our own exercises, and is closed twice early and twice late. In every run the learning rate warms
up and stays, and falls to zero over the last phase, which draws on the cleanest sources only. `--score` trains
nothing and prints the scores of the weights that are there.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits

from index.encoder import PACKAGED_NAME, PACKAGED_SHA256, SentenceEncoder, find_packaged_model
from index.reader import WEIGHTS, Precision, SpanReader
from index.reader_data import ReaderData, list_licences, load_reader_data, make_examples
from index.reading.examples import (
    BROAD_MIXTURES,
    CLOSING_MIXTURES,
    FIRST_CLOSING,
    FIRST_MIXTURES,
    FULL_MIXTURES,
    Example,
    Mixtures,
    encode_examples,
)
from index.reading.exercises import load_exercises, split_exercises
from index.reading.network import SpanNetwork, load_tokenizer, pad_batch
from index.reading.packed import load_network, save_network
from index.reading.scoring import score_reader

logger = logging.getLogger("train_reader")

BUCKET_BATCHES = 50  # batches sorted by length together, so that little is padding
LOG_EVERY, SAVE_EVERY, WATCH_EVERY = 50, 300, 600  # steps


@dataclass(frozen=True, slots=True)
class Phase:
    """So many steps that draw their examples from one mixture of the sources; another `draw` draws others."""

    steps: int
    mixtures: Mixtures
    draw: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyper-parameters of a run; rates are peak learning rates, and fall to zero over the last phase."""

    phases: tuple[Phase, ...]
    seed: int = 0
    batch: int = 24
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    warmup: int = 100
    weight_decay: float = 0.01
    decision_weight: float = 2.0

    @property
    def level(self) -> int:
        """The steps before the last phase."""
        return sum(phase.steps for phase in self.phases[:-1])

    @property
    def steps(self) -> int:
        return self.level + self.phases[-1].steps


# Runs that part before their last phase, and what each counts in the average of their weights (docs/reader.md).
Course = tuple[tuple[Recipe, float], ...]
FIRST_COURSE: Course = (
    (Recipe((Phase(1200, FIRST_MIXTURES), Phase(490, FIRST_CLOSING))), 0.4),
    (Recipe((Phase(2500, FIRST_MIXTURES), Phase(1700, FIRST_CLOSING))), 0.6),
)
SECOND_COURSE: Course = tuple(
    (
        Recipe(
            (Phase(900, BROAD_MIXTURES), Phase(full, FULL_MIXTURES), Phase(3000, CLOSING_MIXTURES, draw)),
            seed=1,
            rate=1.2e-4,
            head_rate=4e-4,
        ),
        0.25,
    )
    for full in (3500, 9100)
    for draw in (0, 1)
)


def scale_rate(step: int, recipe: Recipe) -> float:
    """The share of the peak rate at a step: up, level, and down to zero over the last phase."""
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    return min(1.0, (recipe.steps - step) / recipe.phases[-1].steps)


def order_batches(examples: Sequence[Example], batch: int, rng: random.Random) -> Iterator[list[Example]]:
    """Every example once, in batches of like length, the batches of a stretch in random order."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    for first in range(0, len(order), batch * BUCKET_BATCHES):
        stretch = order[first : first + batch * BUCKET_BATCHES]
        stretch.sort(key=lambda i: len(examples[i].question) + len(examples[i].window))
        batches = [stretch[at : at + batch] for at in range(0, len(stretch), batch)]
        rng.shuffle(batches)
        for chosen in batches:
            yield [examples[i] for i in chosen]


def draw_batches(
    data: ReaderData, tokenizer: Tokenizer, table: np.ndarray, recipe: Recipe, done: int = 0
) -> Iterator[list[Example]]:
    """The batches of all steps after `done`, phase by phase.

    They follow from the seed alone. A round uses every question; the next has other windows of them.
    """
    for number, phase in enumerate(recipe.phases):
        if done < phase.steps:
            seed = recipe.seed * 1000 + number * 100 + phase.draw * 50
            rounds = _draw_rounds(data, tokenizer, table, recipe, phase, seed)
            yield from islice(rounds, done, phase.steps)
        done = max(0, done - phase.steps)


def _draw_rounds(
    data: ReaderData, tokenizer: Tokenizer, table: np.ndarray, recipe: Recipe, phase: Phase, seed: int
) -> Iterator[list[Example]]:
    while True:
        written = make_examples(data, phase.mixtures, tokenizer, table, seed)
        examples = encode_examples(written, tokenizer)
        kinds = Counter(example.kind for example in examples)
        logger.info("round of seed %d: %d examples, %s", seed, len(examples), dict(kinds))
        yield from order_batches(examples, recipe.batch, random.Random(seed))
        seed += 1


def measure_losses(
    network: SpanNetwork, examples: Sequence[Example]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The span loss, the answerability loss, and the answerability logits `(rows,)`.

    The span loss is, for start and end each, minus the log of the probability of all right tokens together;
    where the window does not answer, [CLS] is the right token.
    """
    start, end, answerable = network(pad_batch([(example.question, example.window) for example in examples]))
    gold_start, gold_end = (torch.zeros(start.shape, dtype=torch.bool) for _ in range(2))
    for row, example in enumerate(examples):
        first = len(example.question) + 2
        gold_start[row, example.starts + first if len(example.starts) else 0] = True
        gold_end[row, example.ends + first if len(example.ends) else 0] = True
    span = torch.zeros(())
    for logits, gold in ((start, gold_start), (end, gold_end)):
        span = span + (logits.logsumexp(-1) - logits.masked_fill(~gold, float("-inf")).logsumexp(-1)).mean()
    truth = torch.tensor([float(len(example.starts) > 0) for example in examples])
    return span, binary_cross_entropy_with_logits(answerable, truth), answerable.detach()


def make_optimizer(network: SpanNetwork, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW over the layers and, at their own rate, the new parts; the words' embeddings stay as they are."""
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    old = [parameter for parameter in network.bert.parameters() if parameter.requires_grad]
    new = [parameter for name, parameter in network.named_parameters() if not name.startswith("bert.")]
    groups = [
        {"params": [p for p in old if p.ndim > 1], "peak": recipe.rate, "weight_decay": recipe.weight_decay},
        {"params": [p for p in old if p.ndim == 1], "peak": recipe.rate, "weight_decay": 0.0},
        {"params": new, "peak": recipe.head_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.rate, fused=True)


class Workers:
    """Threads that each take a share of a batch through a copy of the network that has the same parameters.

    Sharing a batch among them changes nothing but the order of additions. Torch's own threads wait for each
    other in every product, and with other programs on the processors they are slower than one.
    """

    def __init__(self, network: SpanNetwork, recipe: Recipe, count: int, bfloat16: bool = False) -> None:
        self._networks = [network, *(copy.deepcopy(network) for _ in range(count - 1))]
        for other in self._networks[1:]:
            for mine, shared in zip(other.parameters(), network.parameters(), strict=True):
                mine.data = shared.data
        self._recipe = recipe
        self._bfloat16 = bfloat16
        self._pool = ThreadPoolExecutor(count)

    def add_gradients(self, batch: Sequence[Example]) -> tuple[float, float, list[float]]:
        """Adds the batch's gradients to the first network's; gives the batch's two losses and its logits."""
        size = -(-len(batch) // len(self._networks))
        shares = [batch[first : first + size] for first in range(0, len(batch), size)]
        done = list(self._pool.map(self._add_share, self._networks, shares, [len(batch)] * len(shares)))
        for other in self._networks[1:]:
            for mine, added in zip(self._networks[0].parameters(), other.parameters(), strict=True):
                if added.grad is not None and mine.grad is not None:
                    mine.grad += added.grad
            other.zero_grad(set_to_none=True)
        spans, decisions, logits = zip(*done, strict=True)
        return sum(spans), sum(decisions), list(chain.from_iterable(logits))

    def _add_share(
        self, network: SpanNetwork, share: Sequence[Example], whole: int
    ) -> tuple[float, float, list[float]]:
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            span, decision, logits = measure_losses(network, share)
        weight = len(share) / whole
        torch.autograd.backward((span + self._recipe.decision_weight * decision) * weight)
        return span.item() * weight, decision.item() * weight, logits.tolist()


def train_network(
    data: ReaderData,
    recipe: Recipe,
    work: Path,
    resume: bool,
    processors: int = 1,
    start: SpanNetwork | None = None,
) -> SpanNetwork:
    """One run from `start`, or from the sentence encoder; `processors` threads share every batch.

    Its state is kept in `work` every `SAVE_EVERY` steps, and `resume` goes on from there. Nothing in a step is
    random, so the state is weights, optimizer and the number of steps done.
    """
    torch.manual_seed(recipe.seed)
    folder = find_packaged_model()
    tokenizer = load_tokenizer(folder)
    network = start or SpanNetwork.from_encoder(folder)
    network.bert.set_attn_implementation("eager")  # its gradients take half the time of the fused one here
    network.train()
    optimizer = make_optimizer(network, recipe)
    work.mkdir(parents=True, exist_ok=True)
    level = recipe.level
    last = recipe.phases[-1]
    shared, own = work / "level.pt", work / f"closing-{recipe.steps}-{last.draw}.pt"
    done = 0
    for checkpoint in (own, shared):
        if resume and checkpoint.exists():
            done = _restore(checkpoint, network, optimizer)
            break
    if done > level and checkpoint == shared:
        raise ValueError(f"{shared} is at step {done}, past the {level} steps before this closing: remove it")
    table = network.bert.embeddings.word_embeddings.weight.detach().numpy()
    # Products in bfloat16 take half the time where the processor has them, and many times it where it has not.
    workers = Workers(network, recipe, processors, torch.ops.mkldnn._is_mkldnn_bf16_supported())
    progress = _Progress()
    for step, batch in enumerate(draw_batches(data, tokenizer, table, recipe, done), start=done + 1):
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * scale_rate(step - 1, recipe)
        span, decision, logits = workers.add_gradients(batch)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.add(batch, span, decision, logits)
        if step % LOG_EVERY == 0:
            logger.info("step %d %s", step, progress.take_line())
        if step % SAVE_EVERY == 0 or step in (level, recipe.steps):
            _keep(shared if step <= level else own, network, optimizer, step)
        if step % WATCH_EVERY == 0:
            scores = score_reader(SpanReader(network, tokenizer), data.watch)
            logger.info("step %d watch %s", step, asdict(scores))
            network.train()
    return network.eval()


def run_course(
    data: ReaderData,
    course: Course,
    work: Path,
    resume: bool,
    processors: int,
    start: SpanNetwork | None = None,
) -> SpanNetwork:
    """The average of a course's runs, the later ones going on from where they part from the first."""
    state = copy.deepcopy(start)
    closed = []
    for recipe, _ in course:
        closed.append(
            train_network(data, recipe, work, resume or bool(closed), processors, copy.deepcopy(state))
        )
    return average_networks(closed, [share for _, share in course])


def average_networks(networks: Sequence[SpanNetwork], shares: Sequence[float]) -> SpanNetwork:
    """The first network with the weighted mean of all their weights; `shares` add up to 1."""
    states = [network.state_dict() for network in networks]
    first = networks[0]
    mean = {
        name: sum(share * state[name] for share, state in zip(shares, states, strict=True))
        for name, value in states[0].items()
        if value.is_floating_point()
    }
    first.load_state_dict(mean, strict=False)
    return first


class _Progress:
    """Means over the steps since the last line."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._losses: list[tuple[float, float]] = []
        self._right: dict[str, list[bool]] = defaultdict(list)
        self._tokens = 0
        self._since = time.monotonic()

    def add(self, batch: Sequence[Example], span: float, decision: float, logits: Sequence[float]) -> None:
        self._losses.append((span, decision))
        for example, logit in zip(batch, logits, strict=True):
            self._right[example.kind].append((logit > 0) == (len(example.starts) > 0))
            self._tokens += len(example.question) + len(example.window) + 3

    def take_line(self) -> str:
        span, decision = np.mean(self._losses, axis=0)
        right = " ".join(f"{kind} {np.mean(values):.2f}" for kind, values in sorted(self._right.items()))
        rate = self._tokens / (time.monotonic() - self._since)
        self._start_over()
        return f"span {span:.3f} decision {decision:.3f} | decided rightly: {right} | {rate:.0f} tokens/s"


def _keep(path: Path, network: SpanNetwork, optimizer: torch.optim.Optimizer, step: int) -> None:
    """Written under another name, synced and renamed: a crash leaves the state before."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _restore(path: Path, network: SpanNetwork, optimizer: torch.optim.Optimizer) -> int:
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def seed_course(course: Course, seed: int) -> Course:
    """The course with other draws: its own seeds and `seed` added to them."""
    return tuple((replace(recipe, seed=recipe.seed + seed), share) for recipe, share in course)


def write_card(data: ReaderData, seed: int) -> dict[str, Any]:
    """What the manifest says beside the checksum: where the weights come from."""
    return {
        "base": {"name": PACKAGED_NAME, "licence": "Apache-2.0", "sha256": PACKAGED_SHA256},
        "command": f"python -m index.train_reader ../shared/eval --seed {seed}",
        "courses": [_describe(seed_course(course, seed)) for course in (FIRST_COURSE, SECOND_COURSE)],
        "data": list_licences(data, FULL_MIXTURES),
        "dropped": data.dropped,
    }


def _describe(course: Course) -> list[dict[str, Any]]:
    return [
        {
            "share": share,
            "phases": [phase.steps for phase in recipe.phases],
            "draw": recipe.phases[-1].draw,
            **{name: value for name, value in asdict(recipe).items() if name != "phases"},
        }
        for recipe, share in course
    ]


def print_scores(data: ReaderData, folder: Path) -> None:
    """The scores of the weights in `folder` on the check half, for each precision."""
    for precision in Precision:
        scores = score_reader(SpanReader.load(folder, precision), data.check)
        print(precision.value, json.dumps(asdict(scores)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the evaluation data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processors", type=int, default=2, help="how many share the work")
    parser.add_argument("--work", type=Path, default=Path(".data/reader"), help="where checkpoint and log go")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the finished weights go")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoints in --work")
    parser.add_argument("--start", type=Path, help="weights to start the second course from, without a first")
    parser.add_argument(
        "--score", action="store_true", help="score --weights on the check half, train nothing"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    data = load_reader_data(given.folder)
    if not given.score:
        given.work.mkdir(parents=True, exist_ok=True)
        paths, _ = split_exercises()
        exercises = load_exercises(paths, SentenceEncoder(), given.work / "exercises")
        data = replace(data, exercises=exercises)
        logging.basicConfig(
            level=logging.INFO,
            format="%(asctime)s %(message)s",
            handlers=[logging.StreamHandler(), logging.FileHandler(given.work / "training.log")],
        )
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        logger.info("%d questions to fit, dropped %s", len(data.fit), data.dropped)
        start = load_network(given.start) if given.start else None
        if start is None:
            first = seed_course(FIRST_COURSE, given.seed)
            start = run_course(data, first, given.work / "first", given.resume, given.processors)
        second = seed_course(SECOND_COURSE, given.seed)
        network = run_course(data, second, given.work / "second", given.resume, given.processors, start)
        save_network(network, given.weights, write_card(data, given.seed))
    print_scores(data, given.weights)


if __name__ == "__main__":
    main()
