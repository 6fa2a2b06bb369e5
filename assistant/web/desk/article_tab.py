"""Article: the text as the assistant reads it, what is quoted, and a corrected version before it goes live."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import gradio as gr

from assistant.editorial import locate_quotes
from assistant.quality.changes import ChangedAnswer, Changes, preview_changes
from assistant.quality.compare import Comparison
from assistant.quality.report import describe_comparison
from assistant.records import RecordError, count_quoted, list_log
from assistant.records.decisions import list_revisions
from assistant.web.corrections import publish_correction
from assistant.web.desk.controls import Controls, add_button, find_editor, guard
from assistant.web.desk.quality_tab import EVERY, render_progress
from assistant.web.desk.views import (
    count_things,
    render_empty,
    render_notice,
    tell_day,
    tell_outcome_plainly,
)
from assistant.web.desk.work import Desk, DeskError, Draft
from assistant.web.library import NotReadyError
from assistant.web.markup import escape
from corpus import Article, Passage, list_remarks

STORED = 200  # newest stored answers that are asked again
SHOWN = 60  # changes listed


def add_article(desk: Desk, controls: Controls) -> None:
    """The tab's components and what happens in them."""
    upload = gr.HTML(elem_id="upload", apply_default_css=False)
    preview = gr.HTML(elem_id="preview", apply_default_css=False)
    with gr.Row(visible=False, elem_classes="buttons", elem_id="draft-buttons") as deciding:
        publish = gr.Button("Publish this version", variant="primary", elem_id="publish")
        discard = gr.Button("Discard it", elem_id="discard")
    outlined = gr.HTML(elem_id="outlined", apply_default_css=False)
    uploaded = add_button("draft-uploaded")

    @guard
    def refresh(slug: str) -> tuple[object, ...]:
        return show(slug)

    def show(slug: str, told: str = "") -> tuple[object, ...]:
        draft = desk.drafts.get(slug)
        waiting = (
            render_notice(
                f"A corrected version by {draft.editor} waits: {draft.name}. Look at it again below."
            )
            if draft
            else ""
        )
        article = desk.service.library.shelves[slug].article
        counts = count_quoted(desk.records, slug, article.revision)
        return (
            render_upload(desk, slug),
            told or waiting,
            gr.update(visible=draft is not None),
            render_remarks(article) + render_outline(article, counts),
        )

    def look(slug: str) -> Iterator[tuple[str, object]]:
        """Shows what the draft would change; asks every golden question twice, so it takes a while."""
        draft = desk.drafts.get(slug)
        if draft is None:
            yield render_notice("There is no corrected version to look at.", "bad"), gr.update(visible=False)
            return
        try:
            assistant, editorial = desk.find_assistant(slug), desk.find_editorial(slug)
            golden = desk.list_golden(slug)
            _, stored = list_log(desk.records, slug, count=STORED)
        except (DeskError, NotReadyError, RecordError) as error:
            yield render_notice(str(error), "bad"), gr.skip()
            return
        stored = tuple(entry for entry in stored if entry.revision == assistant.article.revision)
        total = 2 * len(golden) + len({(entry.question, entry.history) for entry in stored})
        done = [0]
        found: list[Changes] = []
        problems: list[BaseException] = []

        def work() -> None:
            try:
                found.append(
                    preview_changes(
                        assistant, draft.assistant, editorial.rule, golden, stored,
                        lambda number: done.__setitem__(0, number),
                    )
                )  # fmt: skip
            except BaseException as error:
                problems.append(error)

        thread = threading.Thread(target=work, name="preview", daemon=True)
        thread.start()
        while thread.is_alive():
            yield render_progress(done[0], max(1, total)), gr.update(visible=True)
            time.sleep(EVERY)
        if problems:
            raise problems[0]
        lost = [
            decision.golden.question
            for decision in editorial.decisions
            if decision.spans and locate_quotes(draft.assistant.article, decision.golden.quotes) is None
        ]
        yield render_changes(draft, assistant.article, found[0], lost), gr.update(visible=True)

    @guard
    def go_live(slug: str, request: gr.Request) -> tuple[object, ...]:
        editor = find_editor(desk, request)
        draft = desk.drafts.pop(slug, None)
        if draft is None:
            raise DeskError("There is no corrected version to publish any more.")
        service = desk.service
        try:
            publish_correction(
                service.library, desk.find_editorial(slug), service.settings.data_dir, draft.file,
                draft.assistant, editor,
            )  # fmt: skip
        except (OSError, RecordError) as error:
            raise DeskError(f"The corrected version could not be kept, so it is not live: {error}") from error
        service.redraws[slug](draft.assistant.article)
        return show(slug, render_notice("Published. Readers are answered from the corrected version."))

    @guard
    def forget(slug: str) -> tuple[object, ...]:
        draft = desk.drafts.pop(slug, None)
        if draft is not None:
            draft.file.unlink(missing_ok=True)
        return show(slug, render_notice("Discarded. Nothing has changed for readers."))

    whole = [upload, preview, deciding, outlined]
    controls.on_show(refresh, whole)
    uploaded.go.click(look, controls.article, [preview, deciding], **controls.quietly)
    publish.click(go_live, controls.article, whole, **controls.quietly)
    discard.click(forget, controls.article, whole, **controls.quietly)


def render_upload(desk: Desk, slug: str) -> str:
    """The way in for a corrected version, and the earlier ones."""
    shelved = desk.service.library.shelves[slug]
    earlier = "".join(
        f"<li>{tell_day(each.created)} UTC · {escape(each.editor)} · revision {escape(each.revision[:12])}</li>"
        for each in list_revisions(desk.records, slug)[:8]
    )
    corrected = (
        "" if shelved.article.revision == shelved.original else " (a published correction of the file)"
    )
    published = f"<ol class='history'>{earlier}</ol>" if earlier else ""
    return (
        f'<p class="hint">Live: <b>{escape(shelved.article.title)}</b>, revision '
        f'<span id="live-revision">{escape(shelved.article.revision[:12])}</span>{corrected}.</p>{published}'
        '<p><label class="file">Look at a corrected version (.txt, .md or .html) before it goes live '
        f'<input type="file" accept=".txt,.md,.html,.htm" data-upload="/editor/draft/{escape(slug)}" '
        'data-then="draft-uploaded"></label></p><div class="uploaded" role="status"></div>'
    )


def render_changes(draft: Draft, live: Article, changes: Changes, lost: list[str]) -> str:
    """What would change, before it does."""
    new = draft.assistant.article
    removed, added = compare_sentences(live, new)
    if not removed and not added:
        differs = "<p>The text is the same as the live one.</p>"
    else:
        differs = (
            f"<p>{count_things(len(removed), 'sentence')} gone or changed, {len(added)} new.</p>"
            f"<ul class='diff'>{''.join(f'<li class=gone>{escape(text)}</li>' for text in removed[:SHOWN])}"
            f"{''.join(f'<li class=new>{escape(text)}</li>' for text in added[:SHOWN])}</ul>"
        )
    gone = ""
    if lost:
        items = "".join(f"<li>{escape(question)}</li>" for question in lost[:SHOWN])
        gone = (
            f"<h3>{count_things(len(lost), 'decision')} would no longer hold</h3><p>Their sentences are not in this "
            f"version word for word.</p><ul>{items}</ul>"
        )
    return (
        f'<section class="draft"><h2>{escape(draft.name)}: {escape(new.title)}</h2>{render_remarks(new)}{differs}{gone}'
        f"<h3>Golden questions</h3>{render_golden_changes(changes.golden)}"
        f"<h3>{count_things(len(changes.answers), 'stored answer')} would change</h3>"
        f"<p class='hint'>Of the last {count_things(changes.asked, 'question')} answered from the live version.</p>"
        f"<ul class='wordings'>{''.join(map(render_changed_answer, changes.answers[:SHOWN]))}</ul></section>"
    )


def render_golden_changes(comparison: Comparison) -> str:
    pairs = "".join(
        f"<li>{escape(after.question)} <span class='soft'>{before.verdict.value} → {after.verdict.value}</span></li>"
        for before, after in (*comparison.worse, *comparison.better)
    )
    return f"<p>{escape(describe_comparison(comparison))}</p><ul id='golden-changes'>{pairs}</ul>"


def render_changed_answer(change: ChangedAnswer) -> str:
    def tell(outcome: str, quote: str) -> str:
        return (
            f"{tell_outcome_plainly(outcome)}: “{escape(quote)}”" if quote else tell_outcome_plainly(outcome)
        )

    times = f" <span class='soft'>{count_things(change.times, 'time')}</span>" if change.times > 1 else ""
    return (
        f"<li><p class='question'>{escape(change.question)}{times}</p><p class='gone'>"
        f"{tell(change.outcome, change.quote)}</p><p class='new'>{tell(change.new_outcome, change.new_quote)}</p></li>"
    )


def compare_sentences(old: Article, new: Article) -> tuple[list[str], list[str]]:
    """The sentences of the old article that the new one does not have, and the other way round."""

    def cut(article: Article) -> list[str]:
        return [span.cut(article.text) for passage in article.passages for span in passage.sentences]

    before, after = cut(old), cut(new)
    return [text for text in before if text not in set(after)], [
        text for text in after if text not in set(before)
    ]


def render_remarks(article: Article) -> str:
    """What an editor should look at in the text itself; nothing for most articles."""
    remarks = "".join(f"<li>{escape(remark)}</li>" for remark in list_remarks(article))
    return f"<section class='remarks'><h3>Please look at</h3><ul>{remarks}</ul></section>" if remarks else ""


def render_outline(article: Article, counts: dict[tuple[int, int], int]) -> str:
    """Sections and passages outlined, each passage with its number and how often it was quoted."""
    if not article.passages:
        return render_empty("There is no passage.")
    parts = []
    section = -1
    for number, passage in enumerate(article.passages, 1):
        if passage.section != section:
            section = passage.section
            path = " › ".join(article.section_path(section))
            parts.append(f"<h3>{escape(path)}</h3>")
        quoted = sum(
            times
            for (start, end), times in counts.items()
            if start < passage.span.end and passage.span.start < end
        )
        parts.append(render_passage(article, passage, number, quoted))
    return f"<h2>As the assistant reads it</h2><div class='outline'>{''.join(parts)}</div>"


def render_passage(article: Article, passage: Passage, number: int, quoted: int) -> str:
    lead = f"<p class='soft'>{escape(passage.lead_in.cut(article.text))}</p>" if passage.lead_in else ""
    asked = f"<p><b>{escape(passage.question.cut(article.text))}</b></p>" if passage.question else ""
    sentences = " ".join(
        f"<span class='sentence'>{escape(span.cut(article.text))}</span>" for span in passage.sentences
    )
    times = f"<span class='badge good'>quoted {count_things(quoted, 'time')}</span>" if quoted else ""
    kind = passage.kind.value.replace("_", " ")
    facts = f"<p class='soft'>{number} · {kind} {times}</p>"
    return f"<section class='passage'>{facts}{lead}{asked}<p>{sentences}</p></section>"
