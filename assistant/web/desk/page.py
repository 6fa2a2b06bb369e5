"""The desk's page: five tabs for one article at a time."""

from __future__ import annotations

import gradio as gr

from assistant.web.desk.article_tab import add_article
from assistant.web.desk.controls import Controls, guard
from assistant.web.desk.inbox_tab import add_inbox
from assistant.web.desk.log_tab import add_log
from assistant.web.desk.quality_tab import add_quality
from assistant.web.desk.try_tab import add_try
from assistant.web.desk.views import render_notice
from assistant.web.desk.work import Desk

HEAD = (
    '<link rel="stylesheet" href="../static/page.css"><link rel="stylesheet" href="../static/desk.css">'
    '<script defer src="../static/connection.js"></script><script defer src="../static/desk.js"></script>'
    '<meta name="color-scheme" content="light dark">'
    '<meta name="robots" content="noindex">'
)
TABS = (
    ("Inbox", add_inbox), ("Quality", add_quality), ("Try", add_try), ("Article", add_article), ("Log", add_log),
)  # fmt: skip


def build_desk(desk: Desk) -> gr.Blocks:
    """The page; every tab reads its content anew when it is opened."""
    shelves = desk.service.library.shelves
    with gr.Blocks(
        title="Editor’s desk", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True
    ) as page:
        with gr.Column(elem_id="desk"):
            gr.HTML(
                '<header class="masthead"><a href="/editor/">Editor’s desk</a><form method="post" '
                'action="/editor/logout"><button class="quiet">Log out</button></form></header>',
                apply_default_css=False,
            )
            warning = gr.HTML(elem_id="warning", apply_default_css=False)
            article = gr.Dropdown(
                [(shelved.article.title, slug) for slug, shelved in shelves.items()],
                value=next(iter(shelves)),
                label="Article",
                elem_id="which-article",
                visible=len(shelves) > 1 or "hidden",
            )
            controls = Controls(article)
            first = None
            tabs = []
            with gr.Tabs(elem_id="tabs"):
                for label, add in TABS:
                    with gr.Tab(label, id=label.lower()) as tab:
                        before = len(controls.shows)
                        add(desk, controls)
                    tabs.append(tab)
                    for refresh, outputs in controls.shows[before:]:
                        tab.select(refresh, article, outputs, **controls.quietly)
                        article.input(refresh, article, outputs, **controls.quietly)
                        first = first or (refresh, outputs)

        @guard
        def warn() -> str:
            return render_notice(desk.warning, "bad")

        gr.on([page.load, *(tab.select for tab in tabs)], warn, None, warning, **controls.quietly)
        if first is not None:
            page.load(first[0], article, first[1], **controls.quietly)
    page.queue(max_size=64, api_open=False)
    page.state_session_capacity = 50
    return page
