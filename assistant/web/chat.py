"""The chat page of one article, as a Gradio app: the conversation beside the article."""

from __future__ import annotations

import itertools
import logging

import gradio as gr

from assistant.assistant import QuestionError
from assistant.suggest import list_starters
from assistant.web.admission import BusyError
from assistant.web.library import NotReadyError, Shelved
from assistant.web.markup import escape, render_article, render_suggestions, render_turn
from assistant.web.metrics import Refusal
from assistant.web.service import Reply, Service
from corpus import Article

log = logging.getLogger(__name__)

LONGEST_TALK = 40  # turns shown; older ones fall away
HEAD = (
    '<link rel="stylesheet" href="../static/page.css"><script defer src="../static/connection.js"></script>'
    '<script defer src="../static/page.js"></script>'
    '<meta name="color-scheme" content="light dark">'
)
_REASONS = {
    QuestionError: Refusal.BAD_QUESTION,
    NotReadyError: Refusal.NOT_READY,
    BusyError: Refusal.BUSY,
}
Talk = list[Reply]


def build_chat(service: Service, shelved: Shelved) -> gr.Blocks:
    """The page; asking is its one event, everything else happens in the browser."""
    drawings = itertools.count()

    def find_article() -> Article:
        """The article as it is now: an editor may have published a correction since the page was built."""
        return service.library.shelves[shelved.slug].article

    def greet() -> str:
        return (
            '<div class="greeting"><p>Ask this article anything. It answers in its own words, with the place they '
            "stand, or says that it does not answer.</p>"
            f"{render_suggestions(list_starters(find_article()), 'For example')}</div>"
        )

    def render_talk(talk: Talk, problem: str = "") -> str:
        turns = "".join(
            render_turn(
                reply.article,
                shelved.slug,
                reply.answer,
                reply.id,
                reply.language,
                at == len(talk) - 1,
                linked=reply.article.revision == find_article().revision,
            )
            for at, reply in enumerate(talk)
        )
        if problem:
            turns += f'<p class="problem" role="alert">{escape(problem)}</p>'
        # Never the same twice: Gradio draws nothing anew that has not changed, and the page shows a question waiting.
        drawn = (
            f'role="log" aria-label="Questions and answers" aria-busy="false" data-drawn="{next(drawings)}"'
        )
        return f'<div id="log" {drawn}>{turns or greet()}</div>'

    async def ask(question: str, talk: Talk, as_typed: bool = False) -> tuple[str, Talk, str]:
        """The box, the talk and its drawing; a question that failed stays in the box.

        That it is being looked for, the page's script says at once (static/page.js): an event that tells it in
        two steps costs the server three passes through Gradio instead of one.
        """
        try:
            asked = [reply.answer.question for reply in talk]
            session = talk[0].session if talk else ""
            reply = await service.answer(shelved.slug, question, asked, as_typed, session, expected=True)
        except (QuestionError, NotReadyError, BusyError) as error:
            service.metrics.refuse(_REASONS[type(error)])
            return question, talk, render_talk(talk, problem=str(error))
        except Exception:
            log.exception("a question could not be answered")
            return question, talk, render_talk(talk, problem="Something went wrong here. Please ask again.")
        talk = [*talk, reply][-LONGEST_TALK:]
        return "", talk, render_talk(talk)

    async def begin_anew() -> tuple[str, Talk, str]:
        service.admission.forget()  # it asks nothing
        return "", [], render_talk([])

    async def ask_as_typed(question: str, talk: Talk) -> tuple[str, Talk, str]:
        return await ask(question, talk, as_typed=True)

    with gr.Blocks(
        title=f"{find_article().title} – ask the article",
        analytics_enabled=False,
        delete_cache=(3600, 3600),
        fill_width=True,
    ) as page:
        talk = gr.State([])
        with gr.Column(elem_id="shell"):
            gr.HTML(
                '<header class="masthead"><a href="/">Ask the article</a><button type="button" class="quiet" '
                'id="open-article">Read the article</button></header>',
                elem_id="masthead",
                apply_default_css=False,
            )
            with gr.Column(elem_id="talk"):
                log_html = gr.HTML(render_talk([]), elem_id="conversation", apply_default_css=False)
                with gr.Row(elem_id="asking"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask the article…",
                        lines=1,
                        max_lines=4,
                        elem_id="question",
                        container=False,
                        scale=1,
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),  # type: ignore[call-arg]
                    )
                    send = gr.Button("Ask", elem_id="send", variant="primary", scale=0)
                with gr.Row(elem_id="after"):
                    fresh = gr.Button("New conversation", elem_id="fresh", scale=0)
                    typed = gr.Button("Ask as typed", elem_id="ask-typed", visible="hidden", scale=0)
            reading = gr.HTML(
                render_reading(find_article()),
                elem_id="reading",
                apply_default_css=False,
            )
        limits = {
            "concurrency_limit": None,  # the service admits questions, the interface's with these
            "concurrency_id": "ask",
            "show_progress": "hidden",
            "api_visibility": "private",
        }
        outputs = [box, talk, log_html]
        gr.on([box.submit, send.click], ask, [box, talk], outputs, **limits)
        typed.click(ask_as_typed, [box, talk], outputs, **limits)
        fresh.click(begin_anew, None, outputs, show_progress="hidden", api_visibility="private")
    page.queue(max_size=64, api_open=False)
    page.state_session_capacity = 200

    def redraw(article: Article) -> None:
        """Show another revision to whoever opens the page from now on."""
        reading.value = render_reading(article)
        page.config = page.get_config_file()

    service.redraws[shelved.slug] = redraw
    return page


def render_reading(article: Article) -> str:
    """The article's pane."""
    return (
        '<button type="button" id="back-to-answer" class="back-button">‹ Back to the answer</button>'
        f'<section id="article" aria-label="The article" tabindex="0">{render_article(article)}</section>'
    )
