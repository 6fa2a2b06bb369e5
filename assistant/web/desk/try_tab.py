"""Try: ask anything and see every score, with settings that hold for this try only."""

from __future__ import annotations

import dataclasses

import gradio as gr

from assistant.assistant import Assistant, Examined, QuestionError
from assistant.decide import WITHOUT_READER, with_threshold
from assistant.editorial import Decision
from assistant.quality.run import list_scores
from assistant.quote import Margins
from assistant.web.desk.controls import Controls, guard
from assistant.web.desk.views import (
    render_notice,
    render_quote,
    render_table,
    tell_number,
    tell_outcome_plainly,
)
from assistant.web.desk.work import Desk
from assistant.web.markup import escape
from corpus import Article

NAMES = {
    "dense": "meaning: cosine of the best passage",
    "coverage": "words: share of the rare ones found",
    "kind": "the quote holds the kind of answer asked for",
    "answerable": "reader: the text answers",
}


def add_try(desk: Desk, controls: Controls) -> None:
    """The tab's components and what happens in them."""
    margins = Margins()
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=2, min_width=300):
            question = gr.Textbox(label="Question", lines=1, max_lines=3, elem_id="try-question")
            history = gr.Textbox(
                label="Earlier questions, one a line (optional)", lines=2, elem_id="try-history"
            )
            go = gr.Button("Try", variant="primary", elem_id="try-go")
            gr.HTML("<h2>For this try only</h2>", apply_default_css=False)
            line = gr.Slider(
                0.0, 1.0, 0.4, step=0.01, label="answer from this confidence on", elem_id="try-line"
            )
            reading = gr.Checkbox(True, label="use the reader model", elem_id="try-reader")
            typed = gr.Checkbox(False, label="take the question as typed", elem_id="try-typed")
            decided = gr.Checkbox(True, label="with the editors’ decisions", elem_id="try-decided")
            beside = gr.Slider(
                0.0, 40.0, margins.neighbour, step=0.5, label="quote neighbours within this score"
            )
            another = gr.Slider(0.0, 8.0, margins.another, step=0.5, label="second quote within this score")
        with gr.Column(scale=3, min_width=320):
            shown = gr.HTML(elem_id="tried", apply_default_css=False)

    @guard
    def refresh(slug: str) -> object:
        return gr.update(value=desk.find_editorial(slug).rule.answered_from)

    @guard
    def ask(
        slug: str,
        question: str,
        history: str,
        answered_from: float,
        reading: bool,
        typed: bool,
        decided: bool,
        beside: float,
        another: float,
    ) -> str:
        assistant = desk.find_assistant(slug)
        rule = with_threshold(assistant.rule if reading else WITHOUT_READER, answered_from)
        try:
            examined = assistant.examine(
                question,
                [line for line in history.splitlines() if line.strip()],
                as_typed=typed,
                rule=rule,
                margins=Margins(beside, another),
                read=reading,
            )
        except QuestionError as error:
            return render_notice(str(error), "bad")
        settled = desk.find_editorial(slug).settle(examined) if decided else None
        if settled is None:
            return render_examined(assistant, examined)
        answer, decision = settled
        return render_settled(dataclasses.replace(examined, answer=answer), decision, assistant, examined)

    controls.on_show(refresh, [line])
    inputs = [controls.article, question, history, line, reading, typed, decided, beside, another]
    gr.on([go.click, question.submit], ask, inputs, shown, **controls.quietly)


def render_settled(shown: Examined, decision: Decision, assistant: Assistant, examined: Examined) -> str:
    """What an editor decided, then what the assistant would have done."""
    quotes = "".join(render_quote(quote.text, " › ".join(quote.section)) for quote in shown.answer.quotes)
    return (
        f'<p class="verdict">{tell_outcome_plainly(shown.answer.outcome)}, by an editor’s decision</p>'
        f"<p class='hint'>{escape(decision.kept.editor)} decided on “{escape(decision.golden.question)}”.</p>{quotes}"
        f"<h2>Without it</h2>{render_examined(assistant, examined)}"
    )


def render_examined(assistant: Assistant, examined: Examined) -> str:
    """The outcome, why it was chosen, and every passage with its scores."""
    answer, rule = examined.answer, examined.rule
    article = assistant.article
    quotes = "".join(render_quote(quote.text, " › ".join(quote.section)) for quote in answer.quotes)
    read_as = f"<p class='hint'>Read as: {escape(examined.meant)}</p>" if answer.read_as else ""
    sure = "reaches" if answer.outcome == "answered" else "is below"
    why = f"Confidence {answer.confidence:.2f} {sure} the line of {rule.answered_from:.2f}."
    if answer.outcome != "answered":
        near = "on" if examined.topic >= rule.on_topic else "off"
        why += f" The topic score {examined.topic:.2f} is {near} topic (from {rule.on_topic:.2f})."
    return (
        f'<p class="verdict" id="tried-outcome">{tell_outcome_plainly(answer.outcome)}</p>{read_as}'
        f"<p>{why}</p>{quotes}{render_evidence(examined)}<h3>Passages found</h3>{render_hits(article, examined)}"
        f"<p class='soft'>{answer.took_ms:.0f} ms</p>"
    )


def render_evidence(examined: Examined) -> str:
    """What the confidence is made of: value times weight."""
    if examined.evidence is None:
        return ""
    values, weights = dataclasses.asdict(examined.evidence), dataclasses.asdict(examined.rule.weights)
    rows = [
        (escape(NAMES[name]), tell_number(value), f"{weights[name]:+.2f}", f"{value * weights[name]:+.2f}")
        for name, value in values.items()
    ]
    rows.append(("start", "", "", f"{examined.rule.intercept:+.2f}"))
    total = examined.rule.intercept + sum(value * weights[name] for name, value in values.items())
    rows.append((f"sum, a confidence of {examined.answer.confidence:.2f}", "", "", f"<b>{total:+.2f}</b>"))
    return "<h3>What speaks for it</h3>" + render_table(("", "value", "weight", "adds"), rows, "Evidence")


def render_hits(article: Article, examined: Examined) -> str:
    """The passages, best first."""
    rows = []
    for hit in examined.hits:
        passage = article.passages[hit.passage]
        scores = list_scores(hit)
        rows.append(
            (
                f"<div class='soft'>{escape(' › '.join(article.section_path(passage.section)))}</div>"
                f"{escape(passage.span.cut(article.text))}",
                *map(
                    tell_number,
                    (
                        scores.score,
                        scores.dense,
                        scores.lexical,
                        scores.coverage,
                        scores.span,
                        scores.answerable,
                    ),
                ),
            )
        )
    header = ("passage", "score", "dense", "lexical", "words", "reader", "answerable")
    return render_table(header, rows, "Passages found with their scores")
