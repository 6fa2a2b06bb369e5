"""The application: every page and route under one roof, with what keeps strangers out."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from assistant.records import RecordError
from assistant.settings import Settings
from assistant.web.api import fail, make_router
from assistant.web.bodies import Bodies
from assistant.web.chat import HEAD, build_chat
from assistant.web.desk import HEAD as DESK_HEAD
from assistant.web.desk import Desk, build_desk, make_desk_router
from assistant.web.entrance import Entrance
from assistant.web.hosts import Hosts
from assistant.web.joins import Event, list_events
from assistant.web.key_file import read_key
from assistant.web.library import Library
from assistant.web.limits import Limits, may_read_metrics
from assistant.web.origins import CrossOrigin, Origins
from assistant.web.plain import render_answer, render_front, render_missing
from assistant.web.policies import Policies
from assistant.web.service import Service
from assistant.web.surface import Surface
from assistant.web.watch import Watch
from assistant.web.widget import make_widget_router
from index import ModelProcess

log = logging.getLogger(__name__)

sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type]  # Gradio looks for it on disk at each event
STATIC = Path(__file__).parent / "static"
NAP = 0.01  # seconds; Gradio looks for questions every millisecond, for each page, which with many is all it does


class _Application(FastAPI):
    """What keeps strangers out stands around everything, the handler of failures included."""

    surround: Callable[[ASGIApp], ASGIApp]

    def build_middleware_stack(self) -> ASGIApp:
        return self.surround(super().build_middleware_stack())


def create_app(settings: Settings, models: ModelProcess | None = None) -> FastAPI:
    """The whole application; models load in the background once it is served, unless `models` has begun with it.

    Raises corpus.ArticleError when there is no article to serve.
    """
    library = Library(settings, models)
    service = Service(settings, library)

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        library.start()
        yield
        service.close()
        library.close()

    app = _Application(lifespan=live, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.service = service
    events: dict[str, dict[int, Event]] = {}
    app.add_middleware(Bodies, events=events)
    app.add_middleware(
        CORSMiddleware, allow_origins=[]
    )  # lets nobody in; without it Gradio lets in everybody
    app.include_router(make_router(service))
    app.include_router(make_widget_router(library, settings.data_dir))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/", response_class=HTMLResponse)
    def front() -> str:
        return render_front(library)

    @app.get("/answers/{answer_id}", response_class=HTMLResponse)
    def answer(answer_id: str) -> HTMLResponse:
        kept = service.records.find_answer(answer_id) if service.records and len(answer_id) <= 64 else None
        if kept is None:
            return HTMLResponse(render_missing(), 404)
        return HTMLResponse(render_answer(kept, library.shelves.get(kept.article)))

    @app.get("/healthz")
    def health() -> JSONResponse:
        return JSONResponse({"ready": library.ready}, 200 if library.ready else 503)

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        if not may_read_metrics(request, settings):
            return HTMLResponse(render_missing(), 404)
        return Response(
            service.metrics.write(),
            media_type=CONTENT_TYPE_PLAIN_0_0_4,
            headers={"Cache-Control": "no-store"},
        )

    @app.get("/favicon.ico")
    def icon() -> FileResponse:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith("/api/"):
            return fail(error.status_code, "not_possible", str(error.detail))
        return HTMLResponse(render_missing(), error.status_code)

    @app.exception_handler(RequestValidationError)
    async def reject(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return fail(422, "bad_request", f"{place[:100]}: {first['msg'][:200]}")

    @app.exception_handler(RecordError)
    async def unreadable(request: Request, error: RecordError) -> Response:
        log.error("%s", error)
        return fail(503, "not_kept", "The records cannot be read at the moment.", retry_after=60)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return fail(500, "internal", "Something went wrong here. Please try again.")

    for slug, shelved in library.shelves.items():
        page = build_chat(service, shelved)
        events[slug] = list_events(page)
        mount_page(app, page, f"/{slug}", HEAD)
    password = settings.editor_password.get_secret_value()
    if password and service.store is None:
        log.error("there is no editor's desk: %s", service.problem)
    elif password:
        service.entrance = Entrance(password, read_key(settings.data_dir))
        desk = Desk(service)
        app.state.desk = desk
        app.include_router(make_desk_router(desk, service.entrance))
        page = build_desk(desk)
        events["editor"] = list_events(page)
        mount_page(app, page, "/editor", DESK_HEAD)

    def surround(inner: ASGIApp) -> ASGIApp:
        origins = Origins(settings.origins)
        hosts = Hosts(settings.hosts, settings.host)
        policies = Policies(origins.allowed)
        entrance = service.entrance
        limits = Limits(inner, settings, service.admission, library.shelves)
        surface = Surface(limits, library.shelves, entrance, hosts, policies, settings.trusted_proxies)
        watched = CrossOrigin(surface, origins)
        return Watch(watched, service.metrics, library.shelves, settings.trusted_proxies)

    app.surround = surround
    return app


def mount_page(app: FastAPI, page: gr.Blocks, path: str, head: str) -> None:
    """Put a Gradio page under a path, with everything switched off that no page of ours uses."""
    gr.mount_gradio_app(
        app,
        page,
        path=path,
        head=head,
        theme=gr.themes.Base(
            font=["ui-sans-serif", "system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        ),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        max_file_size="1kb",
        allowed_paths=[],
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )
    page._queue.sleep_when_free = NAP
