"""The Inbox: questions that need an editor, and the two decisions on them."""

from __future__ import annotations

import gradio as gr

from assistant.editorial import Decision, PickError, pick_quotes
from assistant.inbox import Group
from assistant.messages import messages_for
from assistant.quality import GoldenError
from assistant.records import RecordError
from assistant.records.decisions import delete_golden
from assistant.web.desk.controls import Controls, add_button, find_editor, guard
from assistant.web.desk.views import (
    count_things,
    render_button,
    render_empty,
    render_notice,
    render_quote,
    tell_day,
    tell_number,
    tell_outcome_plainly,
    tell_vote,
)
from assistant.web.desk.work import Desk
from assistant.web.markup import escape, render_article

SHOWN = 60  # groups
WORDINGS = 8  # of a group
_SCROLL = "() => { document.querySelector('#inbox-detail').scrollIntoView({block: 'start'}); }"


def add_inbox(desk: Desk, controls: Controls) -> None:
    """The tab's components and what happens in them."""
    asked = gr.State("")  # the opened question as readers asked it, whatever the editor makes of its wording
    with gr.Row(elem_classes="columns"):
        with gr.Column(scale=2, min_width=320):
            listed = gr.HTML(elem_id="inbox-list", apply_default_css=False)
        with gr.Column(scale=3, min_width=320):
            detail = gr.HTML(
                render_empty("Open a question to see what readers were told, and decide on it."),
                elem_id="inbox-detail",
                apply_default_css=False,
            )
            with gr.Column(visible=False, elem_id="deciding") as deciding:
                pane = gr.HTML(elem_id="pick-article", apply_default_css=False)
                picked = gr.Textbox(visible="hidden", elem_id="picked")
                question = gr.Textbox(
                    label="The question, as it is kept", lines=1, max_lines=3, elem_id="decided-question"
                )
                others = gr.CheckboxGroup(
                    [], label="Tick the wordings that ask the same", visible=False, elem_id="other-wordings"
                )
                note = gr.Textbox(label="Note for colleagues (optional)", lines=1, elem_id="decided-note")
                with gr.Row(elem_classes="buttons"):
                    here = gr.Button("It is here", variant="primary", elem_id="it-is-here")
                    absent = gr.Button("The article does not say", elem_id="does-not-say")
            said = gr.HTML(elem_id="inbox-said", apply_default_css=False)
    with gr.Accordion("What editors decided", open=False, elem_id="decisions"):
        decided = gr.HTML(apply_default_css=False)
    opened = add_button("inbox-open")
    undone = add_button("decision-undo")

    @guard
    def refresh(slug: str) -> tuple[str, str]:
        return render_inbox(desk.gather_inbox(slug)), render_decisions(desk.find_editorial(slug).decisions)

    @guard
    def open_group(slug: str, entry: str) -> tuple[object, ...]:
        group = next(
            (group for group in desk.gather_inbox(slug) if any(each.id == entry for each in group.entries)),
            None,
        )
        if group is None:
            gone = render_empty("This question is settled meanwhile.")
            return gone, gr.update(visible=False), "", gr.update(choices=[], value=[]), "", "", "", "", ""
        article = desk.service.library.shelves[slug].article
        shown = (
            "<p class='hint'>Does the article say it? Click the sentences that answer, then <b>It is here</b>. "
            f"Otherwise: <b>The article does not say</b>.</p><div id='article'>{render_article(article)}</div>"
        )
        wordings = desk.list_other_wordings(group)
        ticks = gr.update(choices=list(wordings), value=[], visible=bool(wordings))
        return (
            render_group(group),
            gr.update(visible=True),
            group.question,
            ticks,
            "",
            shown,
            "",
            "",
            group.question,
        )

    @guard
    def say_it_is_here(
        slug: str, question: str, asked: str, others: list[str], note: str, picked: str, request: gr.Request
    ) -> tuple[object, ...]:
        return decide(slug, question, [asked, *others], note, picked, False, request)

    @guard
    def say_it_is_absent(
        slug: str, question: str, asked: str, others: list[str], note: str, picked: str, request: gr.Request
    ) -> tuple[object, ...]:
        return decide(slug, question, [asked, *others], note, picked, True, request)

    def decide(
        slug: str,
        question: str,
        others: list[str],
        note: str,
        picked: str,
        absent: bool,
        request: gr.Request,
    ) -> tuple[object, ...]:
        editorial = desk.find_editorial(slug)
        keep = (gr.skip(),) * 4
        try:
            quotes = () if absent else pick_quotes(desk.find_assistant(slug).article, read_picked(picked))
            decision = editorial.decide(question, quotes, find_editor(desk, request), note, others)
        except (PickError, GoldenError, RecordError) as error:
            return *keep, render_notice(str(error), "bad")
        told = (
            "Saved. Whoever asks this from now on is answered with these sentences."
            if quotes
            else "Saved. Whoever asks this from now on is told that the article does not say."
        )
        quoted = "".join(render_quote(quote, decision.golden.section) for quote in quotes)
        return (
            *refresh(slug),
            render_empty("Open the next question."),
            gr.update(visible=False),
            render_notice(told) + quoted,
        )

    @guard
    def undo(slug: str, golden_id: str) -> tuple[object, ...]:
        delete_golden(desk.records, golden_id)
        desk.find_editorial(slug).reload(desk.find_assistant(slug))
        return *refresh(slug), render_notice("Taken back. The assistant decides by itself again.")

    controls.on_show(refresh, [listed, decided])
    opened.go.click(
        open_group,
        [controls.article, opened.box],
        [detail, deciding, question, others, note, pane, said, picked, asked],
        **controls.quietly,
    ).then(None, js=_SCROLL)
    outcome = [listed, decided, detail, deciding, said]
    inputs = [controls.article, question, asked, others, note, picked]
    here.click(say_it_is_here, inputs, outcome, **controls.quietly)
    absent.click(say_it_is_absent, inputs, outcome, **controls.quietly)
    undone.go.click(undo, [controls.article, undone.box], [listed, decided, said], **controls.quietly)


def read_picked(text: str) -> list[tuple[int, int]]:
    """ "10-20 35-60" -> [(10, 20), (35, 60)]; raises PickError."""
    try:
        return [(int(low), int(high)) for low, high in (part.split("-") for part in text.split())]
    except ValueError as error:
        raise PickError("The picked sentences could not be read; pick them again.") from error


def render_inbox(groups: tuple[Group, ...]) -> str:
    """The list of groups, each a button."""
    if not groups:
        return render_empty("Nothing waits. Questions that are not answered, or voted down, will be here.")
    items = "".join(f"<li>{render_summary(group)}</li>" for group in groups[:SHOWN])
    more = f'<p class="hint">{len(groups) - SHOWN} more, less pressing.</p>' if len(groups) > SHOWN else ""
    waiting = count_things(len(groups), "question waits", "questions wait")
    return f'<h2>{escape(waiting)}</h2><ul class="groups">{items}</ul>{more}'


def render_summary(group: Group) -> str:
    badges = [
        (group.voted_down, "bad", "voted down"),
        (group.unanswered, "warn", "not answered"),
        (group.unsure, "soft", "unsure"),
    ]
    shown = "".join(
        f'<span class="badge {look}">{number} {label}</span>' for number, look, label in badges if number
    )
    settled = '<span class="badge bad">after a decision</span>' if group.settled else ""
    times = count_things(len(group.entries), "asking", "askings")
    return (
        f'<button type="button" class="group" data-to="inbox-open" data-value="{escape(group.entries[0].id)}">'
        f'<span class="question">{escape(group.question)}</span>'
        f'<span class="facts">{times}{shown}{settled}{draw_trend(group)}</span></button>'
    )


def draw_trend(group: Group) -> str:
    """Bars of the last two weeks, and in words how this week compares with the last."""
    most = max(1, *group.trend)
    bars = "".join(
        f'<rect x="{at * 5}" y="{16 - max(1, round(15 * number / most))}" width="4" '
        f'height="{max(1, round(15 * number / most))}"/>'
        for at, number in enumerate(group.trend)
    )
    words = f"{group.recent} this week, {group.before} the week before"
    arrow = "↑" if group.recent > group.before else "↓" if group.recent < group.before else "→"
    return (
        f'<span class="trend" title="{words}"><svg viewBox="0 0 70 16" width="70" height="16" role="img" '
        f'aria-label="{words}" fill="currentColor">{bars}</svg>{arrow}</span>'
    )


def render_group(group: Group) -> str:
    """What readers asked and were told."""
    reasons = messages_for("en").reasons
    seen: set[str] = set()
    items = []
    for entry in group.entries:
        if entry.question in seen and not entry.note and not entry.reasons:
            continue
        seen.add(entry.question)
        if len(items) == WORDINGS:
            break
        why = ", ".join(reasons.get(reason, reason) for reason in entry.reasons)
        vote = f" · {tell_vote(entry.vote)}" if entry.vote else ""
        told = f" · {escape(why)}" if why else ""
        note = f'<p class="note">“{escape(entry.note)}”</p>' if entry.note else ""
        quote = "".join(render_quote(str(each["text"])) for each in entry.quotes[:1])
        after = f'<p class="soft">after: {escape(entry.history[-1])}</p>' if entry.history else ""
        items.append(
            f'<li><p class="question">{escape(entry.question)}</p>{after}<p class="soft">{tell_day(entry.created)} · '
            f"{tell_outcome_plainly(entry.outcome)}, confidence {tell_number(entry.confidence)}{vote}{told} · "
            f'<a href="/answers/{escape(entry.id)}" target="_blank" rel="noopener">as the reader saw it</a></p>'
            f"{note}{quote}</li>"
        )
    return f'<h2>{escape(group.question)}</h2><ul class="wordings">{"".join(items)}</ul>'


def render_decisions(decisions: tuple[Decision, ...]) -> str:
    """Every decision in force, and those that cannot be used any more."""
    if not decisions:
        return render_empty("No decision yet.")
    items = []
    for decision in decisions:
        golden = decision.golden
        stale = (
            '<p class="notice bad">The article no longer has these sentences word for word, so readers are not '
            "answered with them. Decide again when the question comes up, or take it back.</p>"
            if decision.stale
            else ""
        )
        quotes = "".join(render_quote(quote, golden.section) for quote in golden.quotes)
        note = f'<p class="note">{escape(golden.note)}</p>' if golden.note else ""
        by = f"{tell_day(decision.kept.created)} UTC · {decision.kept.editor}"
        items.append(
            f'<li><p class="question">{escape(golden.question)}</p><p class="soft">{escape(by)}</p>{stale}'
            f"{quotes or '<p>The article does not say.</p>'}{note}"
            f"{render_button('Take back', 'decision-undo', decision.kept.id)}</li>"
        )
    return f'<ul class="wordings">{"".join(items)}</ul>'
