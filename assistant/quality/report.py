"""A run as a file: standalone HTML, CSV for a spreadsheet, JUnit XML for continuous integration, JSON."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from xml.etree import ElementTree

from assistant.quality.compare import Comparison
from assistant.quality.curve import draw_curve, trace_curve
from assistant.quality.run import Result, Run, run_as_dict
from assistant.quality.spreadsheet import join_cell, write_table
from corpus import normalise_text

_COLUMNS = (
    "verdict", "question", "history", "answerable", "expected_quote", "outcome", "confidence", "quotes",
    "sections", "settled_by_editor", "read_as", "dense", "lexical", "reader_span", "reader_answerable",
    "milliseconds", "note", "problem",
)  # fmt: skip
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1c1a17; background: #fdfcf9; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font: 700 1.9rem/1.2 Georgia, serif; } h2 { font: 700 1.2rem/1.3 Georgia, serif; margin-top: 2rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; } dl div { min-width: 7rem; }
dt { color: #5b564e; font-size: .9rem; } dd { margin: 0; font: 700 1.7rem/1.2 Georgia, serif; }
details { border-top: 1px solid #ddd7cb; padding: .6rem 0; } summary { cursor: pointer; }
blockquote { margin: .4rem 0; padding-left: .9rem; border-left: 3px solid #7a1f2b; white-space: pre-line; }
table { border-collapse: collapse; font-size: .9rem; } th, td { text-align: right; padding: .15rem .7rem .15rem 0; }
.wrong summary { color: #7a1f2b; font-weight: 600; } .soft { color: #5b564e; } svg { max-width: 35rem; }
"""


def write_json(run: Run) -> str:
    """The run as JSON, to be compared with later."""
    return json.dumps(run_as_dict(run), ensure_ascii=False, indent=1)


def write_csv(run: Run) -> str:
    """A line for every question, safe to open in a spreadsheet."""
    return write_table(_COLUMNS, map(_list_cells, run.results))


def _list_cells(result: Result) -> list[str]:
    best = result.hits[0] if result.hits else None
    scores = (best.dense, best.lexical, best.span, best.answerable) if best else (None,) * 4
    return [
        result.verdict.value,
        result.question,
        join_cell(result.history),
        "yes" if result.answerable else "no",
        join_cell(result.expected),
        result.outcome.value,
        f"{result.confidence:.4f}",
        join_cell([quote.text for quote in result.quotes]),
        join_cell([quote.section for quote in result.quotes]),
        "yes" if result.settled else "no",
        result.read_as or "",
        *("" if score is None else f"{score:.4f}" for score in scores),
        f"{result.took_ms:.1f}",
        result.note,
        result.problem,
    ]


def write_junit(run: Run, comparison: Comparison | None = None) -> str:
    """JUnit XML: a test case for every question, which fails when it ended wrongly.

    With a comparison, only the questions that got worse are failures; others that are wrong are skipped, so
    that a build breaks for what a change broke.
    """
    worse = {id(now) for _, now in comparison.worse} if comparison else None
    wrong = [result for result in run.results if not result.verdict.right]
    failed = [result for result in wrong if worse is None or id(result) in worse]
    suite = ElementTree.Element(
        "testsuite",
        name=_print_safe(run.article),
        tests=str(len(run.results)),
        failures=str(len(failed)),
        errors="0",
        skipped=str(len(wrong) - len(failed)),
        timestamp=run.created[:19],
        time=f"{sum(result.took_ms for result in run.results) / 1000:.3f}",
    )
    for result in run.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_print_safe(run.article),
            name=_print_safe(" / ".join((*result.history, result.question))),
            time=f"{result.took_ms / 1000:.3f}",
        )
        if result.verdict.right:
            continue
        counted = worse is None or id(result) in worse
        told = ElementTree.SubElement(
            case, "failure" if counted else "skipped", message=_print_safe(result.verdict.value)
        )
        if counted:
            told.text = _print_safe(_explain(result))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _explain(result: Result) -> str:
    expected = " or ".join(f"“{quote}”" for quote in result.expected) or "that the article does not say"
    shown = " / ".join(f"“{quote.text}”" for quote in result.quotes) or "nothing"
    return f"expected {expected}; {result.outcome.value} with {shown}; confidence {result.confidence:.2f}"


def _print_safe(text: str) -> str:
    """Without the characters XML 1.0 cannot hold."""
    cleaned = normalise_text(text)
    return "".join(" " if character in "\ufffe\uffff" else character for character in cleaned)


def write_html(run: Run, comparison: Comparison | None = None) -> str:
    """One page that needs nothing else: counts, curve, comparison, and every question with its scores."""
    counts = "".join(
        f"<div><dt>{verdict.value}</dt><dd>{number}</dd></div>" for verdict, number in run.count().items()
    )
    compared = ""
    if comparison is not None:
        compared = (
            f"<h2>Against the earlier run: {comparison.change.value}</h2><p>{describe_comparison(comparison)}</p>"
            f"{_list_changed('Better', comparison.better)}{_list_changed('Worse', comparison.worse)}"
        )
    order = sorted(run.results, key=lambda result: result.verdict.right)
    stopped = " Stopped before the end." if run.stopped else ""
    curve = draw_curve(trace_curve(run), run.answered_from) if run.results else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Golden questions – {html.escape(run.article)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Golden questions: {html.escape(run.article)}</h1>"
        f'<p class="soft">{html.escape(run.created[:16].replace("T", " "))} UTC · revision '
        f"{html.escape(run.revision[:12])} · answered from confidence {run.answered_from:.2f} · "
        f"{len(run.results)} questions.{stopped}</p><dl>{counts}</dl>{compared}"
        f"<h2>Wrong answers against wrong refusals</h2>{curve}"
        f"<h2>Every question</h2>{''.join(map(_render_result, order))}</body></html>"
    )


def describe_comparison(comparison: Comparison) -> str:
    """The comparison in a sentence or two."""
    text = (
        f"{len(comparison.better)} better, {len(comparison.worse)} worse, {comparison.same} unchanged; "
        f"p = {comparison.p:.3f} (exact McNemar test): {comparison.change.value}."
    )
    apart = [
        f"{number} only in the {which} run"
        for number, which in ((comparison.only_now, "new"), (comparison.only_before, "earlier"))
        if number
    ]
    return f"{text} Not compared: {', '.join(apart)}." if apart else text


def _list_changed(title: str, pairs: Sequence[tuple[Result, Result]]) -> str:
    if not pairs:
        return ""
    items = "".join(
        f"<li>{html.escape(now.question)} <span class='soft'>({before.verdict.value} → {now.verdict.value})"
        "</span></li>"
        for before, now in pairs
    )
    return f"<h3>{title}</h3><ul>{items}</ul>"


def _render_result(result: Result) -> str:
    look = "right" if result.verdict.right else "wrong"
    expected = "".join(f"<blockquote>{html.escape(quote)}</blockquote>" for quote in result.expected)
    shown = "".join(
        f"<blockquote>{html.escape(quote.text)}<br><span class='soft'>{html.escape(quote.section)}</span></blockquote>"
        for quote in result.quotes
    )
    rows = "".join(
        f"<tr><td>{hit.passage + 1}</td><td>{hit.score:.2f}</td><td>{hit.dense:.2f}</td><td>{hit.lexical:.2f}</td>"
        f"<td>{hit.coverage:.2f}</td><td>{_number(hit.span)}</td><td>{_number(hit.answerable)}</td></tr>"
        for hit in result.hits
    )
    mark = "✓" if look == "right" else "✗"
    settled = ", settled by an editor" if result.settled else ""
    problem = f"<p>{html.escape(result.problem)}</p>" if result.problem else ""
    return (
        f'<details class="{look}"><summary>{mark} {html.escape(result.question)} '
        f'<span class="soft">— {result.verdict.value}{settled}, confidence {result.confidence:.2f}</span></summary>'
        f"{problem}<p>Expected:</p>{expected or '<p>The article does not say.</p>'}"
        f"<p>Shown:</p>{shown or '<p>No quote.</p>'}"
        f"<table><tr><th>passage</th><th>score</th><th>dense</th><th>lexical</th><th>words</th><th>reader</th>"
        f"<th>answerable</th></tr>{rows}</table></details>"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
