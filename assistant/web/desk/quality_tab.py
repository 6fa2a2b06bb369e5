"""Quality: the golden questions run, looked into, compared, and the threshold chosen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import gradio as gr

from assistant.quality import Run, Verdict, compare_runs
from assistant.quality.curve import draw_curve, place_threshold, trace_curve
from assistant.quality.report import describe_comparison
from assistant.quality.run import Result
from assistant.records import RecordError
from assistant.records.decisions import KeptThreshold, delete_golden, list_golden, list_runs
from assistant.web.desk.controls import Controls, add_button, find_editor, guard
from assistant.web.desk.views import (
    count_things,
    render_button,
    render_empty,
    render_notice,
    render_quote,
    render_table,
    tell_day,
    tell_number,
    tell_outcome_plainly,
)
from assistant.web.desk.work import Desk, DeskError
from assistant.web.library import NotReadyError
from assistant.web.markup import escape

SHOWN = 100  # results on the page; filters find the others
EVERY = 0.25  # seconds between two looks at the progress
WRONG = "every wrong one"
ALL = "all"
SHOW = {WRONG: (Verdict.ANSWERED_WRONGLY, Verdict.REFUSED_WRONGLY), ALL: tuple(Verdict)} | {
    verdict.value: (verdict,) for verdict in Verdict
}


def add_quality(desk: Desk, controls: Controls) -> None:
    """The tab's components and what happens in them."""
    shown_run = gr.State("")
    overview = gr.HTML(apply_default_css=False)
    with gr.Row(elem_classes="buttons"):
        start = gr.Button("Run the golden questions", variant="primary", elem_id="run-golden")
        stop = gr.Button("Stop", elem_id="stop-run")
        decided = gr.Checkbox(
            True, label="with the editors’ decisions, as readers get it", elem_id="with-decisions"
        )
    progress = gr.HTML(elem_id="progress", apply_default_css=False)
    counts = gr.HTML(elem_id="counts", apply_default_css=False)
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=3, min_width=320):
            gr.HTML("<h2>Every question</h2>", apply_default_css=False)
            with gr.Row(elem_classes="filters"):
                show = gr.Dropdown(list(SHOW), value=WRONG, label="Show", elem_id="show-results")
                words = gr.Textbox(label="with the words", elem_id="result-words")
            results = gr.HTML(elem_id="results", apply_default_css=False)
        with gr.Column(scale=2, min_width=320):
            gr.HTML("<h2>Where to draw the line</h2>", apply_default_css=False)
            curve = gr.HTML(elem_id="curve", apply_default_css=False)
            line = gr.Slider(
                0.0, 1.0, 0.4, step=0.01, label="answer from this confidence on", elem_id="threshold"
            )
            with gr.Row(elem_classes="buttons"):
                live = gr.Button("Make this live", variant="primary", elem_id="make-live")
                own = gr.Button("Back to the built-in line", elem_id="own-line")
            line_said = gr.HTML(elem_id="line-said", apply_default_css=False)
            gr.HTML("<h2>Against an earlier run</h2>", apply_default_css=False)
            earlier = gr.Dropdown([], label="earlier run", elem_id="earlier-run")
            compared = gr.HTML(elem_id="compared", apply_default_css=False)
    with gr.Accordion("The golden questions", open=False, elem_id="golden"):
        golden_list = gr.HTML(elem_id="golden-list", apply_default_css=False)
    imported = add_button("golden-imported")
    deleted = add_button("golden-delete")

    def find_run(slug: str, run_id: str) -> Run | None:
        return desk.find_run(slug, run_id) if run_id else None

    def draw_line(slug: str, run: Run | None, answered_from: float) -> str:
        if run is None or not run.results:
            return render_empty("Run the golden questions to see what each line would do.")
        point = place_threshold(run.results, answered_from)
        return (
            f"{draw_curve(trace_curve(run), answered_from)}<p class='hint'>From {answered_from:.2f} on: "
            f"{count_things(point.answered_rightly, 'right answer')}, "
            f"{count_things(point.answered_wrongly, 'wrong answer')}, "
            f"{count_things(point.refused_wrongly, 'wrong refusal')}, "
            f"{count_things(point.refused_rightly, 'right refusal')} of the assistant’s own.</p>"
        )

    @guard
    def refresh(slug: str) -> tuple[object, ...]:
        runs = list_runs(desk.records, slug)
        return *show_run(slug, runs[0][0] if runs else ""), render_line(desk, slug)

    def show_run(slug: str, run_id: str, run: Run | None = None) -> tuple[object, ...]:
        run = run or find_run(slug, run_id)
        editorial = desk.find_editorial(slug)
        runs = [each for each in list_runs(desk.records, slug) if each[0] != run_id]
        choices = [(f"{tell_day(created)} · {editor}", name) for name, created, editor in runs]
        golden = desk.list_golden(slug)
        live_line = editorial.rule.answered_from
        return (
            run_id,
            f'<p class="hint">{count_things(len(golden), "golden question")} for this article.</p>',
            render_counts(slug, run, run_id),
            gr.update(value=WRONG if run and not all(r.verdict.right for r in run.results) else ALL),
            render_results(
                run, WRONG if run and not all(r.verdict.right for r in run.results) else ALL, "", desk
            ),
            draw_line(slug, run, live_line),
            gr.update(value=live_line),
            gr.update(choices=choices, value=None),
            "",
            render_golden(desk, slug),
        )

    def run_them(slug: str, with_decisions: bool, request: gr.Request) -> Iterator[tuple[object, ...]]:
        """Shows how far the run is, then what came of it."""
        outcome: list[tuple[str, Run]] = []
        problems: list[BaseException] = []
        unchanged = (gr.skip(),) * 10
        try:
            editor = find_editor(desk, request)
            golden = desk.list_golden(slug)
            if not golden:
                raise DeskError(
                    "There are no golden questions yet: import some below, or decide in the Inbox."
                )
        except (DeskError, NotReadyError, RecordError) as error:
            yield render_notice(str(error), "bad"), *unchanged
            return

        def work() -> None:
            try:
                outcome.append(desk.run(slug, editor, with_decisions, golden))
            except BaseException as error:
                problems.append(error)

        desk.done = 0
        thread = threading.Thread(target=work, name="golden run", daemon=True)
        thread.start()
        while thread.is_alive():
            yield render_progress(desk.done, len(golden)), *unchanged
            time.sleep(EVERY)
        if problems:
            if not isinstance(problems[0], DeskError | NotReadyError | RecordError):
                raise problems[0]
            yield render_notice(str(problems[0]), "bad"), *unchanged
            return
        run_id, run = outcome[0]
        if run.stopped:
            told = render_notice(
                f"Stopped after {len(run.results)} of {len(golden)}; this run is not kept.", "bad"
            )
        else:
            seconds = sum(result.took_ms for result in run.results) / 1000
            told = render_notice(
                f"{count_things(len(run.results), 'question')} asked; {seconds:.1f} seconds of answering."
                + ("" if run_id else " The run could not be kept.")
            )
        yield told, *show_run(slug, run_id, run)

    @guard
    def filter_results(slug: str, run_id: str, show: str, words: str) -> str:
        return render_results(find_run(slug, run_id), show, words, desk)

    @guard
    def move_line(slug: str, run_id: str, answered_from: float) -> str:
        return draw_line(slug, find_run(slug, run_id), answered_from)

    @guard
    def make_live(slug: str, answered_from: float, request: gr.Request) -> str:
        desk.find_editorial(slug).set_threshold(round(answered_from, 4), find_editor(desk, request))
        return render_line(desk, slug, f"Live: readers get an answer from confidence {answered_from:.2f} on.")

    @guard
    def go_back(slug: str, run_id: str, request: gr.Request) -> tuple[object, str, str]:
        editorial = desk.find_editorial(slug)
        editorial.set_threshold(None, find_editor(desk, request))
        line = editorial.rule.answered_from
        told = render_line(desk, slug, f"Live: the built-in line, {line:.2f}.")
        return gr.update(value=line), draw_line(slug, find_run(slug, run_id), line), told

    @guard
    def compare(slug: str, run_id: str, earlier_id: str | None) -> str:
        now, before = find_run(slug, run_id), find_run(slug, earlier_id or "")
        if now is None or before is None:
            return ""
        return render_comparison(before, now)

    @guard
    def delete(slug: str, golden_id: str) -> str:
        delete_golden(desk.records, golden_id)
        desk.find_editorial(slug).reload(desk.find_assistant(slug))
        return render_golden(desk, slug)

    @guard
    def list_again(slug: str) -> tuple[str, str]:
        golden = count_things(len(desk.list_golden(slug)), "golden question")
        return f'<p class="hint">{golden} for this article.</p>', render_golden(desk, slug)

    whole = [shown_run, overview, counts, show, results, curve, line, earlier, compared, golden_list]
    controls.on_show(refresh, [*whole, line_said])
    start.click(run_them, [controls.article, decided], [progress, *whole], **controls.quietly)
    stop.click(desk.stop.set, None, None, **(controls.quietly | {"concurrency_limit": None}))
    picked = [controls.article, shown_run, show, words]
    show.input(filter_results, picked, results, **controls.quietly)
    words.change(filter_results, picked, results, trigger_mode="always_last", **controls.quietly)
    line.input(
        move_line, [controls.article, shown_run, line], curve, trigger_mode="always_last", **controls.quietly
    )
    live.click(make_live, [controls.article, line], line_said, **controls.quietly)
    own.click(go_back, [controls.article, shown_run], [line, curve, line_said], **controls.quietly)
    earlier.input(compare, [controls.article, shown_run, earlier], compared, **controls.quietly)
    deleted.go.click(delete, [controls.article, deleted.box], golden_list, **controls.quietly)
    imported.go.click(list_again, controls.article, [overview, golden_list], **controls.quietly)


def render_progress(done: int, total: int) -> str:
    return (
        f'<div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="{total}" '
        f'aria-valuenow="{done}" aria-label="Golden questions asked"><span style="width:{100 * done / total:.1f}%">'
        f"</span></div><p class='hint'>{done} of {total}</p>"
    )


def render_counts(slug: str, run: Run | None, run_id: str) -> str:
    """The four counts, when it was, and the exports."""
    if run is None:
        return ""
    cards = "".join(
        f'<div class="{"right" if verdict.right else "wrong"}"><dt>{verdict.value}</dt><dd>{number}</dd></div>'
        for verdict, number in run.count().items()
    )
    place = f"/editor/export/run/{escape(slug)}/{escape(run_id)}"
    links = "".join(
        f'<a href="{place}.{ending}" download>{label}</a>'
        for ending, label in (
            ("html", "Report"), ("csv", "Spreadsheet (CSV)"), ("xml", "JUnit XML"), ("json", "JSON"),
            ("trec", "TREC run"),
        )
    )  # fmt: skip
    exports = f'<p class="links">Save this run: {links}</p>' if run_id else ""
    return (
        f'<dl class="cards">{cards}</dl><p class="hint">{tell_day(run.created)} UTC, answered from confidence '
        f"{run.answered_from:.2f}, revision {escape(run.revision[:12])}</p>{exports}"
    )


def render_results(run: Run | None, show: str, words: str, desk: Desk) -> str:
    if run is None:
        return render_empty("Not run yet.")
    chosen = desk.pick_result(run, [verdict.value for verdict in SHOW.get(show, tuple(Verdict))], words)
    if not chosen.results:
        return render_empty("None of these.")
    items = "".join(map(render_result, chosen.results[:SHOWN]))
    more = len(chosen.results) - SHOWN
    rest = f'<p class="hint">{more} more; narrow them down above.</p>' if more > 0 else ""
    return f'<p class="hint">{len(chosen.results)} of {len(run.results)}</p><div class="results">{items}</div>{rest}'


def render_result(result: Result) -> str:
    """A question that opens to its quotes and every score."""
    look, mark = ("right", "✓") if result.verdict.right else ("wrong", "✗")
    expected = "".join(map(render_quote, result.expected)) or "<p>The article does not say.</p>"
    shown = "".join(render_quote(quote.text, quote.section) for quote in result.quotes) or "<p>No quote.</p>"
    scores = render_table(
        ("passage", "score", "dense", "lexical", "words found", "reader", "answerable"),
        (
            (
                str(hit.passage + 1),
                *map(
                    tell_number, (hit.score, hit.dense, hit.lexical, hit.coverage, hit.span, hit.answerable)
                ),
            )
            for hit in result.hits
        ),
        "Scores of the passages found",
    )
    one_of = " (one of)" if len(result.expected) > 1 else ""
    history = f"<p class='soft'>after: {escape(' / '.join(result.history))}</p>" if result.history else ""
    read_as = f"<p class='soft'>read as: {escape(result.read_as)}</p>" if result.read_as else ""
    settled = '<span class="badge soft">by an editor</span>' if result.settled else ""
    problem = render_notice(result.problem, "bad")
    evidence = ", ".join(f"{escape(name)} {value:.2f}" for name, value in result.evidence.items())
    return (
        f'<details class="{look}"><summary><span class="mark">{mark}</span> {escape(result.question)} '
        f'<span class="soft">{result.verdict.value}, {result.confidence:.2f}</span>{settled}</summary>{problem}'
        f"{history}{read_as}<h4>Expected{one_of}</h4>{expected}<h4>Shown ({tell_outcome_plainly(result.outcome)})</h4>"
        f"{shown}<h4>Scores</h4>{scores}<p class='soft'>Evidence: {evidence}; topic {result.topic:.2f}; "
        f"{result.took_ms:.0f} ms</p></details>"
    )


def render_line(desk: Desk, slug: str, told: str = "") -> str:
    """Which line is live, and who drew the earlier ones when."""
    editorial = desk.find_editorial(slug)
    own = desk.own_threshold(slug)

    def tell(kept: KeptThreshold) -> str:
        line = f"{own:.2f} (built in)" if kept.answered_from is None else f"{kept.answered_from:.2f}"
        return f"<li>{line} · {tell_day(kept.created)} UTC · {escape(kept.editor)}</li>"

    history = "".join(map(tell, editorial.thresholds[:8]))
    by = f"<ol class='history'>{history}</ol>" if history else ""
    return (
        f"{render_notice(told)}<p class='hint'>Live now: <b id='live-line'>{editorial.rule.answered_from:.2f}</b>"
        f" (built in: {own:.2f})</p>{by}"
    )


def render_comparison(before: Run, now: Run) -> str:
    found = compare_runs(before, now)

    def tell(pairs: tuple[tuple[Result, Result], ...]) -> str:
        return "".join(
            f"<li>{escape(new.question)} <span class='soft'>{old.verdict.value} → {new.verdict.value}</span></li>"
            for old, new in pairs[:SHOWN]
        )

    parts = [f'<p class="verdict {found.change.name.lower()}">{found.change.value}</p>']
    parts.append(f"<p class='hint'>{escape(describe_comparison(found))}</p>")
    if found.better:
        parts.append(f"<h4>Better</h4><ul>{tell(found.better)}</ul>")
    if found.worse:
        parts.append(f"<h4>Worse</h4><ul>{tell(found.worse)}</ul>")
    return "".join(parts)


def render_golden(desk: Desk, slug: str) -> str:
    """Import, exports, and the desk's own golden questions."""
    place = f"/editor/export/golden/{escape(slug)}"
    links = "".join(
        f'<a href="{place}.{ending}" download>{label}</a>'
        for ending, label in (
            ("csv", "Spreadsheet (CSV)"), ("jsonl", "JSON Lines"), ("json", "SQuAD"), ("qrels", "TREC qrels"),
        )
    )  # fmt: skip
    rows = [
        (
            escape(kept.entry["question"]),
            "quote expected" if kept.entry["answerable"] else "does not say",
            "used for readers" if kept.live else "test only",
            f"{tell_day(kept.created)} {escape(kept.editor)}",
            render_button("Delete", "golden-delete", kept.id, ask="Delete this golden question?"),
        )
        for kept in reversed(list_golden(desk.records, slug))
    ]
    table = (
        render_table(("question", "expects", "use", "added", ""), rows[:200], "Golden questions of the desk")
        if rows
        else render_empty("None were added at the desk; those beside the article’s file are run too.")
    )
    return (
        f'<p class="links">Save them all: {links}</p><p><label class="file">Import a CSV, JSON Lines or SQuAD file '
        f'<input type="file" accept=".csv,.tsv,.jsonl,.json" data-upload="/editor/import/{escape(slug)}" '
        f'data-then="golden-imported"></label></p><div class="uploaded" role="status"></div>{table}'
    )
