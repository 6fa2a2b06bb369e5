"""Serves the widget's files, and the page to try it on."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from assistant.embed import LOADER, Script, build_widget, read_kept, write_tag
from assistant.web.demo import CHOICES, read_options, render_demo
from assistant.web.library import Library
from assistant.web.plain import render_missing

log = logging.getLogger(__name__)

FRESH = "public, max-age=300"  # five minutes: an update reaches every page soon, a reader's visit asks once
FOREVER = "public, max-age=31536000, immutable"


def make_widget_router(library: Library, data_dir: Path) -> APIRouter:
    """/widget.js, /widget/{version}/…, /demo."""
    router = APIRouter()
    widget = build_widget()
    kept = data_dir / "widget"
    try:
        widget.keep(kept)
    except OSError as error:
        log.error("this version of the widget is served but not kept for later: %s", error)

    @router.get("/widget.js")
    def loader(request: Request) -> Response:
        return send_script(request, widget.scripts[LOADER], FRESH)

    @router.get("/widget/{version}/{name}")
    def versioned(request: Request, version: str, name: str) -> Response:
        script = widget.scripts.get(name) if version == widget.version else read_kept(kept, version, name)
        if script is None:
            return Response("There is no such version of the widget.", 404, media_type="text/plain")
        return send_script(request, script, FOREVER)

    @router.get("/demo")
    def demo(request: Request) -> HTMLResponse:
        slug = request.query_params.get("article") or next(iter(library.shelves))
        shelved = library.shelves.get(slug)
        if shelved is None:
            return HTMLResponse(render_missing(), 404)
        options = read_options(request.query_params, CHOICES)
        host = str(request.base_url).rstrip("/")
        inline = options.pop("mode", "floating") == "inline"
        pinned = widget if options.pop("version", "newest") == "pinned" else None
        hostile = options.pop("page", "plain") == "hostile"
        live = write_tag("", slug, options, None, inline)
        page = render_demo(
            library.shelves.values(), shelved, live, write_tag(host, slug, options, pinned, inline),
            inline, hostile, request.query_params,
        )  # fmt: skip
        return HTMLResponse(page)

    return router


def send_script(request: Request, script: Script, caching: str) -> Response:
    headers = {
        "Cache-Control": caching,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding",
        "ETag": f'"{script.integrity[7:39]}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, 304, headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(script.compressed, 200, headers, "text/javascript")
    return Response(script.body, 200, headers, "text/javascript")
