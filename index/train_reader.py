"""Training the reader: `python -m index.train_reader ../shared/eval --seed 0`.

The learning rate warms up, stays, and falls only over the last part (`DECAY_SHARE`), so that a run can be
stopped early or prolonged before that point without its past being any different.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from index.encoder import find_packaged_model
from index.reader_data import ReaderData, load_reader_data, make_examples
from index.reading.examples import Example, encode_examples
from index.reading.network import SpanNetwork, pad_batch
from index.reading.sources import Question

logger = logging.getLogger("train_reader")

BUCKET_BATCHES = 50  # batches sorted by length together, so that little is padding


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyper-parameters of a run; rates are peak learning rates."""

    seed: int = 0
    steps: int = 2400
    batch: int = 24
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    warmup: int = 100
    decay_share: float = 0.3
    weight_decay: float = 0.01
    frozen_layers: int = 0


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


def scale_rate(step: int, recipe: Recipe) -> float:
    """The share of the peak rate at a step: up, level, down to zero."""
    decay_from = recipe.steps * (1 - recipe.decay_share)
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    if step < decay_from:
        return 1.0
    return max(0.0, (recipe.steps - step) / (recipe.steps - decay_from))


def measure_loss(
    network: SpanNetwork, examples: Sequence[Example]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Span loss (start and end, each the log-sum over right tokens) and answerability loss, with its logits."""
    batch = pad_batch([(example.question, example.window) for example in examples])
    start, end, answerable = network(batch)
    gold_start, gold_end = (torch.zeros(start.shape, dtype=torch.bool) for _ in range(2))
    for row, example in enumerate(examples):
        first = len(example.question) + 2
        gold_start[row, example.starts + first if len(example.starts) else 0] = True
        gold_end[row, example.ends + first if len(example.ends) else 0] = True
    span = torch.zeros(())
    for logits, gold in ((start, gold_start), (end, gold_end)):
        span = span + (logits.logsumexp(-1) - logits.masked_fill(~gold, float("-inf")).logsumexp(-1)).mean()
    truth = torch.tensor([float(len(example.starts) > 0) for example in examples])
    decision = torch.nn.functional.binary_cross_entropy_with_logits(answerable, truth)
    return span, decision, answerable.detach(), truth


def group_parameters(network: SpanNetwork, recipe: Recipe) -> list[dict[str, object]]:
    """Encoder matrices, encoder vectors (no decay), and the new parts at their own rate; words stay frozen."""
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    for layer in network.bert.encoder.layer[: recipe.frozen_layers]:
        layer.requires_grad_(False)
    old = [p for p in network.bert.parameters() if p.requires_grad]
    new = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    return [
        {"params": [p for p in old if p.ndim > 1], "peak": recipe.rate, "weight_decay": recipe.weight_decay},
        {"params": [p for p in old if p.ndim == 1], "peak": recipe.rate, "weight_decay": 0.0},
        {"params": new, "peak": recipe.head_rate, "weight_decay": 0.0},
    ]


@dataclass(frozen=True, slots=True)
class Scores:
    """What an evaluation found, over `answerable` and `impossible` questions of the given texts.

    `sentence` is the share of answerable questions whose best span, over all windows of the text, lies in a
    right sentence; the areas under the ROC curve are for answerable against impossible questions, by the best
    window's span minus null, answerability, and their sum.
    """

    answerable: int
    impossible: int
    sentence: float
    area_span: float
    area_answerable: float
    area_sum: float


def cut_windows(question: Question, words: int = 60) -> list[tuple[int, int]]:
    """Windows of whole sentences over a text, each up to `words` long, the next one sharing a sentence."""
    windows = []
    first = 0
    count = len(question.sentences)
    lengths = [question.text.count(" ", a, b) + 1 for a, b in question.sentences]
    while True:
        last = first
        while last + 1 < count and last - first < 4 and sum(lengths[first : last + 2]) <= words:
            last += 1
        windows.append((first, last))
        if last + 1 >= count:
            return windows
        first = last if last > first else last + 1


@torch.inference_mode()
def evaluate(network: SpanNetwork, tokenizer: Tokenizer, questions: Sequence[Question], batch: int = 32) -> Scores:
    """Every question asked of all windows of its own text."""
    network.eval()
    jobs = []
    for number, question in enumerate(questions):
        asked = np.array(tokenizer.encode(question.question, add_special_tokens=False).ids[:40])
        for first, last in cut_windows(question):
            begin, end = question.sentences[first][0], question.sentences[last][1]
            window = tokenizer.encode(question.text[begin:end], add_special_tokens=False)
            offsets = np.array(window.offsets[:96]) + begin
            jobs.append((number, asked, np.array(window.ids[:96]), offsets))
    jobs.sort(key=lambda job: len(job[1]) + len(job[2]))
    spans = np.full(len(questions), -np.inf)
    decisions, sums, margins, where = spans.copy(), spans.copy(), spans.copy(), np.zeros(len(questions), dtype=int)
    for at in range(0, len(jobs), batch):
        part = jobs[at : at + batch]
        start, end, answerable = network(pad_batch([(job[1], job[2]) for job in part]))
        for row, (number, asked, ids, offsets) in enumerate(part):
            first = len(asked) + 2
            score, token, _ = best_span(
                start[row, first : first + len(ids)].numpy(), end[row, first : first + len(ids)].numpy()
            )
            margin = score - float(start[row, 0] + end[row, 0])
            decision = float(answerable[row])
            total = margin / 2 + decision
            margins[number] = max(margins[number], margin)
            decisions[number] = max(decisions[number], decision)
            if total > sums[number]:
                sums[number], where[number] = total, offsets[token, 0]
    network.train()
    truth = np.array([question.is_answerable for question in questions])
    right = [
        any(
            a <= where[n] < b and (i in q.answer_sentences or any(s < b and e > a for s, e in q.answers))
            for i, (a, b) in enumerate(q.sentences)
        )
        for n, q in enumerate(questions) if truth[n]
    ]
    areas = [roc_auc_score(truth, values) if not truth.all() else 0.5 for values in (margins, decisions, sums)]
    return Scores(int(truth.sum()), int((~truth).sum()), float(np.mean(right)), *map(float, areas))


def best_span(start: np.ndarray, end: np.ndarray, longest: int = 30) -> tuple[float, int, int]:
    """The highest start plus end with start <= end < start + longest: score and the two tokens."""
    scores = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(scores.shape, dtype=bool)) & ~np.triu(np.ones(scores.shape, dtype=bool), longest)
    scores = np.where(allowed, scores, -np.inf)
    first, last = divmod(int(scores.argmax()), scores.shape[1])
    return float(scores[first, last]), first, last


def save_checkpoint(path: Path, network: SpanNetwork, optimizer: torch.optim.Optimizer, step: int) -> None:
    """Written under another name, synced and renamed, so that a crash leaves the one before."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def train(data: ReaderData, recipe: Recipe, work: Path, resume: bool) -> SpanNetwork:
    """One run; checkpoints go to `work` every 300 steps. The data order follows from seed and step alone."""
    torch.manual_seed(recipe.seed)
    folder = find_packaged_model()
    tokenizer = load_tokenizer(folder)
    network = SpanNetwork.from_encoder(folder)
    groups = group_parameters(network, recipe)
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, fused=True)
    table = network.bert.embeddings.word_embeddings.weight.detach().numpy()
    checkpoint = work / "checkpoint.pt"
    done = 0
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["step"]
    watch = data.watch
    step = 0
    began, tokens = time.monotonic(), 0
    sums = np.zeros(3)
    kinds: dict[str, list[int]] = {}
    for round_ in range(100):
        if step >= recipe.steps:
            break
        seed = recipe.seed * 1000 + round_
        examples = encode_examples(make_examples(data, tokenizer, table, seed), tokenizer)
        logger.info("round %d: %d examples", round_, len(examples))
        for batch in order_batches(examples, recipe.batch, random.Random(seed)):
            if step >= recipe.steps:
                break
            if step < done:
                step += 1
                continue
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * scale_rate(step, recipe)
            span, decision, logits, truth = measure_loss(network, batch)
            (span + 2 * decision).backward()
            torch.nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            sums += (span.item(), decision.item(), ((logits > 0) == (truth > 0)).float().mean().item())
            for example, logit in zip(batch, logits.tolist()):
                kinds.setdefault(example.kind, []).append((logit > 0) == (len(example.starts) > 0))
            tokens += sum(len(e.question) + len(e.window) + 3 for e in batch)
            if step % 50 == 0:
                seconds = time.monotonic() - began
                logger.info(
                    "step %d span %.3f decision %.3f accuracy %.3f | %s | %.0f tokens/s %.2f s/step",
                    step, *(sums / 50), " ".join(f"{k} {np.mean(v):.2f}" for k, v in sorted(kinds.items())),
                    tokens / seconds, seconds / 50,
                )
                sums[:] = 0
                kinds.clear()
                began, tokens = time.monotonic(), 0
            if step % 300 == 0:
                save_checkpoint(checkpoint, network, optimizer, step)
            if step % 600 == 0:
                logger.info("step %d watch %s", step, asdict(evaluate(network, tokenizer, watch)))
                began = time.monotonic()
    save_checkpoint(checkpoint, network, optimizer, step)
    return network


def load_tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the evaluation data")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--work", type=Path, default=Path("reader-work"), help="checkpoints and log")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    parser.add_argument("--frozen", type=int, default=Recipe.frozen_layers)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[
        logging.StreamHandler(), logging.FileHandler(given.work / "training.log")
    ])
    torch.set_num_threads(2)
    torch.set_flush_denormal(True)
    recipe = Recipe(seed=given.seed, steps=given.steps, batch=given.batch, rate=given.rate, frozen_layers=given.frozen)
    data = load_reader_data(given.folder)
    logger.info("%s; fit %d watch %d check %d; dropped %s", recipe, len(data.fit), len(data.watch), len(data.check),
                data.dropped)
    train(data, recipe, given.work, given.resume)


if __name__ == "__main__":
    main()
