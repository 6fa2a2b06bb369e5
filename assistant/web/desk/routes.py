"""The desk's plain routes: logging in and out, files out, files in. Only the first two are open."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse

from assistant.log_files import write_log_csv, write_log_jsonl
from assistant.quality import GoldenError
from assistant.quality.golden import golden_as_dict
from assistant.quality.golden_files import read_golden, write_csv, write_jsonl
from assistant.quality.report import write_csv as write_run_csv
from assistant.quality.report import write_html, write_json, write_junit
from assistant.quality.squad import write_squad
from assistant.quality.trec import write_qrels, write_run
from assistant.records import RecordError, Show, walk_log
from assistant.records.decisions import keep_golden, list_golden
from assistant.web.corrections import read_correction
from assistant.web.desk.work import Desk, DeskError, Draft
from assistant.web.entrance import (
    COOKIE,
    KNOWN_COOKIE,
    KNOWN_FOR,
    SECURE_COOKIE,
    SECURE_KNOWN_COOKIE,
    Entrance,
)
from assistant.web.hosts import is_secure
from assistant.web.library import NotReadyError
from assistant.web.limits import name_client
from assistant.web.markup import escape
from assistant.web.plain import render_missing, render_page
from corpus import ArticleError

log = logging.getLogger(__name__)

_TYPES = {
    "html": "text/html", "csv": "text/csv", "xml": "application/xml", "json": "application/json",
    "jsonl": "application/x-ndjson", "trec": "text/plain", "qrels": "text/plain",
}  # fmt: skip


def make_desk_router(desk: Desk, entrance: Entrance) -> APIRouter:
    """The routes under /editor beside the Gradio page."""
    router = APIRouter(prefix="/editor")
    trusted_proxies = desk.service.settings.trusted_proxies

    @router.get("/login")
    def show_login(request: Request) -> Response:
        if entrance.find_editor(request.cookies, is_secure(request.scope, trusted_proxies)) is not None:
            return RedirectResponse("/editor/", 303)
        return HTMLResponse(render_login())

    @router.post("/login")
    def log_in(
        request: Request,
        password: Annotated[str, Form(max_length=1000)] = "",
        editor: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        secure = is_secure(request.scope, trusted_proxies)
        known = SECURE_KNOWN_COOKIE if secure else KNOWN_COOKIE
        tried = entrance.log_in(
            password, editor, name_client(request, trusted_proxies), request.cookies.get(known, "")
        )
        if tried.wait:
            told = f"Too many wrong passwords. Try again in {tried.wait} seconds."
            return HTMLResponse(render_login(told, editor), 429, {"Retry-After": str(tried.wait)})
        if tried.token is None:
            return HTMLResponse(render_login("That is not the password.", editor), 401)
        reply = RedirectResponse("/editor/", 303)
        flags: dict[str, Any] = {
            "path": "/" if secure else "/editor", "httponly": True, "samesite": "strict", "secure": secure,
        }  # fmt: skip
        reply.set_cookie(SECURE_COOKIE if secure else COOKIE, tried.token, **flags)
        reply.set_cookie(known, tried.known, max_age=KNOWN_FOR, **flags)
        return reply

    @router.post("/logout")
    def log_out(request: Request) -> Response:
        entrance.log_out(request.cookies)
        reply = RedirectResponse("/editor/login", 303)
        # Not "cookies": that would be those of the newspaper's other hosts, too.
        reply.headers["Clear-Site-Data"] = '"cache", "storage"'
        reply.delete_cookie(COOKIE, path="/editor", httponly=True, samesite="strict")
        reply.delete_cookie(SECURE_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return reply

    @router.get("/export/run/{slug}/{name}")
    def export_run(slug: str, name: str) -> Response:
        run_id, _, form = name.rpartition(".")
        write = {
            "html": write_html, "csv": write_run_csv, "xml": write_junit, "json": write_json, "trec": write_run,
        }.get(form)  # fmt: skip
        run = desk.find_run(slug, run_id) if write else None
        if write is None or run is None:
            return HTMLResponse(render_missing(), 404)
        return send_file([write(run)], f"{slug}-{run.created[:10]}.{form}", form)

    @router.get("/export/golden/{name}")
    def export_golden(name: str) -> Response:
        slug, _, form = name.rpartition(".")
        shelved = desk.service.library.shelves.get(slug)
        if shelved is None or form not in ("csv", "jsonl", "json", "qrels"):
            return HTMLResponse(render_missing(), 404)
        try:
            golden = desk.list_golden(slug)
            if form == "csv":
                text = write_csv(golden)
            elif form == "jsonl":
                text = write_jsonl(golden)
            elif form == "json":
                text = write_squad(golden, shelved.article)
            else:
                text = write_qrels(golden, shelved.article)
        except (GoldenError, DeskError) as error:
            return HTMLResponse(
                render_page("Not possible", f"<h1>Not possible</h1><p>{escape(str(error))}</p>"), 409
            )
        return send_file([text], f"{slug}-golden.{form}", form)

    @router.get("/export/log/{name}")
    def export_log(
        name: str,
        words: Annotated[str, Query(max_length=500)] = "",
        show: Show = Show.ALL,
        days: Annotated[int, Query(ge=0, le=36500)] = 0,
    ) -> Response:
        slug, _, form = name.rpartition(".")
        write = {"csv": write_log_csv, "jsonl": write_log_jsonl}.get(form)
        if write is None or slug not in desk.service.library.shelves:
            return HTMLResponse(render_missing(), 404)
        return send_file(write(walk_log(desk.records, slug, words, show, days)), f"{slug}-log.{form}", form)

    @router.post("/import/{slug}")
    async def import_golden(slug: str, request: Request) -> Response:
        data = await request.body()
        editor = entrance.find_editor(request.cookies)
        if slug not in desk.service.library.shelves or editor is None:
            return refuse("There is no such article.", 404)
        try:
            golden = await asyncio.to_thread(read_golden, data, read_name(request))
            before = len(list_golden(desk.records, slug))
            entries = [golden_as_dict(each) for each in golden]
            await asyncio.to_thread(keep_golden, desk.records, slug, entries, editor, False)
            added = len(list_golden(desk.records, slug)) - before
        except GoldenError as error:
            return refuse("Nothing was imported.", 422, error.problems)
        except RecordError as error:
            return refuse(str(error), 503)
        return JSONResponse({"message": f"{added} added, {len(golden) - added} were there already."})

    @router.post("/draft/{slug}")
    async def upload_draft(slug: str, request: Request) -> Response:
        data = await request.body()
        editor = entrance.find_editor(request.cookies)
        if slug not in desk.service.library.shelves or editor is None:
            return refuse("There is no such article.", 404)
        name = read_name(request)

        def open_draft() -> None:
            file, article = read_correction(desk.service.settings.data_dir, slug, name, data)
            assistant = desk.service.library.open_draft(slug, article)
            desk.drafts[slug] = Draft(assistant, file, name, editor)

        try:
            await asyncio.to_thread(open_draft)
        except (ArticleError, NotReadyError) as error:
            return refuse(str(error), 422)
        except OSError as error:
            log.error("a corrected article could not be kept: %s", error)
            return refuse("The file could not be kept. Is the disk full?", 503)
        return JSONResponse({"message": "Looking at what would change…"})

    return router


def read_name(request: Request) -> str:
    """The uploaded file's name as the browser gave it, percent-encoded; only for its ending and for showing."""
    return re.sub(r"[\\/\x00-\x1f]", "", unquote(request.headers.get("x-file-name", "")))[:200]


def refuse(message: str, status: int, problems: Iterable[str] = ()) -> JSONResponse:
    return JSONResponse({"message": message, "problems": list(problems)[:50]}, status)


def send_file(texts: Iterable[str], name: str, form: str) -> StreamingResponse:
    """A download; `name` is made of an article's page name and a date, so it needs no quoting."""
    return StreamingResponse(
        (text.encode("utf-8") for text in texts),
        media_type=f"{_TYPES[form]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def render_login(told: str = "", editor: str = "") -> str:
    """The log-in page; it needs no script."""
    problem = f'<p class="changed" role="alert">{escape(told)}</p>' if told else ""
    return render_page(
        "Editor’s desk: log in",
        f'<h1>Editor’s desk</h1>{problem}<form method="post" action="/editor/login" class="login">'
        f'<label>Your name<input name="editor" autocomplete="name" maxlength="60" value="{escape(editor)}"></label>'
        '<p class="hint">Kept with what you decide, so that colleagues know whom to ask.</p>'
        '<label>Password<input name="password" type="password" autocomplete="current-password" required '
        'maxlength="1000"></label><button type="submit" class="send">Log in</button></form>',
        head='<link rel="stylesheet" href="/static/desk.css"><meta name="robots" content="noindex">',
    )
