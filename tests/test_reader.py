"""The reader: decoding spans, keeping weights, its training data; the shipped weights on a few sentences."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig

from index.encoder import find_packaged_model
from index.reader import (
    LONGEST_SPAN,
    TIGHTENED,
    WEIGHTS,
    Precision,
    ReaderError,
    Reading,
    SpanReader,
    find_best_span,
    tighten_span,
)
from index.reader_data import ReaderData, find_siblings, make_sharing_test, split_titles
from index.reading.examples import (
    FIRST_MIXTURES,
    MAX_WINDOW_TOKENS,
    Example,
    encode_examples,
    write_examples,
)
from index.reading.near_misses import gather_surroundings, make_near_miss, roughen_question
from index.reading.network import SpanNetwork, load_tokenizer, pad_batch
from index.reading.packed import MANIFEST, WEIGHTS_FILE, quantise_rows, restore_rows, save_network
from index.reading.scoring import cut_windows, score_reader
from index.reading.sources import Question, join_tokens, split_sentences
from index.sealed import open_sealed, seal_manifest
from index.train_reader import (
    Phase,
    Recipe,
    Workers,
    average_networks,
    measure_losses,
    order_batches,
    scale_rate,
    train_network,
)

WINDOW = "The mill closed in 1911. Ada Brook bought it later."


def make_toy_network(seed: int = 7) -> SpanNetwork:
    torch.manual_seed(seed)
    network = SpanNetwork(
        BertConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
    torch.nn.init.normal_(network.match.weight)
    return network.eval()


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(find_packaged_model())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_network(make_toy_network(), tmp_path, {"seed": 7})
    return tmp_path


def make_reading(start: list[float], end: list[float]) -> Reading:
    """Tokens of three characters with a blank between: (0, 3), (4, 7), (8, 11) ..."""
    offsets = np.array([(4 * i, 4 * i + 3) for i in range(len(start))]).reshape(-1, 2)
    return Reading(0.0, offsets, np.float32(start), np.float32(end), 0.0)


class TestBestSpan:
    def test_takes_the_highest_sum_that_runs_forward(self):
        # 5 + 9 would be the highest, but that span would end before it starts
        assert make_reading([1, 5, 0], [9, 2, 4]).best_span() == (10.0, 0, 3)
        assert make_reading([1, 7, 0], [0, 2, 4]).best_span() == (11.0, 4, 11)

    def test_stays_inside_the_character_range(self):
        reading = make_reading([9, 1, 2, 0], [9, 0, 1, 5])
        assert reading.best_span(4, 11) == (3.0, 8, 11)
        assert reading.best_span(8) == (7.0, 8, 15)

    def test_a_range_that_cuts_a_token_leaves_it_out(self):
        assert make_reading([1, 5], [1, 5]).best_span(0, 6) == (2.0, 0, 3)

    def test_a_range_without_tokens_has_no_span(self):
        assert make_reading([1, 5], [1, 5]).best_span(3, 4) == (float("-inf"), 3, 3)
        assert make_reading([], []).best_span() == (float("-inf"), 0, 0)

    def test_is_never_longer_than_the_limit(self):
        start, end = np.zeros(100, np.float32), np.zeros(100, np.float32)
        start[3], end[3 + LONGEST_SPAN - 1], end[3 + LONGEST_SPAN] = 5, 2, 4
        assert find_best_span(start, end) == (7.0, 3, 3 + LONGEST_SPAN - 1)

    def test_the_shortest_of_nearly_as_good_spans_is_marked(self):
        start, end = np.float32([1, 5, 4.5, 4.2]), np.float32([0, 0, 2, 2])
        assert find_best_span(start, end) == (7.0, 1, 2)
        assert tighten_span(start, end, 1, 2) == (2, 2)  # 6.5, within TIGHTENED of 7
        assert tighten_span(start, end, 1, 3) == (2, 2)  # 3 to 3 is as short and scores 6.2
        assert tighten_span(np.float32([5, 4.9 - TIGHTENED]), np.float32([0, 2]), 0, 1) == (0, 1)


class TestReading:
    def test_offsets_are_those_of_the_windows_words(self, folder):
        (reading,) = SpanReader.load(folder).read("Who bought the mill?", [WINDOW])
        words = [WINDOW[a:b] for a, b in reading.offsets]
        assert words == [
            "The",
            "mill",
            "closed",
            "in",
            "1911",
            ".",
            "Ada",
            "Brook",
            "bought",
            "it",
            "later",
            ".",
        ]
        assert reading.start.shape == reading.end.shape == (12,)
        assert reading.start.dtype == np.float32

    def test_neighbours_and_padding_change_nothing(self, folder):
        reader = SpanReader.load(folder, Precision.FLOAT32)
        long = WINDOW + " The river freezes every winter, and the wheel stands still."
        alone = reader.read("Who bought the mill?", [WINDOW])[0]
        together = reader.read("Who bought the mill?", [long, WINDOW, ""])[1]
        np.testing.assert_allclose(together.start, alone.start, atol=1e-5)
        np.testing.assert_allclose(together.end, alone.end, atol=1e-5)
        assert together.answerable == pytest.approx(alone.answerable, abs=1e-5)
        assert together.null == pytest.approx(alone.null, abs=1e-5)

    def test_no_windows_no_readings(self, folder):
        assert SpanReader.load(folder).read("Who?", []) == ()

    def test_an_empty_question_and_an_empty_window_are_read(self, folder):
        readings = SpanReader.load(folder).read("", [WINDOW, ""])
        assert [len(reading.start) for reading in readings] == [12, 0]
        assert all(np.isfinite(reading.answerable) for reading in readings)

    def test_a_word_of_the_question_is_marked_in_the_window(self, tokenizer):
        network = make_toy_network()
        asked, window = (
            np.array(tokenizer.encode(text, add_special_tokens=False).ids)
            for text in ("mill wages", "the mill")
        )
        batch = pad_batch([(asked, window)])  # [CLS] mill wages [SEP] the mill [SEP]
        steps = network.mark_matches(batch, network.bert.embeddings.word_embeddings(batch.ids))[0].tolist()
        assert [steps[i] for i in (0, 3, 6)] == [0, 0, 0]
        assert (steps[1], steps[5]) == (9, 18)  # the last step of nine, for the question and for the window
        assert steps[2] < 9 and 9 < steps[4] < 18


class TestKeptWeights:
    def test_rows_are_kept_in_eight_bits_with_their_own_factor(self):
        rows, scale = quantise_rows(np.float32([[0.5, -1.0, 0.25], [0, 0, 0], [-254, 127, 2]]))
        assert rows.tolist() == [[64, -127, 32], [0, 0, 0], [-127, 64, 1]]
        assert scale.tolist() == pytest.approx([1 / 127, 1.0, 2.0])

    def test_no_value_is_off_by_more_than_half_a_step(self):
        matrix = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
        error = np.abs(restore_rows(*quantise_rows(matrix)) - matrix).max(axis=1)
        assert (error <= np.abs(matrix).max(axis=1) / 254 + 1e-6).all()
        assert error.max() > 0

    def test_what_is_loaded_reads_as_what_was_saved(self, folder, tokenizer):
        before = SpanReader(make_toy_network(), tokenizer).read("Who bought it?", [WINDOW])[0]
        after = SpanReader.load(folder, Precision.FLOAT32).read("Who bought it?", [WINDOW])[0]
        np.testing.assert_allclose(after.start, before.start, atol=0.05)
        assert not np.array_equal(after.start, before.start)

    def test_a_damaged_byte_is_refused(self, folder):
        weights = folder / WEIGHTS_FILE
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        with pytest.raises(ReaderError, match=rf"{WEIGHTS_FILE} is damaged.*git checkout"):
            SpanReader.load(folder)

    def test_another_format_is_refused(self, folder):
        manifest = open_sealed((folder / MANIFEST).read_bytes())
        (folder / MANIFEST).write_bytes(seal_manifest({**manifest, "format": 3}))
        with pytest.raises(ReaderError, match="has format 3, this version reads format 2"):
            SpanReader.load(folder)

    @pytest.mark.parametrize("name", [MANIFEST, WEIGHTS_FILE])
    def test_a_missing_file_is_named(self, folder, name):
        (folder / name).unlink()
        with pytest.raises(ReaderError, match=name):
            SpanReader.load(folder)

    def test_weights_of_another_network_are_refused(self, folder):
        manifest = open_sealed((folder / MANIFEST).read_bytes())
        manifest["network"]["intermediate_size"] = 128
        (folder / MANIFEST).write_bytes(seal_manifest(manifest))
        with pytest.raises(ReaderError, match="does not fit"):
            SpanReader.load(folder)


def make_question(text: str, question: str, *answers: str, source: str = "squad-fit") -> Question:
    ranges = tuple((text.index(answer), text.index(answer) + len(answer)) for answer in answers)
    return Question(source, f"{source}/mill", "The old mill", question, text, split_sentences(text), ranges)


MILL = (
    "The mill on the Aster River was built by Tom Hale in 1820. It ground wheat for nine villages. "
    "After a fire in 1911 the owners closed it. Ada Brook bought the ruin in 1950 and made it a school. "
    "Today 240 pupils learn there. The wheel was moved to the museum in Dunmore."
)
FERRY = "A ferry crossed the river at Dunmore. It sank in 1874 with 31 people on board."
MILL_QUESTIONS = (
    make_question(MILL, "Who built the mill on the Aster River?", "Tom Hale"),
    make_question(MILL, "When did the owners close the mill?", "1911"),
    make_question(MILL, "How many pupils learn at the school today?", "240"),
    make_question(FERRY, "When did the ferry sink?", "1874"),
    make_question(FERRY, "Who built the ferry?"),
)


class TestTrainingData:
    def test_titles_alternate_in_alphabetical_order(self):
        assert split_titles(["Steam", "Apollo", "Kenya", "Geology", "Harvard"]) == (
            ("Apollo", "Harvard", "Steam"),
            ("Geology", "Kenya"),
        )

    def test_sentences_end_where_they_end(self):
        text = 'Dr. A. Gray came at 5 p.m. on Monday. "Why?" he asked.\nNobody knew.'
        assert [text[a:b] for a, b in split_sentences(text)] == [
            "Dr. A. Gray came at 5 p.m. on Monday.",
            '"Why?"  he asked.'.replace("  ", " "),
            "Nobody knew.",
        ]

    def test_spaced_out_text_is_joined(self):
        assert join_tokens("the u.s. ( it 's `` big '' ) , he said .") == 'the u.s. (it\'s "big"), he said.'

    def test_a_shared_sentence_or_question_is_found_whatever_its_case(self):
        is_shared = make_sharing_test([MILL_QUESTIONS[0]])
        lower = "Elsewhere it rained.\nada brook bought the ruin in 1950 ; it and made it a school ."
        assert not is_shared(make_question("It ground wheat for nine villages. The rest is new.", "Why?"))
        assert not is_shared(make_question(lower, "Why?"))
        assert is_shared(make_question(lower.replace("; it", ""), "Why?"))
        assert is_shared(make_question("Another text altogether.", "who built the mill on the aster river"))

    def test_siblings_are_the_closest_words(self, tokenizer):
        vocabulary = tokenizer.get_vocab()
        table = np.zeros((len(vocabulary), 3), np.float32)
        for word, row in {"north": (9, 1, 0), "south": (9, 2, 0), "river": (0, 9, 1)}.items():
            table[vocabulary[word]] = row
        siblings = find_siblings(table, tokenizer, frozenset({"north"}))
        assert siblings("north")[0] == "south"
        assert siblings("south") == ()  # not asked for

    def test_a_near_miss_changes_the_question_and_nothing_it_puts_in_stands_in_the_window(self):
        around = gather_surroundings([MILL, FERRY])
        assert list(around.names) == ["Aster River", "Dunmore", "Tom Hale"]  # Ada Brook opens a sentence
        assert list(around.years) == ["1820", "1874", "1911", "1950"]
        assert list(around.numbers) == ["240", "31"]
        window = "After a fire in 1911 the owners closed it."
        made = {
            make_near_miss(
                "What closed after the fire in 1911?", window, "", around, lambda word: (), random.Random(i)
            )
            for i in range(40)
        }
        assert "What closed before the fire in 1911?" in made
        assert "What closed after the fire in 1911?" not in made
        years = {
            word.strip("?") for text in made if text for word in text.split() if word[:2] in ("18", "19")
        }
        assert len(years) > 2
        assert (
            make_near_miss("Why?", window, "", gather_surroundings([]), lambda word: (), random.Random(0))
            is None
        )

    def test_rough_questions_keep_their_content(self):
        made = {roughen_question("Who built the mill in Dunmore?", random.Random(i)) for i in range(60)}
        assert {
            "who built the mill in dunmore?",
            "Who built the mill in Dunmore",
            "built mill Dunmore",
        } <= made
        assert any("Dumnore" in text or "Dunnmore" in text or "buitl" in text for text in made)

    def test_examples_hold_the_answer_or_not_as_they_say(self):
        written = write_examples(MILL_QUESTIONS * 8, FIRST_MIXTURES, lambda word: (), random.Random(1))
        assert {item.kind for item in written} == {"answered", "near miss", "other window", "unanswerable"}
        answers = {"Tom Hale", "1911", "240", "1874"}
        for item in written:
            found = {item.window[a:b] for a, b in item.gold}
            assert (found <= answers and bool(found)) == (item.kind == "answered")
            if item.kind == "other window" and item.question.startswith("Who built the mill"):
                assert "Tom Hale" not in item.window

    def test_tokens_of_an_example_point_at_the_answer(self, tokenizer):
        written = [
            w
            for w in write_examples(MILL_QUESTIONS[:1] * 4, FIRST_MIXTURES, lambda word: (), random.Random(2))
            if w.gold
        ]
        for item, example in zip(written, encode_examples(written, tokenizer), strict=True):
            marked = example.window[example.starts[0] : example.ends[0] + 1]
            assert tokenizer.decode(marked.tolist()) == "tom hale", item

    def test_an_answer_beyond_the_token_limit_is_left_out(self, tokenizer):
        made = write_examples(MILL_QUESTIONS[:1] * 2, FIRST_MIXTURES, lambda word: (), random.Random(2))
        written = next(item for item in made if item.gold)
        shift = len("word " * MAX_WINDOW_TOKENS)
        late = replace(
            written,
            window="word " * MAX_WINDOW_TOKENS + written.window,
            gold=tuple((a + shift, b + shift) for a, b in written.gold),
        )
        assert encode_examples([late], tokenizer) == []

    def test_windows_of_a_text_cover_it_and_overlap_by_a_sentence(self):
        assert cut_windows(make_question(MILL, "Who?")) == [(0, 4), (4, 5)]
        assert cut_windows(make_question(FERRY, "Who?")) == [(0, 1)]


def make_example(starts: list[int], ends: list[int]) -> Example:
    return Example(
        *(np.int32(values) for values in ([2000, 2001], [3000, 3001, 3002], starts, ends)), "answered"
    )


def make_recipe(*steps: int, **numbers: int) -> Recipe:
    """A run over phases of so many steps."""
    return Recipe(tuple(Phase(count, FIRST_MIXTURES) for count in steps), **numbers)


class TestTraining:
    def test_the_rate_rises_stays_and_falls(self):
        recipe = make_recipe(400, 300, 300, warmup=100)
        rates = [scale_rate(step, recipe) for step in (0, 49, 99, 100, 699, 850, 1000)]
        assert rates == pytest.approx([0.01, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0])

    def test_every_example_is_drawn_once_a_round(self):
        examples = [make_example([i], [i]) for i in range(100)]
        drawn = [int(e.starts[0]) for batch in order_batches(examples, 8, random.Random(0)) for e in batch]
        assert sorted(drawn) == list(range(100)) and drawn != list(range(100))

    def test_the_span_loss_is_the_log_probability_of_all_right_tokens(self):
        def point(batch):
            # row: [CLS] q q [SEP] w w w [SEP]; probabilities 1/2 for [CLS], 1/4 and 1/8, 1/8 in the window
            logits = torch.full((1, 8), float("-inf"))
            logits[0, [0, 4, 5, 6]] = torch.tensor([0.5, 0.25, 0.125, 0.125]).log()
            return logits, logits, torch.tensor([0.0])

        span, decision, _ = measure_losses(point, [make_example([0, 1], [2])])
        assert span.item() == pytest.approx(-np.log(3 / 8) - np.log(1 / 8))
        assert decision.item() == pytest.approx(np.log(2))
        span, *_ = measure_losses(point, [make_example([], [])])
        assert span.item() == pytest.approx(2 * np.log(2))

    def test_going_on_from_a_checkpoint_gives_the_same_weights(self, tmp_path):
        torch.set_num_threads(1)
        data = ReaderData(MILL_QUESTIONS * 2, (), (), {})
        recipe = make_recipe(1, 1, 2, batch=2, warmup=1)
        whole = train_network(data, recipe, tmp_path, resume=False)
        # three steps at the full rate, the third of them a closing step, as in the whole run
        train_network(data, make_recipe(1, 1, 1, batch=2, warmup=1), tmp_path, resume=False)
        resumed = train_network(data, recipe, tmp_path, resume=True)
        for name, value in whole.state_dict().items():
            assert torch.equal(resumed.state_dict()[name], value), name

    def test_sharing_a_batch_among_processors_gives_the_same_losses_and_gradients(self):
        network = make_toy_network()
        batch = [make_example([i], [i]) for i in (0, 1, 2)] + [make_example([], [])] * 2
        gradients = []
        for processors in (1, 2):
            network.zero_grad(set_to_none=True)
            losses = Workers(network, make_recipe(1), processors).add_gradients(batch)
            gradients.append(
                (losses, {n: p.grad for n, p in network.named_parameters() if p.grad is not None})
            )
        (alone, expected), (shared, found) = gradients
        assert shared[:2] == pytest.approx(alone[:2], abs=1e-4) and shared[2] == pytest.approx(
            alone[2], abs=1e-3
        )
        assert found.keys() == expected.keys() and len(found) > 20
        for name, value in expected.items():
            assert torch.allclose(found[name], value, atol=1e-4), name

    def test_a_later_closing_goes_on_where_the_earlier_one_parted(self, tmp_path):
        torch.set_num_threads(1)
        data = ReaderData(MILL_QUESTIONS * 2, (), (), {})
        early = make_recipe(2, 1, batch=2, warmup=1)
        late = make_recipe(3, 1, batch=2, warmup=1)
        (tmp_path / "both").mkdir()
        (tmp_path / "alone").mkdir()
        train_network(data, early, tmp_path / "both", resume=False)
        after = train_network(data, late, tmp_path / "both", resume=True)
        alone = train_network(data, late, tmp_path / "alone", resume=False)
        for name, value in alone.state_dict().items():
            assert torch.equal(after.state_dict()[name], value), name
        with pytest.raises(ValueError, match="past the 2 steps"):
            (tmp_path / "both" / "closing-3-0.pt").unlink()
            train_network(data, early, tmp_path / "both", resume=True)

    def test_networks_are_averaged_by_their_shares(self):
        one, other = make_toy_network(1), make_toy_network(2)
        wanted = 0.25 * one.span.weight.detach() + 0.75 * other.span.weight.detach()
        assert torch.allclose(average_networks([one, other], [0.25, 0.75]).span.weight, wanted)


@pytest.fixture(scope="module")
def shipped() -> SpanReader:
    return SpanReader.load(WEIGHTS)


class TestShippedWeights:
    @pytest.mark.parametrize(
        ("question", "answer"),
        [
            ("Who bought the ruin?", "Ada Brook"),
            ("How many pupils learn there?", "240"),
            ("Where was the wheel moved?", "the museum in Dunmore"),
        ],
    )
    def test_the_answer_is_found_in_its_sentence(self, shipped, question, answer):
        window = MILL[MILL.index("After a fire") :]
        (reading,) = shipped.read(question, [window])
        _, start, end = reading.best_span()
        at = window.index(answer)
        assert start < at + len(answer) and end > at
        assert end - start < 40

    def test_a_window_that_answers_ranks_above_one_that_does_not(self, shipped):
        answering, other = shipped.read(
            "When did the owners close the mill?",
            [
                "After a fire in 1911 the owners closed the mill.",
                "The wheel was moved to the museum in Dunmore.",
            ],
        )
        assert answering.answerable > other.answerable
        assert answering.best_span()[0] - answering.null > other.best_span()[0] - other.null

    def test_both_precisions_mark_words_of_the_same_answer(self, shipped):
        exact = SpanReader.load(WEIGHTS, Precision.FLOAT32)
        for question in MILL_QUESTIONS[:3]:
            ours, theirs = (r.read(question.question, [MILL])[0].best_span()[1:] for r in (shipped, exact))
            assert max(ours[0], theirs[0]) < min(ours[1], theirs[1])

    def test_scoring_counts_right_sentences(self, shipped):
        scores = score_reader(shipped, MILL_QUESTIONS)
        # the ferry's text alone has a question that it does not answer, and one beside it that it does
        assert (scores.answerable, scores.near_misses, scores.beside) == (4, 1, 1)
        assert scores.sentence == 1.0
