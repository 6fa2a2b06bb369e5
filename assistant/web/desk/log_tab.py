"""Log: everything readers asked, searched, filtered, exported, deleted."""

from __future__ import annotations

from urllib.parse import urlencode

import gradio as gr

from assistant.messages import messages_for
from assistant.records import Entry, Show, list_log
from assistant.web.desk.controls import Controls, add_button, guard
from assistant.web.desk.views import (
    count_things,
    render_button,
    render_empty,
    render_notice,
    render_table,
    tell_day,
    tell_number,
    tell_outcome_plainly,
    tell_vote,
)
from assistant.web.desk.work import Desk
from assistant.web.markup import escape

PAGE = 50  # entries
DAYS = {"any time": 0, "last 24 hours": 1, "last 7 days": 7, "last 30 days": 30}


def add_log(desk: Desk, controls: Controls) -> None:
    """The tab's components and what happens in them."""
    with gr.Row(elem_classes="filters"):
        words = gr.Textbox(label="Search questions and notes", elem_id="log-words")
        show = gr.Dropdown(
            [each.value for each in Show], value=Show.ALL.value, label="Show", elem_id="log-show"
        )
        days = gr.Dropdown(list(DAYS), value="any time", label="Asked", elem_id="log-days")
    listed = gr.HTML(elem_id="log-list", apply_default_css=False)
    turned = add_button("log-page")
    deleted = add_button("log-delete")
    purged = add_button("log-purge")

    def render(slug: str, words: str, show: str, days: str, first: int = 0, told: str = "") -> str:
        wanted, back = Show(show), DAYS[days]
        total, entries = list_log(desk.records, slug, words, wanted, back, first, PAGE)
        return render_log(slug, words, wanted, back, total, first, entries, told)

    @guard
    def search(slug: str, words: str, show: str, days: str) -> str:
        return render(slug, words, show, days)

    @guard
    def turn(slug: str, words: str, show: str, days: str, first: str) -> str:
        return render(slug, words, show, days, int(first) if first.isdigit() else 0)

    @guard
    def delete(slug: str, words: str, show: str, days: str, answer_id: str) -> str:
        gone = desk.records.delete_answers([answer_id])
        return render(slug, words, show, days, told=f"{count_things(gone, 'answer')} deleted.")

    @guard
    def purge(slug: str, words: str, show: str, days: str, _: str) -> str:
        kept = desk.service.settings.retention_days
        gone = desk.records.purge(kept)
        return render(
            slug, words, show, days, told=f"{count_things(gone, 'answer')} older than {kept} days deleted."
        )

    wanted = [controls.article, words, show, days]
    controls.on_show(lambda slug: render(slug, "", Show.ALL.value, "any time"), [listed])
    words.change(search, wanted, listed, trigger_mode="always_last", **controls.quietly)
    show.input(search, wanted, listed, **controls.quietly)
    days.input(search, wanted, listed, **controls.quietly)
    turned.go.click(turn, [*wanted, turned.box], listed, **controls.quietly)
    deleted.go.click(delete, [*wanted, deleted.box], listed, **controls.quietly)
    purged.go.click(purge, [*wanted, purged.box], listed, **controls.quietly)


def render_log(
    slug: str,
    words: str,
    show: Show,
    days: int,
    total: int,
    first: int,
    entries: tuple[Entry, ...],
    told: str,
) -> str:
    """A page of the log with the ways on from it."""
    query = escape(urlencode({"words": words, "show": show.value, "days": days}))
    place = f"/editor/export/log/{escape(slug)}"
    links = (
        f'<p class="links">Save what is found: <a href="{place}.csv?{query}" download>Spreadsheet (CSV)</a>'
        f'<a href="{place}.jsonl?{query}" download>JSON Lines</a>'
        f"{render_button('Delete what is too old', 'log-purge', 'now', ask='Delete what is past its time?')}</p>"
    )
    if not entries:
        return f"{render_notice(told)}{render_empty('Nothing is found.')}"
    last = first + len(entries)
    turn = ""
    if first > 0:
        turn += render_button("‹ Newer", "log-page", str(max(0, first - PAGE)))
    if last < total:
        turn += render_button("Older ›", "log-page", str(last))
    rows = map(render_entry, entries)
    header = ("asked", "question", "outcome", "vote", "")
    return (
        f'{render_notice(told)}{links}<p class="turn">{first + 1:,}–{last:,} of {total:,} {turn}</p>'
        f"{render_table(header, rows, 'What readers asked')}"
    )


def render_entry(entry: Entry) -> tuple[str, ...]:
    reasons = messages_for("en").reasons
    why = ", ".join(reasons.get(reason, reason) for reason in entry.reasons)
    note = f'<p class="note">“{escape(entry.note)}”</p>' if entry.note else ""
    read_as = f'<p class="soft">read as: {escape(entry.read_as)}</p>' if entry.read_as else ""
    quote = f'<p class="soft">“{escape(str(entry.quotes[0]["text"])[:160])}”</p>' if entry.quotes else ""
    settled = '<span class="badge soft">by an editor</span>' if entry.decision else ""
    return (
        f'<a href="/answers/{escape(entry.id)}" target="_blank" rel="noopener">{tell_day(entry.created)}</a>',
        f'<p class="question">{escape(entry.question)}</p>{read_as}{quote}{note}',
        f"{tell_outcome_plainly(entry.outcome)} {tell_number(entry.confidence)} {settled}",
        f'{tell_vote(entry.vote)} <span class="soft">{escape(why)}</span>',
        render_button("Delete", "log-delete", entry.id, ask="Delete this question and its answer?"),
    )
